"""The password, asked again before one's own sign-in is changed: whoever sits down at an open
screen must not be able to try passwords for ever.
"""

from __future__ import annotations

from datetime import datetime

from models.accounts import lockout
from models.accounts.hands import note
from models.accounts.passwords import verify_or_waste
from models.accounts.tables import UserAccount
from models.audit.tables import AuditResult
from models.base.session import ActorSession
from models.errors import BadInput
from models.text import msg

WRONG_PASSWORD = msg(
    "The password is wrong. Three wrong passwords in a row lock the account for 10 minutes."
)
LOCKED = msg(
    "Three wrong passwords in a row have locked the account."
    " Wait until it opens by itself after 10 minutes, then try again."
)


class WrongPassword(BadInput):
    """A wrong password; the caller commits all the same, or the failure does not count."""


def require_password(
    session: ActorSession, account: UserAccount, password: str, now: datetime, field: str
) -> None:
    """Check the owner's password; a wrong one counts and locks as at the door.

    :raises WrongPassword: naming ``field``; also while the account is locked, unjudged.
    """
    if lockout.is_locked(account, now):
        raise WrongPassword(LOCKED, field)
    if verify_or_waste(account.password_hash, password) and lockout.write_if_open(
        session, account, lockout.CLEARED, now
    ):
        return
    note(session, account, "ask_password", result=AuditResult.refused)
    count = lockout.count_failure(session, account.id, now)
    if count is not None:
        lockout.note_lock(session, account, count)
    raise WrongPassword(LOCKED if lockout.is_locked(account, now) else WRONG_PASSWORD, field)
