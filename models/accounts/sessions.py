"""Sessions kept on the server: made at sign-in, found by token, ended by time, hand or epoch."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select, update
from sqlalchemy.orm import joinedload

from models import clock
from models.accounts.queries import roles_of
from models.accounts.tables import AccountStatus, UserAccount, UserRole
from models.accounts.tables_sign_in import UserSession
from models.base.session import ActorSession

#: Reading 30.
IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=12)
#: Activity is written down at most this often, so that not every page is a write.
TOUCH_EVERY = timedelta(minutes=1)
_AGENT_LENGTH = 200


class EndReason(StrEnum):
    """Why a session is over."""

    idle = "idle"
    absolute = "absolute"
    revoked = "revoked"
    account = "account"


@dataclass(frozen=True, slots=True)
class End:
    """Why and since when a session is over; ``since`` is None where only the account knows."""

    reason: EndReason
    since: datetime | None = None


def token_hash(token: str) -> str:
    """Return the digest under which a token is stored."""
    return hashlib.sha256(token.encode()).hexdigest()


def create_session(
    session: ActorSession,
    account: UserAccount,
    user_role: UserRole | None,
    ip: str | None,
    agent: str | None,
    *,
    ends: datetime | None = None,
) -> str:
    """Make a session for an account in one role and return its token, which is stored nowhere.

    ``ends`` None means the longest that a session may last from now.
    """
    token = secrets.token_urlsafe(32)
    now = clock.now()
    session.add(
        UserSession(
            token_hash=token_hash(token),
            user_id=account.id,
            user_role_id=user_role.id if user_role else None,
            epoch=account.session_epoch,
            created_at=now,
            seen_at=now,
            expires_at=ends or now + ABSOLUTE,
            ip=ip,
            user_agent=agent[:_AGENT_LENGTH] if agent else None,
        )
    )
    session.flush()
    return token


def find_session(session: ActorSession, token: str, now: datetime) -> UserSession | None:
    """Return the living session of a token, with its account and role; None for any other."""
    found = _of_token(session, token)
    return found if found is not None and is_alive(found, now) else None


def find_end(session: ActorSession, token: str, now: datetime) -> End | None:
    """Return how the session of a token ended; None while it lives, or when there is no trace."""
    found = _of_token(session, token)
    return end_of(found, now) if found is not None else None


def _of_token(session: ActorSession, token: str) -> UserSession | None:
    found: UserSession | None = session.scalar(
        select(UserSession)
        .where(UserSession.token_hash == token_hash(token))
        .options(joinedload(UserSession.user), joinedload(UserSession.user_role))
    )
    return found


def is_alive(found: UserSession, now: datetime) -> bool:
    """Judge a session: not revoked, neither idle nor too old, account enabled, same epoch."""
    return end_of(found, now) is None


@dataclass(frozen=True, slots=True)
class Life:
    """What the life of a session follows from; ``is_held``: the account is enabled, in the same
    epoch, and the organisation of the role in use.
    """

    seen_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    is_held: bool

    def end_at(self, now: datetime) -> End | None:
        """Return how the session ended, the earliest reason first; None while it lives."""
        ends = [
            End(EndReason.idle, self.seen_at + IDLE),
            End(EndReason.absolute, self.expires_at),
        ]
        if self.revoked_at is not None:
            ends.append(End(EndReason.revoked, self.revoked_at))
        past = [end for end in ends if end.since is not None and end.since <= now]
        if past:
            return min(past, key=lambda end: end.since or now)
        return None if self.is_held else End(EndReason.account)


def end_of(found: UserSession, now: datetime) -> End | None:
    """Return how a session ended, the earliest reason first; None while it lives."""
    account, role = found.user, found.user_role
    is_same = account.status == AccountStatus.active and account.session_epoch == found.epoch
    is_placed = role is None or (role.scope_org.enabled and not role.scope_org.is_deleted)
    life = Life(found.seen_at, found.expires_at, found.revoked_at, is_same and is_placed)
    return life.end_at(now)


def touch(found: UserSession, now: datetime) -> bool:
    """Note activity, at most once a minute; say whether anything was written."""
    if now - found.seen_at < TOUCH_EVERY:
        return False
    found.seen_at = now
    return True


def revoke(found: UserSession, now: datetime) -> None:
    """End a session for good; the first end stands."""
    found.revoked_at = found.revoked_at or now


def renew(
    session: ActorSession, found: UserSession, now: datetime, role: UserRole | None = None
) -> str:
    """Go on under a new token until the same end, in ``role`` or else as before; the former token
    is dead.
    """
    token = create_session(
        session,
        found.user,
        role or found.user_role,
        found.ip,
        found.user_agent,
        ends=found.expires_at,
    )
    revoke(found, now)
    return token


def role_at_sign_in(session: ActorSession, user_id: int) -> UserRole | None:
    """Return the role in which a user begins: the one used last, else the first; None without."""
    roles = roles_of(session, user_id)
    last = session.scalar(
        select(UserSession.user_role_id)
        .where(UserSession.user_id == user_id, UserSession.user_role_id.is_not(None))
        .order_by(UserSession.id.desc())
        .limit(1)
    )
    return next((role for role in roles if role.id == last), roles[0] if roles else None)


def living(session: ActorSession, account: UserAccount, now: datetime) -> list[UserSession]:
    """Return the sessions in which an account is signed in now, the latest active first."""
    rows = session.scalars(
        select(UserSession)
        .where(UserSession.user_id == account.id, UserSession.revoked_at.is_(None))
        .options(joinedload(UserSession.user), joinedload(UserSession.user_role))
        .order_by(UserSession.seen_at.desc(), UserSession.id.desc())
    )
    return [row for row in rows if is_alive(row, now)]


def revoke_all(
    session: ActorSession, user_id: int, now: datetime, *, but: str | None = None
) -> int:
    """End every session of a user except that of the token ``but``; return how many ended."""
    kept = token_hash(but) if but else ""
    ended = session.scalars(
        update(UserSession)
        .where(
            UserSession.user_id == user_id,
            UserSession.revoked_at.is_(None),
            UserSession.expires_at > now,
            UserSession.token_hash != kept,
        )
        .values(revoked_at=now)
        .returning(UserSession.id),
        execution_options={"synchronize_session": "fetch", "set_wise": "sessions ended"},
    ).all()
    return len(ended)
