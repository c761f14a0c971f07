"""The second factor by time (RFC 6238): today's form of the lost password card [ACCT-22].

Secrets are encrypted with a key derived from the application's, which callers pass: whoever reads
the database alone cannot make codes. With another key they cannot be read: an administrator clears
the factor and the user enrols again.
"""

from __future__ import annotations

import hmac
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import pyotp
from sqlalchemy import delete, or_, select, update

from models.accounts import recovery
from models.accounts.hands import note, require_owner
from models.accounts.passwords import normalise_password
from models.accounts.reauthentication import require_password
from models.accounts.sealing import SECOND_FACTOR, seal, unseal
from models.accounts.tables import UserAccount, UserRole
from models.accounts.tables_sign_in import TotpSecret
from models.base.actor import Actor
from models.base.session import ActorSession
from models.errors import BadInput, Conflict, Forbidden
from models.text import msg

ISSUER: Final = "教师资格管理后台"
STEP_SECONDS: Final = 30
#: How many steps a clock may be fast or slow.
_SLACK: Final = 1


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What the owner's device needs, shown while it is not confirmed: by hand, or as a QR code."""

    secret: str
    address: str


def is_enrolled(session: ActorSession, account: UserAccount) -> bool:
    """Say whether signing in asks for a code."""
    return confirmed_at(session, account) is not None


def needs_second_factor(session: ActorSession, user_id: int, needed_by: Collection[str]) -> bool:
    """Say whether a user holds a role of those that need a second factor, whatever he acts as."""
    if not needed_by:
        return False
    held = select(UserRole.id).where(
        UserRole.user_id == user_id, UserRole.role_code.in_(sorted(needed_by))
    )
    return session.scalar(held.limit(1)) is not None


def enrol(
    session: ActorSession,
    account: UserAccount,
    actor: Actor,
    *,
    key: str,
    now: datetime,
    password: str | None = None,
) -> Enrolment:
    """Begin anew with a fresh secret; nothing is asked at sign-in before :func:`confirm`.

    ``password`` None is for whoever has just signed in with it, to whom enrolling is a duty.

    :raises WrongPassword: else nobody at an open screen could lock its owner out.
    :raises Conflict: when a confirmed second factor is there; it must be dropped first.
    """
    require_owner(account, actor)
    found = _of(session, account)
    if found is not None and found.confirmed_at is not None:
        raise Conflict(msg("You have a second factor already. Remove it first."))
    if password is not None:
        require_password(session, account, password, now, "password")
    secret = pyotp.random_base32()
    sealed = seal(key, SECOND_FACTOR, secret)
    if found is None:
        session.add(TotpSecret(user_id=account.id, secret=sealed, created_at=now))
    else:
        found.secret, found.created_at = sealed, now
    session.flush()
    note(session, account, "begin_second_factor")
    return _enrolment(account, secret)


def pending(session: ActorSession, account: UserAccount, key: str) -> Enrolment | None:
    """Return the enrolment that waits for its first code, to show it once more; None without."""
    found = _of(session, account)
    if found is None or found.confirmed_at is not None:
        return None
    secret = unseal(key, SECOND_FACTOR, found.secret)
    return None if secret is None else _enrolment(account, secret)


def confirm(
    session: ActorSession, account: UserAccount, actor: Actor, code: str, *, key: str, now: datetime
) -> list[str]:
    """Take the first code of the owner's device; return ten recovery codes, shown once.

    :raises BadInput: when the code is wrong, or no enrolment waits for one.
    """
    require_owner(account, actor)
    found = _of(session, account)
    step = _step_of(found, code, key, now) if found and found.confirmed_at is None else None
    if found is None or step is None:
        raise BadInput(
            msg("This code is wrong. Check the clock of your device and type the newest code."),
            "code",
        )
    found.confirmed_at, found.last_step = now, step
    session.flush()
    note(session, account, "confirm_second_factor")
    return recovery.make(session, account, now)


def verify(
    session: ActorSession, account: UserAccount, code: str, *, key: str, now: datetime
) -> bool:
    """Say whether a code opens, and use it up: neither it nor an older one opens again."""
    found = _of(session, account)
    step = _step_of(found, code, key, now) if found and found.confirmed_at else None
    if step is None:
        return False
    used = session.scalar(
        update(TotpSecret)
        .where(
            TotpSecret.user_id == account.id,
            TotpSecret.confirmed_at.is_not(None),
            or_(TotpSecret.last_step.is_(None), TotpSecret.last_step < step),
        )
        .values(last_step=step)
        .returning(TotpSecret.id),
        execution_options={"synchronize_session": False, "set_wise": "code used"},
    )
    return used is not None


def confirmed_at(session: ActorSession, account: UserAccount) -> datetime | None:
    """Return since when signing in asks for a code; None while it does not."""
    found = _of(session, account)
    return found.confirmed_at if found is not None else None


def renew_recovery_codes(
    session: ActorSession, account: UserAccount, actor: Actor, password: str, now: datetime
) -> list[str]:
    """Return ten new recovery codes; the former ones open no more. The password is asked again.

    :raises WrongPassword: when the password is wrong.
    :raises Conflict: without a second factor there is nothing to recover.
    """
    require_owner(account, actor)
    if not is_enrolled(session, account):
        raise Conflict(msg("You have no second factor."))
    require_password(session, account, password, now, "password")
    note(session, account, "renew_recovery_codes")
    return recovery.make(session, account, now)


def drop(
    session: ActorSession,
    account: UserAccount,
    actor: Actor,
    password: str,
    now: datetime,
    *,
    needed_by: Collection[str] = (),
) -> None:
    """Remove one's own second factor; the password is asked again.

    :raises Forbidden: while the owner holds a role of those ``needed_by``.
    :raises WrongPassword: when the password is wrong.
    """
    require_owner(account, actor)
    if needs_second_factor(session, account.id, needed_by):
        raise Forbidden(msg("A role that you hold needs the second factor. It stays."))
    require_password(session, account, password, now, "password")
    _delete(session, account)
    note(session, account, "drop_second_factor")


def _enrolment(account: UserAccount, secret: str) -> Enrolment:
    maker = pyotp.TOTP(secret)
    return Enrolment(secret, maker.provisioning_uri(name=account.username, issuer_name=ISSUER))


def _delete(session: ActorSession, account: UserAccount) -> None:
    session.execute(
        delete(TotpSecret).where(TotpSecret.user_id == account.id),
        execution_options={"set_wise": "second factor removed"},
    )
    recovery.drop(session, account)


def _of(session: ActorSession, account: UserAccount) -> TotpSecret | None:
    found: TotpSecret | None = session.scalar(
        select(TotpSecret)
        .where(TotpSecret.user_id == account.id)
        .execution_options(populate_existing=True)
    )
    return found


def _step_of(found: TotpSecret, code: str, key: str, now: datetime) -> int | None:
    """Return the step in which a code was made, of those that may still be used."""
    secret = unseal(key, SECOND_FACTOR, found.secret)
    if secret is None:
        return None
    typed = "".join(normalise_password(code[:32]).split()).encode()
    maker, present = pyotp.TOTP(secret), int(now.timestamp()) // STEP_SECONDS
    for step in range(present - _SLACK, present + _SLACK + 1):
        is_newer = found.last_step is None or step > found.last_step
        if is_newer and hmac.compare_digest(maker.generate_otp(step).encode(), typed):
            return step
    return None
