"""Signing in with a second factor, and who may enrol it and remove it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from models.accounts import recovery, sign_in, totp
from models.accounts.tables_sign_in import LoginOutcome, RecoveryCode
from models.audit.tables import AuditLog
from models.base.session import ActorSession
from models.errors import BadInput, Forbidden
from tests.support.accounts import ADDRESS, PASSWORD, account_of, actor_of
from tests.support.second_factor import KEY, START, code_at, codes, secret, session

__all__ = ["codes", "secret", "session"]


def test_the_password_alone_signs_nobody_in(
    session: ActorSession, secret: str, codes: list[str]
) -> None:
    now, account = START + timedelta(hours=1), account_of(session)
    half = sign_in.attempt(session, "clerk", PASSWORD, ADDRESS, now)
    assert (half.account, half.needs_code, half.status) == (account, True, 200)
    assert account.last_login_at is None
    code = code_at(secret, now)
    whole = sign_in.attempt_code(session, account.id, code, ADDRESS, now, key=KEY)
    assert (whole.account, whole.needs_code, whole.inner) == (account, False, LoginOutcome.ok)
    assert account.last_login_at == now
    again = sign_in.attempt_code(session, account.id, codes[0], ADDRESS, now, key=KEY)
    assert again.account is account


def test_wrong_codes_lock_and_the_password_does_not_clear_them(
    session: ActorSession, secret: str, codes: list[str]
) -> None:
    now, account = START + timedelta(hours=1), account_of(session)
    for expected in (1, 2, 3):
        assert sign_in.attempt(session, "clerk", PASSWORD, ADDRESS, now).needs_code
        wrong = sign_in.attempt_code(session, account.id, "000", ADDRESS, now, key=KEY)
        assert (wrong.account, wrong.refusal) == (None, sign_in.WRONG_CODE)
        assert account.failed_count == expected
    assert sign_in.attempt(session, "clerk", PASSWORD, ADDRESS, now).refusal == sign_in.WRONG
    locked = sign_in.attempt_code(session, account.id, codes[0], ADDRESS, now, key=KEY)
    assert (locked.inner, locked.refusal) == (LoginOutcome.locked, sign_in.WRONG_CODE)
    assert recovery.left(session, account) == recovery.COUNT, "not used up while locked"
    later = now + timedelta(minutes=10)
    code = code_at(secret, later)
    assert sign_in.attempt_code(session, account.id, code, ADDRESS, later, key=KEY).account


def test_only_the_owner_enrols(session: ActorSession, secret: str) -> None:
    account, boss = account_of(session), actor_of(session, "boss")
    code = code_at(secret, START)
    with pytest.raises(Forbidden, match="Only the owner"):
        totp.enrol(session, account, boss, key=KEY, now=START)
    with pytest.raises(Forbidden, match="Only the owner"):
        totp.confirm(session, account, boss, code, key=KEY, now=START)
    with pytest.raises(Forbidden, match="Only the owner"):
        totp.drop(session, account, boss, PASSWORD, START)


def test_removing_ones_own_asks_for_the_password(session: ActorSession, codes: list[str]) -> None:
    account, actor = account_of(session), actor_of(session)
    with pytest.raises(BadInput, match="password is wrong"):
        totp.drop(session, account, actor, "wrong", START)
    assert totp.is_enrolled(session, account)
    totp.drop(session, account, actor, PASSWORD, START)
    assert not totp.is_enrolled(session, account)
    assert session.scalar(select(func.count(RecoveryCode.id))) == 0


def test_the_trail_tells_each_step_and_no_secret(
    session: ActorSession, secret: str, codes: list[str]
) -> None:
    totp.drop(session, account_of(session), actor_of(session), PASSWORD, START)
    rows = session.scalars(
        select(AuditLog).where(AuditLog.event.endswith("_second_factor")).order_by(AuditLog.id)
    ).all()
    assert [row.event.rpartition(":")[2] for row in rows] == [
        "begin_second_factor",
        "confirm_second_factor",
        "drop_second_factor",
    ]
    entities = set(session.scalars(select(AuditLog.entity)))
    assert not entities & {"totp_secret", "recovery_code"}
    assert all(row.changes is None for row in rows)
