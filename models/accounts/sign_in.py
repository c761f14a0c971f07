"""Judging who stands outside: password, lock, second factor; every attempt leaves its mark.

The session is the system's (reading 3); the caller commits whatever the outcome, or nothing counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import select

from models.accounts import (
    initial_passwords,
    lockout,
    passwords,
    recovery,
    sessions,
    throttle,
    totp,
)
from models.accounts.hands import masked_name, note
from models.accounts.tables import AccountStatus, UserAccount
from models.accounts.tables_sign_in import LoginAttempt, LoginOutcome
from models.audit.tables import AuditResult
from models.base.session import ActorSession
from models.text import Message, msg

#: One sentence for wrong, unknown, locked and disabled: it must not tell who exists.
WRONG = msg(
    "User name or password is wrong, or the account is locked or disabled."
    " Three wrong passwords in a row lock an account for 10 minutes."
)
WRONG_CODE = msg(
    "This code is wrong or was used already, or the account is locked."
    " Three wrong codes in a row lock an account for 10 minutes."
)
THROTTLED = msg(
    "Too many failed attempts came from your network address."
    " Wait %(minutes)s minutes, then try again.",
    minutes=throttle.WINDOW // timedelta(minutes=1),
)
WITHOUT_ROLE = msg("This account has no role yet. Ask your administrator.")
_NOBODY: Final = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an attempt ended. ``refusal`` is for the visitor, ``inner`` for the trail alone.

    With ``needs_code`` the password was right and :func:`attempt_code` comes next: nobody is
    signed in yet.
    """

    inner: LoginOutcome
    account: UserAccount | None = None
    needs_code: bool = False
    refusal: Message | None = None

    @property
    def status(self) -> int:
        """Return the HTTP answer that fits."""
        if self.inner == LoginOutcome.throttled:
            return 429
        return 200 if self.refusal is None else 403


@dataclass(frozen=True, slots=True)
class _Visit:
    """Who tries, from where, when, and what the trail calls it."""

    name: str
    source: str | None
    now: datetime
    account: UserAccount | None = None
    act: str = "sign_in"


def attempt(
    session: ActorSession, username: str, password: str, ip: str | None, now: datetime
) -> Outcome:
    """Judge a user name and a password.

    Whatever is wrong, exactly one hash is computed and one sentence is said; a closed address is
    turned away before that.
    """
    name = passwords.normalise_username(username[: passwords.LONGEST])
    visit = _Visit(name, throttle.source_of(ip), now)
    if throttle.is_closed(session, visit.source, now):
        return _turn_away(session, visit)
    account = _account_named(session, name)
    visit = _Visit(name, visit.source, now, account)
    matches = passwords.verify_or_waste(account.password_hash if account else None, password)
    if account is None or not matches or account.status != AccountStatus.active:
        return _refuse(session, visit, WRONG)
    return _accept(session, visit, account, password, ip)


def attempt_code(
    session: ActorSession, user_id: int, code: str, ip: str | None, now: datetime, *, key: str
) -> Outcome:
    """Judge the second factor of a user whose password was right: a timed or a recovery code.

    ``key`` is the application's secret. Wrong codes count and lock like wrong passwords.
    """
    account = session.get_one(UserAccount, user_id, with_for_update=True, populate_existing=True)
    visit = _Visit(account.username, throttle.source_of(ip), now, account, "second_factor")
    if throttle.is_closed(session, visit.source, now):
        return _turn_away(session, visit)
    if lockout.is_locked(account, now) or account.status != AccountStatus.active:
        return _refuse(session, visit, WRONG_CODE)
    if not (
        totp.verify(session, account, code, key=key, now=now)
        or recovery.use(session, account, code, now)
    ):
        return _refuse(session, visit, WRONG_CODE)
    return _let_in(session, visit, account, {}, ip)


def is_halfway(session: ActorSession, user_id: int, epoch: int) -> bool:
    """Say whether a right password still counts, or was changed, reset or disabled since then.

    ``epoch`` is the account's at that moment. The row is held, so that nothing of this comes in
    between before the code is judged.
    """
    account = session.get(UserAccount, user_id, with_for_update=True, populate_existing=True)
    return (
        account is not None
        and account.status == AccountStatus.active
        and account.session_epoch == epoch
    )


def _account_named(session: ActorSession, name: str) -> UserAccount | None:
    """Look an account up; a name that cannot be stored is nobody's."""
    found: UserAccount | None = session.scalar(
        select(UserAccount)
        .where(UserAccount.username == (name if name.isprintable() else ""))
        .execution_options(populate_existing=True)
    )
    return found


def _accept(
    session: ActorSession, visit: _Visit, account: UserAccount, password: str, ip: str | None
) -> Outcome:
    if lockout.is_locked(account, visit.now):  # before a second hash tells that the first was right
        return _refuse(session, visit, WRONG)
    values: dict[str, Any] = {}
    if passwords.needs_rehash(account.password_hash):
        values["password_hash"] = passwords.hash_password(password)
    if totp.is_enrolled(session, account):
        if not lockout.write_if_open(session, account, values, visit.now):
            return _refuse(session, visit, WRONG)
        return Outcome(LoginOutcome.ok, account, needs_code=True)
    return _let_in(session, visit, account, values, ip)


def _let_in(
    session: ActorSession,
    visit: _Visit,
    account: UserAccount,
    values: dict[str, Any],
    ip: str | None,
) -> Outcome:
    role = sessions.role_at_sign_in(session, account.id)
    if role is not None:
        values = values | {"last_login_at": visit.now, "last_login_ip": ip}
    values = values | lockout.CLEARED
    if not lockout.write_if_open(session, account, values, visit.now):
        return _refuse(session, visit, WRONG)
    if role is None:
        _note(session, visit, LoginOutcome.disabled)
        return Outcome(LoginOutcome.disabled, refusal=WITHOUT_ROLE)
    _note(session, visit, LoginOutcome.ok, role.role_code)
    throttle.forget_old(session, visit.now)
    initial_passwords.forget_expired(session, visit.now)
    return Outcome(LoginOutcome.ok, account)


def _refuse(session: ActorSession, visit: _Visit, refusal: Message) -> Outcome:
    """Count the failure where there is something to count, and note it; for nobody in no less
    time.
    """
    account = visit.account
    is_active = account is not None and account.status == AccountStatus.active
    count = lockout.count_failure(
        session, account.id if account and is_active else _NOBODY, visit.now
    )
    inner = LoginOutcome.failed
    if account is not None and count is None:
        inner = LoginOutcome.locked if is_active else LoginOutcome.disabled
    _note(session, visit, inner)
    if account is not None and count is not None:
        lockout.note_lock(session, account, count)
    return Outcome(inner, refusal=refusal)


def _turn_away(session: ActorSession, visit: _Visit) -> Outcome:
    """Refuse a closed address; only the first of a flood is noted."""
    if not throttle.is_noted(session, visit.source, visit.now):
        _note(session, visit, LoginOutcome.throttled)
    return Outcome(LoginOutcome.throttled, refusal=THROTTLED)


def _note(
    session: ActorSession, visit: _Visit, inner: LoginOutcome, role: str | None = None
) -> None:
    """Leave the attempt for the throttle, and a row in the trail of the account's office."""
    account = visit.account
    session.add(
        LoginAttempt(
            at=visit.now,
            ip=visit.source,
            username_tried=masked_name(visit.name),
            user_id=account.id if account else None,
            outcome=inner,
        )
    )
    result = AuditResult.ok if inner == LoginOutcome.ok else AuditResult.refused
    note(session, account, visit.act, inner.label.zh, name=visit.name, result=result, role=role)
