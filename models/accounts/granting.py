"""What nobody may do with roles, whoever writes them: form, import, command.

Nobody changes his own roles, and the centre keeps an account. Reach and rank are the scope's
affair, the kind of organisation that of ``placing``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import UOWTransaction

from models.accounts import centre
from models.accounts.tables import UserRole
from models.base.scope import before_and_now
from models.base.session import ActorSession
from models.errors import Conflict, Forbidden
from models.text import msg

OWN_ROLES = msg("Nobody changes his own roles. Ask another administrator.")
_OPTIONS = {"unscoped": "accounts of the centre"}


# First of all hooks: the row of the centre's role is locked before any account, as the engine does.
@event.listens_for(ActorSession, "before_flush", insert=True)
def _judge_grants(session: ActorSession, _context: UOWTransaction, _instances: Any) -> None:
    grants = list(_written(session))
    if grants:
        _refuse_own(session, grants)
        _keep_centre(session, [grant for grant in grants if _leaves_centre(session, grant)])


def _written(session: ActorSession) -> Iterator[UserRole]:
    for obj in [*session.new, *session.dirty, *session.deleted]:
        if isinstance(obj, UserRole):
            yield obj


def _refuse_own(session: ActorSession, grants: Sequence[UserRole]) -> None:
    actor = session.actor
    if actor is None or actor.is_system:
        return
    if any(actor.user_id in before_and_now(grant, "user_id") for grant in grants):
        raise Forbidden(OWN_ROLES)


def _leaves_centre(session: ActorSession, grant: UserRole) -> bool:
    """Say whether somebody would no longer be of the centre by this."""
    before, now = before_and_now(grant, "role_code")
    users = set(before_and_now(grant, "user_id"))
    is_stored = grant not in session.new
    stays = now == centre.SUPER and len(users) == 1 and grant not in session.deleted
    return is_stored and before == centre.SUPER and not stays


def _keep_centre(session: ActorSession, leaving: Sequence[UserRole]) -> None:
    if not leaving:
        return
    locked = centre.lock_centre().with_for_update(key_share=True)
    session.execute(locked, execution_options=_OPTIONS)
    wanted = centre.stays_without([grant.id for grant in leaving])
    if not session.scalar(wanted, execution_options=_OPTIONS):
        raise Conflict(centre.LAST)
