"""Judging user name and password: what opens, what locks, and that nothing tells who exists."""

from __future__ import annotations

from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from models.accounts import passwords
from models.accounts.sign_in import WITHOUT_ROLE, WRONG
from models.accounts.tables_sign_in import LoginAttempt
from models.audit.tables import AuditLog
from models.base.session import ActorSession
from tests.support.accounts import ADDRESS, PASSWORD, account_of
from tests.support.sign_in import ID_NUMBER, START, Try, fail, session, try_

__all__ = ["session", "try_"]


def test_the_right_password_opens(session: ActorSession, try_: Try) -> None:
    before = (account_of(session).version, account_of(session).updated_at)
    outcome = try_()
    assert (outcome.status, outcome.refusal, outcome.needs_code) == (200, None, False)
    account = account_of(session)
    assert outcome.account is account
    assert (account.last_login_at, account.last_login_ip) == (START, ADDRESS)
    assert (account.version, account.updated_at) == before


def test_signing_in_is_no_edit_of_the_account(session: ActorSession, try_: Try) -> None:
    account = account_of(session)
    who = (AuditLog.user_id, AuditLog.username, AuditLog.role)
    trail = select(AuditLog.event, AuditLog.result, AuditLog.entity_text, AuditLog.ip, *who)
    before = len(session.execute(trail).all())
    try_("wrong")
    try_()
    own = ("clerk", ADDRESS, account.id, "clerk", "authority")
    assert session.execute(trail.order_by(AuditLog.id)).all()[before:] == [
        ("accounts:user_account:sign_in", "refused", *own),
        ("accounts:user_account:sign_in", "ok", *own),
    ]


@pytest.mark.parametrize(
    ("name", "password", "inner"),
    [
        ("clerk", "wrong", "failed"),
        ("clerk", "", "failed"),
        ("clerk", "x" * 100_000, "failed"),
        ("nobody", PASSWORD, "failed"),
        ("", "", "failed"),
        ("n" * 100_000, PASSWORD, "failed"),
        ("cle\x00rk", PASSWORD, "failed"),
        ("clerk\ud800", PASSWORD, "failed"),
        ("gone", PASSWORD, "disabled"),
        ("gone", "wrong", "disabled"),
        ("shut", PASSWORD, "locked"),
        ("shut", "wrong", "locked"),
    ],
)
def test_every_refusal_says_the_same_after_one_hash(
    session: ActorSession, try_: Try, monkeypatch: pytest.MonkeyPatch,
    name: str, password: str, inner: str,
) -> None:  # fmt: skip
    if name == "shut":
        fail(try_, 3)
        name = "clerk"
    hashes: list[str | bytes] = []
    verify = PasswordHasher.verify

    def count(self: PasswordHasher, stored: str | bytes, given: str | bytes) -> bool:
        hashes.append(stored)
        return verify(self, stored, given)

    monkeypatch.setattr(PasswordHasher, "verify", count)
    outcome = try_(password, name, timedelta(minutes=1))
    assert (outcome.account, outcome.refusal, outcome.status) == (None, WRONG, 403)
    assert outcome.inner == inner
    assert len(hashes) == 1
    noted = session.scalars(select(LoginAttempt).order_by(LoginAttempt.id.desc())).first()
    assert noted is not None
    assert noted.outcome == inner


def test_an_account_without_role_is_told_so(session: ActorSession, try_: Try) -> None:
    outcome = try_(name="jobless")
    assert (outcome.account, outcome.refusal, outcome.status) == (None, WITHOUT_ROLE, 403)
    assert account_of(session, "jobless").last_login_at is None
    assert try_("wrong", "jobless").refusal == WRONG


def test_a_weak_old_hash_is_replaced_at_sign_in(session: ActorSession, try_: Try) -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=1024).hash(PASSWORD)
    account_of(session).password_hash = weak
    session.commit()
    assert try_().account is not None
    stored = account_of(session).password_hash
    assert stored != weak
    assert not passwords.needs_rehash(stored)
    assert try_().account is not None


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        (ID_NUMBER, "110***2x"),
        ("440105199001011234", "440***34"),
        ("13800138000", "138***00"),
        ("E12345678", "e12***78"),
        ("clerk", "clerk"),
        ("clerk2026", "clerk2026"),
        ("cle\x00rk", "clerk"),
        ("n" * 100, "n" * 64),
    ],
)
def test_the_trail_holds_no_personal_number(
    session: ActorSession, try_: Try, typed: str, shown: str
) -> None:
    try_("wrong", typed)
    attempt = session.scalars(select(LoginAttempt)).one()
    row = session.scalars(select(AuditLog).where(AuditLog.event.endswith(":sign_in"))).one()
    assert (attempt.username_tried, row.entity_text) == (shown, shown)
    assert (attempt.user_id is not None) is (typed in {ID_NUMBER, "clerk"})
