"""What an account owes before it may do anything else: a password of its own, a second factor."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum

from models.accounts import totp
from models.accounts.tables import UserAccount
from models.base.session import ActorSession


class Duty(StrEnum):
    """What comes first."""

    password = "password"  # noqa: S105 -- the name of a duty
    second_factor = "second_factor"


def duty_of(session: ActorSession, account: UserAccount, needed_by: Collection[str]) -> Duty | None:
    """Return what an account owes first, None when it may go on.

    ``needed_by`` are the codes of the roles whose holders need a second factor.
    """
    if account.must_change_password:
        return Duty.password
    if not totp.needs_second_factor(session, account.id, needed_by):
        return None
    return None if totp.is_enrolled(session, account) else Duty.second_factor
