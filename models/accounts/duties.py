"""What an account owes before it may do anything else: a password of its own, a second factor."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum

from models.accounts import totp
from models.accounts.bearer import Bearer
from models.accounts.tables import UserAccount
from models.base.session import ActorSession


class Duty(StrEnum):
    """What comes first."""

    password = "password"  # noqa: S105 -- the name of a duty
    second_factor = "second_factor"


def duty_of(session: ActorSession, bearer: Bearer, needed_by: Collection[str]) -> Duty | None:
    """Return what whoever was let in owes first, None when he may go on.

    ``needed_by`` are the codes of the roles whose holders need a second factor.
    """
    user_id = bearer.actor.user_id
    if bearer.must_change_password:
        return Duty.password
    if user_id is None or not totp.needs_second_factor(session, user_id, needed_by):
        return None
    account = session.get_one(UserAccount, user_id)
    return None if totp.is_enrolled(session, account) else Duty.second_factor
