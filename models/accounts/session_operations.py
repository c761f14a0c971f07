"""Ending one's own sessions by hand, on this device or another."""

from __future__ import annotations

from datetime import datetime

from models.accounts import sessions
from models.accounts.hands import note, require_owner
from models.accounts.tables import UserAccount
from models.base.actor import Actor
from models.base.session import ActorSession
from models.errors import NotFound
from models.text import msg


def revoke_one(
    session: ActorSession, account: UserAccount, actor: Actor, session_id: int, now: datetime
) -> None:
    """End one of one's own sessions; it may be the one in use.

    :raises NotFound: when it is another user's, or has ended already.
    """
    require_owner(account, actor)
    own = {found.id: found for found in sessions.living(session, account, now)}
    if session_id not in own:
        raise NotFound(msg("This session has ended already."))
    sessions.revoke(own[session_id], now)
    note(session, account, "end_session")


def revoke_others(
    session: ActorSession, account: UserAccount, actor: Actor, token: str, now: datetime
) -> int:
    """End all of one's own sessions but that of ``token``; return how many ended."""
    require_owner(account, actor)
    ended = sessions.revoke_all(session, account.id, now, but=token)
    note(session, account, "end_other_sessions")
    return ended
