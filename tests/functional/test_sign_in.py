"""Judging user name and password: what opens, what locks, and that nothing tells who exists."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from argon2 import PasswordHasher
from sqlalchemy import Engine, select

from models.accounts import lockout, passwords, sign_in
from models.accounts.sign_in import WITHOUT_ROLE, WRONG, Outcome
from models.accounts.tables import AccountStatus
from models.accounts.tables_sign_in import LoginAttempt, LoginOutcome
from models.audit.tables import AuditLog
from models.base.engine import make_engine
from models.base.session import ActorSession
from tests.support.accounts import ADDRESS, PASSWORD, account_of, make_account, make_office, visitor
from tests.support.databases import SessionOf

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
ID_NUMBER = "11010519491231002X"
Try = Callable[..., Outcome]


@pytest.fixture
def session(session_of: SessionOf) -> ActorSession:
    """Open the system's session over an office with four accounts."""
    session = session_of(visitor())
    office = make_office(session)
    for name in ("clerk", "gone", ID_NUMBER.lower()):
        make_account(session, office, name, "authority")
    make_account(session, office, "jobless")
    account_of(session, "gone").status = AccountStatus.disabled
    session.commit()
    return session


@pytest.fixture
def try_(session: ActorSession) -> Try:
    """Return a function that tries a password ``after`` some time and commits."""

    def try_(
        password: str = PASSWORD, name: str = "clerk", after: timedelta = timedelta()
    ) -> Outcome:
        outcome = sign_in.attempt(session, name, password, ADDRESS, START + after)
        session.commit()
        return outcome

    return try_


def fail(try_: Try, times: int, after: timedelta = timedelta()) -> None:
    for _ in range(times):
        assert try_("wrong", after=after).refusal == WRONG


def unlock(session: ActorSession) -> None:
    account = account_of(session)
    for name, value in lockout.CLEARED.items():
        setattr(account, name, value)
    session.commit()


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
    ("name", "told"),
    [
        ("11010519900101001X", (False, "sign-in", "system", "110***1x")),
        (ID_NUMBER, (True, "110***2x", "authority", "110***2x")),
    ],
    ids=["unknown", "known"],
)
def test_a_personal_number_that_is_typed_as_a_name_is_masked(
    session: ActorSession, try_: Try, name: str, told: tuple[bool, str, str, str]
) -> None:
    try_("wrong", name=name)
    (row,) = session.scalars(
        select(AuditLog).where(AuditLog.event == "accounts:user_account:sign_in")
    ).all()
    is_known, *words = told
    assert (row.user_id is not None, row.entity_id is not None) == (is_known, is_known)
    assert [row.username, row.role, row.entity_text] == words


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
