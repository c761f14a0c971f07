"""Three wrong passwords in a row lock an account for ten minutes [ACCT-02]; it unlocks by itself.

Each change is one statement that holds its own condition, so parallel attempts count exactly, and
in the database, so a restart forgets nothing. None is an edit of the account: neither its version
nor its marks change.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, case, literal, null, or_, update

from models.accounts.hands import note
from models.accounts.tables import AccountStatus, UserAccount
from models.audit.diff import plain
from models.base.session import ActorSession
from models.base.types import Instant

MOST_WRONG: Final = 3
LOCK: Final = timedelta(minutes=10)
#: What success, unlock and reset write (X2).
CLEARED: Final[dict[str, Any]] = {"failed_count": 0, "first_failed_at": None, "locked_until": None}
_OPTIONS: Final[dict[str, Any]] = {"synchronize_session": False, "set_wise": "sign-in"}


def is_locked(account: UserAccount, now: datetime) -> bool:
    """Say whether an account is locked at an instant; at the very end of the lock it is not."""
    return account.locked_until is not None and account.locked_until > now


def _is_open(now: datetime) -> ColumnElement[bool]:
    return or_(UserAccount.locked_until.is_(None), UserAccount.locked_until <= now)


def write_if_open(
    session: ActorSession, account: UserAccount, values: dict[str, Any], now: datetime
) -> bool:
    """Write what a right password brings, unless the account was locked or changed meanwhile.

    The check is part of the statement: a right guess among many at once gets no free try.
    """
    written = session.scalar(
        update(UserAccount)
        .where(
            UserAccount.id == account.id,
            UserAccount.password_hash == account.password_hash,
            UserAccount.status == AccountStatus.active,
            _is_open(now),
        )
        .values(updated_at=UserAccount.updated_at, **values)
        .returning(UserAccount.id),
        execution_options=_OPTIONS,
    )
    session.refresh(account)
    return written is not None


def count_failure(session: ActorSession, user_id: int, now: datetime) -> int | None:
    """Count one failure and lock at the third; return the count.

    None when nothing was counted: the account is locked already, which is not extended, or there
    is none.
    """
    is_over = UserAccount.locked_until <= now
    count = case((is_over, 1), else_=UserAccount.failed_count + 1)
    is_first = or_(is_over, UserAccount.failed_count == 0)
    return session.scalar(
        update(UserAccount)
        .where(UserAccount.id == user_id, _is_open(now))
        .values(
            failed_count=count,
            first_failed_at=case(
                (is_first, literal(now, Instant())), else_=UserAccount.first_failed_at
            ),
            locked_until=case((count >= MOST_WRONG, literal(now + LOCK, Instant())), else_=null()),
            updated_at=UserAccount.updated_at,
        )
        .returning(UserAccount.failed_count),
        execution_options=_OPTIONS,
    )


def note_lock(session: ActorSession, account: UserAccount, count: int) -> None:
    """Write into the trail that a failure has locked an account, if this one has."""
    session.refresh(account)
    if count >= MOST_WRONG:
        note(
            session, account, "lock", changes={"locked_until": [None, plain(account.locked_until)]}
        )
