"""The owner's own hand on his sign-in; what administrators do to others is the machine's affair.

Secrets, tokens and attempts are in nobody's scope, so these operations run in a system session
that carries the person's name (:func:`stand_in`), and judge the person himself, given as ``actor``.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any, Final

from models.accounts.queries import roles_of
from models.accounts.tables import UserAccount
from models.audit.recorder import event_of, record
from models.audit.tables import AuditResult
from models.base.actor import Actor, system_actor
from models.base.session import ActorSession
from models.errors import Forbidden
from models.text import msg

#: Document numbers and telephones that serve as user names, or were typed in their place.
PERSONAL: Final = "[a-z]{0,2}[0-9]{8,}x?"
#: Acts while nobody is signed in.
OUTSIDE = "sign-in"


def outsider(ip: str | None = None, request_id: str | None = None) -> Actor:
    """Return the actor of signing in: the system, at the address of whoever stands outside."""
    return replace(system_actor(OUTSIDE), ip=ip, request_id=request_id)


def stand_in(actor: Actor) -> Actor:
    """Return the actor of a session of its own: scope does not bind it, the trail names him."""
    return replace(actor, is_system=True)


def require_owner(account: UserAccount, actor: Actor) -> None:
    """Refuse anybody but the owner.

    :raises Forbidden: for everybody else, whatever his rights.
    """
    if actor.user_id != account.id:
        raise Forbidden(msg("Only the owner of an account may do this."))


def masked_name(name: str) -> str:
    """Return a user name as the trail holds it: personal numbers masked, nothing unprintable."""
    printable = "".join(c for c in name if c.isprintable())
    return re.sub(PERSONAL, lambda found: f"{found[0][:3]}***{found[0][-2:]}", printable)[:64]


def note(
    session: ActorSession,
    account: UserAccount | None,
    act: str,
    reason: str | None = None,
    *,
    name: str = "",
    result: AuditResult = AuditResult.ok,
    changes: dict[str, Any] | None = None,
    role: str | None = None,
) -> None:
    """Write what was done to an account's sign-in into the trail of its office.

    ``name`` is what was typed where no account answers to it. Whoever stands outside is told
    under the account that he names, in ``role`` or else in its first one.
    """
    record(
        session,
        event_of(UserAccount, act),
        entity=UserAccount.__tablename__,
        entity_id=account.id if account else None,
        entity_text=masked_name(account.username if account else name),
        org_id=account.org_id if account else None,
        reason=reason,
        result=result,
        changes=changes,
        who=_author(session, account, role),
    )


def _author(session: ActorSession, account: UserAccount | None, role: str | None) -> Actor:
    """Return under whose name an act stands; the roles are asked for nobody too, in equal time."""
    actor = session.need_actor()
    if actor.username != OUTSIDE or not actor.is_system:
        return actor
    roles = roles_of(session, account.id if account else 0)
    if account is None:
        return actor
    role = role or next((held.role_code for held in roles), None)
    return replace(actor, user_id=account.id, username=account.username, role=role)
