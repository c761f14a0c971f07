"""Beginning and ending one's own sessions, and choosing the role acted as."""

from __future__ import annotations

from datetime import datetime

from models import clock
from models.accounts import sessions
from models.accounts.hands import note, require_owner
from models.accounts.queries import roles_of
from models.accounts.tables import UserAccount, UserRole
from models.base.actor import Actor
from models.base.session import ActorSession
from models.errors import Forbidden, NotFound
from models.text import msg


def begin(
    session: ActorSession,
    account: UserAccount,
    agent: str | None,
    now: datetime,
    former: str | None = None,
) -> str:
    """Open a session for whoever was let in, in the role he had last; return its token.

    The session of the token ``former``, with which the browser came, ends.

    :raises Forbidden: when the account has lost its last role meanwhile.
    """
    role = sessions.role_at_sign_in(session, account.id)
    if role is None:
        raise Forbidden(msg("This account has no role yet. Ask your administrator."))
    left = sessions.find_session(session, former, now) if former else None
    if left is not None:
        sessions.revoke(left, now)
    return sessions.create_session(session, account, role, session.need_actor().ip, agent)


def sign_out(session: ActorSession, token: str) -> None:
    """End the session of a token for good; an unknown or ended one is left as it is."""
    now = clock.now()
    found = sessions.find_session(session, token, now)
    if found is None:
        return
    sessions.revoke(found, now)
    note(session, found.user, "sign_out")


def switch_role(session: ActorSession, token: str, user_role_id: int) -> str:
    """Act as another of one's own roles from now on; return the new session's token (reading 30).

    :raises Forbidden: when the session has ended meanwhile.
    :raises NotFound: when the role is not one's own.
    """
    now = clock.now()
    found = sessions.find_session(session, token, now)
    if found is None:
        raise Forbidden(msg("Your session has ended. Sign in again."))
    chosen = {role.id: role for role in roles_of(session, found.user_id)}.get(user_role_id)
    if chosen is None:
        raise NotFound(msg("You do not hold this role. Choose one of your own."))
    switched = _switched(found.user_role, chosen)
    token = sessions.renew(session, found, now, chosen)
    note(session, found.user, "switch_role", changes=switched)
    return token


def _switched(before: UserRole | None, now: UserRole) -> dict[str, list[str | None]]:
    """Return role and organisation before and now: the same role may be held over several."""
    return {
        "role_code": [before.role_code if before else None, now.role_code],
        "held_over": [before.scope_org.name if before else None, now.scope_org.name],
    }


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
