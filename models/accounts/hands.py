"""The owner's own hand on his sign-in; what administrators do to others is the machine's affair.

Secrets, tokens and attempts are in nobody's scope, so these operations run in a system session
that carries the person's name (:func:`stand_in`), and judge the person himself, given as ``actor``.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any, Final

from models.accounts.tables import UserAccount
from models.audit.recorder import event_of, record
from models.audit.tables import AuditResult
from models.base.actor import Actor
from models.base.session import ActorSession
from models.errors import Forbidden
from models.text import msg

#: Document numbers and telephones that serve as user names, or were typed in their place.
PERSONAL: Final = "[a-z]{0,2}[0-9]{8,}x?"


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
) -> None:
    """Write what was done to an account's sign-in into the trail of its office.

    ``name`` is what was typed where no account answers to it.
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
    )
