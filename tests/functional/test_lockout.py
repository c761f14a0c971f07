"""The lock after three wrong passwords: how long it holds, what clears it, what it counts."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import Engine, select

from models.accounts import lockout, passwords, sign_in
from models.accounts.tables_sign_in import LoginAttempt, LoginOutcome
from models.audit.tables import AuditLog
from models.base.engine import make_engine
from models.base.session import ActorSession
from tests.support.accounts import ADDRESS, PASSWORD, account_of, visitor
from tests.support.sign_in import START, Try, fail, session, try_

__all__ = ["session", "try_"]


def unlock(session: ActorSession) -> None:
    account = account_of(session)
    for name, value in lockout.CLEARED.items():
        setattr(account, name, value)
    session.commit()


@pytest.mark.parametrize(
    ("after", "is_open"),
    [
        (timedelta(seconds=1), False),
        (timedelta(minutes=9, seconds=59), False),
        (timedelta(minutes=10), True),
    ],
)
def test_the_third_wrong_password_locks_for_ten_minutes(
    session: ActorSession, try_: Try, after: timedelta, is_open: bool
) -> None:
    fail(try_, 3)
    account = account_of(session)
    assert (account.failed_count, account.locked_until) == (3, START + timedelta(minutes=10))
    assert account.first_failed_at == START
    assert (try_(after=after).account is not None) is is_open
    assert (account_of(session).locked_until is None) is is_open


def test_attempts_while_locked_do_not_extend_the_lock(session: ActorSession, try_: Try) -> None:
    fail(try_, 3)
    for minutes in range(1, 10):
        fail(try_, 1, timedelta(minutes=minutes))
    assert account_of(session).failed_count == 3
    assert try_(after=timedelta(minutes=10)).account is not None


def test_after_the_lock_counting_starts_anew(session: ActorSession, try_: Try) -> None:
    fail(try_, 3)
    fail(try_, 2, timedelta(minutes=11))
    account = account_of(session)
    assert (account.failed_count, account.locked_until) == (2, None)
    assert account.first_failed_at == START + timedelta(minutes=11)
    fail(try_, 1, timedelta(minutes=12))
    assert account_of(session).locked_until == START + timedelta(minutes=22)


@pytest.mark.parametrize("clear", ["success", "unlock"])
def test_only_failures_in_a_row_count(session: ActorSession, try_: Try, clear: str) -> None:
    fail(try_, 2)
    if clear == "success":
        assert try_().account is not None
    else:
        unlock(session)
    assert account_of(session).failed_count == 0
    fail(try_, 2)
    assert try_().account is not None


def test_unlocking_opens_before_the_time(session: ActorSession, try_: Try) -> None:
    fail(try_, 3)
    unlock(session)
    assert try_(after=timedelta(seconds=1)).account is not None


def test_the_lock_survives_a_restart(session: ActorSession, try_: Try, database: str) -> None:
    fail(try_, 3)
    engine = make_engine(database)
    with ActorSession(bind=engine) as later:
        later.act_as(visitor())
        outcome = sign_in.attempt(later, "clerk", PASSWORD, ADDRESS, START + timedelta(minutes=9))
        assert outcome.inner == LoginOutcome.locked
    engine.dispose()


def test_one_lock_leaves_one_row_in_the_trail(session: ActorSession, try_: Try) -> None:
    fail(try_, 5)
    locks = session.scalars(
        select(AuditLog).where(AuditLog.event == "accounts:user_account:lock")
    ).all()
    until = (START + timedelta(minutes=10)).isoformat()
    assert [row.changes for row in locks] == [{"locked_until": [None, until]}]
    account = account_of(session)
    assert (locks[0].entity_id, locks[0].org_id) == (account.id, account.org_id)
    assert (locks[0].user_id, locks[0].username) == (account.id, "clerk")


@pytest.mark.parametrize(
    ("threads", "expected", "count"), [(2, {"failed": 2}, 2), (8, {"failed": 3, "locked": 5}, 3)]
)
def test_parallel_failures_count_exactly_and_lock_once(
    engine: Engine, session: ActorSession, threads: int, expected: dict[str, int], count: int
) -> None:
    session.rollback()
    together = Barrier(threads)

    def try_wrong(_number: int) -> str:
        with ActorSession(bind=engine) as own:
            own.act_as(visitor())
            together.wait()
            outcome = sign_in.attempt(own, "clerk", "wrong", ADDRESS, START)
            own.commit()
            return outcome.inner.value

    with ThreadPoolExecutor(threads) as pool:
        outcomes = Counter(pool.map(try_wrong, range(threads)))
    assert outcomes == expected
    account = account_of(session)
    assert account.failed_count == count
    locks = select(AuditLog.id).where(AuditLog.event == "accounts:user_account:lock")
    assert len(session.scalars(locks).all()) == (1 if account.locked_until else 0)
    noted = Counter(session.scalars(select(LoginAttempt.outcome)))
    assert noted == expected


def test_a_right_guess_that_was_overtaken_by_the_lock_is_refused(
    session: ActorSession, try_: Try, monkeypatch: pytest.MonkeyPatch
) -> None:
    verify = passwords.verify_or_waste

    def overtaken(stored: str | None, given: str) -> bool:
        for _ in range(3):
            lockout.count_failure(session, account_of(session).id, START)
        return verify(stored, given)

    monkeypatch.setattr(passwords, "verify_or_waste", overtaken)
    outcome = try_()
    assert (outcome.account, outcome.inner) == (None, LoginOutcome.locked)
