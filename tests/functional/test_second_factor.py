"""Signing in with a second factor, and who may enrol it, remove it or take it away."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from models.accounts import recovery, sign_in, totp
from models.accounts.hands import stand_in
from models.accounts.tables_sign_in import LoginOutcome, RecoveryCode
from models.audit.tables import AuditLog
from models.base.session import ActorSession
from models.errors import BadInput, Forbidden, NotFound
from tests.support.accounts import ADDRESS, PASSWORD, account_of, actor_of
from tests.support.databases import SessionOf
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


def test_an_administrator_clears_with_a_reason_on_record(
    session_of: SessionOf, session: ActorSession, codes: list[str]
) -> None:
    boss = actor_of(session, "boss")
    session.rollback()
    with session_of(stand_in(boss)) as own:
        account = account_of(own)
        with pytest.raises(BadInput, match="made sure who is asking"):
            totp.clear(own, account, boss, "  ")
        totp.clear(own, account, boss, " 持身份证到场 ")
        assert not totp.is_enrolled(own, account)
        assert recovery.left(own, account) == 0
        row = own.scalars(select(AuditLog).order_by(AuditLog.id.desc())).first()
        assert row is not None
        assert (row.event, row.username, row.role, row.reason, row.entity_id) == (
            "accounts:user_account:clear_second_factor",
            "boss",
            "authority",
            "持身份证到场",
            account.id,
        )
        own.rollback()


def test_nobody_clears_his_own_his_equals_or_beyond_his_office(
    session: ActorSession, codes: list[str]
) -> None:
    boss, clerk, account = actor_of(session, "boss"), actor_of(session), account_of(session)
    with pytest.raises(Forbidden, match="may not do this"):
        totp.clear(session, account, clerk, "x")
    with pytest.raises(Forbidden, match="your own page"):
        totp.clear(session, account_of(session, "boss"), boss, "x")
    with pytest.raises(Forbidden, match="rights that you may not give"):
        totp.clear(session, account_of(session, "peer"), boss, "x")
    account.org_id = None
    session.flush()
    with pytest.raises(NotFound, match="no such account"):
        totp.clear(session, account, boss, "x")


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
