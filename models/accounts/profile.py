"""What a person keeps up to date himself: how he can be reached."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from models import clock
from models.accounts import tokens
from models.accounts.hands import require_owner
from models.accounts.letters import note_letter
from models.accounts.reauthentication import require_password
from models.accounts.tables import UserAccount
from models.base.actor import Actor
from models.base.contact import is_email, is_mobile
from models.base.session import ActorSession
from models.errors import BadInput, Conflict
from models.text import Message, msg

_EMAIL_LENGTH: Final = 120


class BadContact(BadInput):
    """Contact data that cannot be right; ``faults`` names the column of each sentence."""

    def __init__(self, faults: dict[str, Message]) -> None:
        field, message = next(iter(faults.items()))
        super().__init__(message, field)
        self.faults = faults


def contact_faults(email: str, mobile: str) -> Iterator[tuple[str, Message]]:
    """Yield column and sentence for each value that cannot be right [ACCT-11, 12].

    Empty values are allowed.
    """
    if email and not (len(email) <= _EMAIL_LENGTH and is_email(email)):
        yield "email", msg("This is no e-mail address. It looks like name@example.cn.")
    if mobile and not is_mobile(mobile):
        yield "mobile", msg("A mobile number has eleven digits and begins with 13 to 19.")


def change_contact(
    session: ActorSession,
    account: UserAccount,
    actor: Actor,
    *,
    email: str,
    mobile: str,
    version: int | None,
    password: str = "",
) -> None:
    """Change one's own e-mail address and mobile number; empty removes one.

    ``version`` is that of the account as the form showed it. The trail holds both masked. Links for
    a new password go to the e-mail address: changing it needs the password, voids the links that
    are on their way, and is told to the former address.

    :raises BadContact: with everything that is wrong.
    :raises WrongPassword: when the e-mail address changes; the caller commits all the same.
    :raises Conflict: when the account was changed since the form was shown.
    """
    require_owner(account, actor)
    if version != account.version:
        raise Conflict(
            msg("Your account was changed in the meantime. Look at it again, then save once more.")
        )
    faults = dict(contact_faults(email, mobile))
    if faults:
        raise BadContact(faults)
    if (email or None) != account.email:
        now = clock.now()
        require_password(session, account, password, now, "password")
        tokens.void(session, account)
        note_letter(session, account, "email_changed", now)
    account.email, account.mobile = email or None, mobile or None
