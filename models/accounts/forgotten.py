"""Asking for a link to a new password [ACCT-11, ACCT-23]; nobody learns from it who exists."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select

from models.accounts import throttle, tokens
from models.accounts.hands import masked_name
from models.accounts.letters import note_letter
from models.accounts.passwords import LONGEST, normalise_username
from models.accounts.tables import AccountStatus, UserAccount
from models.accounts.tables_sign_in import LoginAttempt, LoginOutcome, PasswordToken
from models.base.session import ActorSession

#: How long after a link an account gets no other, so that nobody's letter-box is filled.
REST: Final = timedelta(minutes=2)


def may_ask(session: ActorSession, username: str, ip: str | None, now: datetime) -> bool:
    """Count a request of an address; False when the address has tried too often of late.

    It looks no account up: the answer, and the time that it takes, are the same for every name.
    """
    source = throttle.source_of(ip)
    if throttle.is_closed(session, source, now):
        return False
    name = masked_name(normalise_username(username[:LONGEST]))
    session.add(LoginAttempt(at=now, ip=source, username_tried=name, outcome=LoginOutcome.link))
    return True


def send_link(session: ActorSession, username: str, now: datetime) -> bool:
    """Issue a link to an enabled account that has an e-mail address and none yet; say whether.

    Called when the visitor has had his answer.
    """
    account = _entitled(session, normalise_username(username[:LONGEST]))
    if account is None or _had_one(session, account, now):
        return False
    note_letter(session, account, "password_link", now, tokens.issue(session, account, now))
    return True


def _entitled(session: ActorSession, name: str) -> UserAccount | None:
    found: UserAccount | None = session.scalar(
        select(UserAccount).where(
            UserAccount.username == (name if name.isprintable() else ""),
            UserAccount.status == AccountStatus.active,
            UserAccount.email.is_not(None),
        )
    )
    return found


def _had_one(session: ActorSession, account: UserAccount, now: datetime) -> bool:
    recent = select(PasswordToken.id).where(
        PasswordToken.user_id == account.id, PasswordToken.created_at > now - REST
    )
    return session.scalar(recent.limit(1)) is not None
