"""The throttle per address: it closes the address of a guesser, never the office he guesses at."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import func, select

from models.accounts import sign_in, throttle
from models.accounts.sign_in import THROTTLED, Outcome
from models.accounts.tables import UserAccount
from models.accounts.tables_sign_in import LoginAttempt, LoginOutcome
from models.audit.tables import AuditLog
from models.base.session import ActorSession
from tests.support.accounts import PASSWORD, make_account, make_office, visitor
from tests.support.databases import SessionOf

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
GUESSER, OFFICE = "198.51.100.7", "203.0.113.9"


@pytest.fixture
def session(session_of: SessionOf) -> ActorSession:
    """Open the system's session over an office with one account."""
    session = session_of(visitor())
    make_account(session, make_office(session), "clerk", "authority")
    session.commit()
    return session


def add(
    session: ActorSession,
    count: int,
    *,
    ip: str | None = GUESSER,
    outcome: LoginOutcome = LoginOutcome.failed,
    at: datetime = START,
) -> None:
    session.add_all(
        LoginAttempt(at=at, ip=ip, username_tried=f"user{number}", outcome=outcome)
        for number in range(count)
    )
    session.commit()


def try_(session: ActorSession, ip: str | None = GUESSER, password: str = PASSWORD) -> Outcome:
    outcome = sign_in.attempt(session, "clerk", password, ip, START)
    session.commit()
    return outcome


@pytest.mark.parametrize(("failures", "is_closed"), [(59, False), (60, True), (61, True)])
def test_sixty_failures_close_an_address(
    session: ActorSession, failures: int, is_closed: bool
) -> None:
    add(session, failures)
    outcome = try_(session)
    assert (outcome.refusal == THROTTLED) is is_closed
    assert outcome.status == (429 if is_closed else 200)


def test_the_sixtieth_failure_over_different_names_closes(session: ActorSession) -> None:
    add(session, 59)
    assert try_(session, password="wrong").status == 403
    assert try_(session).status == 429


def test_the_office_at_another_address_stays_open(session: ActorSession) -> None:
    add(session, 60)
    assert try_(session, OFFICE).account is not None


def test_an_outsider_locks_no_more_than_twenty_accounts(session: ActorSession) -> None:
    office = session.scalars(select(UserAccount)).one().org
    assert office is not None
    names = [make_account(session, office, f"clerk{n}", "authority").username for n in range(22)]
    session.commit()
    for name in names:
        for _ in range(3):
            sign_in.attempt(session, name, "wrong", GUESSER, START)
    session.commit()
    locked = select(func.count(UserAccount.id)).where(UserAccount.locked_until.is_not(None))
    assert session.scalar(locked) == 20


@pytest.mark.parametrize(
    ("age", "status"),
    [(throttle.WINDOW - timedelta(seconds=1), 429), (throttle.WINDOW, 200)],
)
def test_only_the_last_ten_minutes_count(
    session: ActorSession, age: timedelta, status: int
) -> None:
    add(session, 60, at=START - age)
    assert try_(session).status == status


@pytest.mark.parametrize(
    ("outcome", "status"),
    [
        (LoginOutcome.failed, 429),
        (LoginOutcome.locked, 429),
        (LoginOutcome.disabled, 429),
        (LoginOutcome.ok, 200),
        (LoginOutcome.throttled, 200),
    ],
)
def test_what_counts(session: ActorSession, outcome: LoginOutcome, status: int) -> None:
    add(session, 60, outcome=outcome)
    assert try_(session).status == status


@pytest.mark.parametrize(
    ("ip", "source"),
    [
        ("198.51.100.7", "198.51.100.7"),
        ("::ffff:198.51.100.7", "198.51.100.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", None),
        ("unknown", None),
        (None, None),
    ],
)
def test_what_is_one_address(ip: str | None, source: str | None) -> None:
    assert throttle.source_of(ip) == source


def test_a_network_of_ipv6_is_closed_whole(session: ActorSession) -> None:
    add(session, 60, ip="2001:db8:1:2::/64")
    assert try_(session, "2001:db8:1:2:3:4:5:6").status == 429
    assert try_(session, "2001:db8:1:3::1").status == 200


def test_the_unknown_address_is_throttled_too(session: ActorSession) -> None:
    add(session, 60, ip=None)
    assert try_(session, None).status == 429


def test_a_closed_address_costs_no_hash_and_touches_no_account(
    session: ActorSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(session, 60)

    def refuse(*_arguments: object) -> bool:
        raise AssertionError("a hash was computed")

    monkeypatch.setattr(PasswordHasher, "verify", refuse)
    assert try_(session, password="wrong").status == 429
    assert session.scalars(select(UserAccount)).one().failed_count == 0


def test_a_flood_is_noted_once(session: ActorSession) -> None:
    add(session, 60)
    for _ in range(5):
        assert try_(session).status == 429
    noted = select(func.count()).where(LoginAttempt.outcome == LoginOutcome.throttled)
    assert session.scalar(noted) == 1
    trail = select(func.count()).where(AuditLog.event.endswith(":sign_in"))
    assert session.scalar(trail) == 1


def test_old_attempts_are_forgotten_at_sign_in(session: ActorSession) -> None:
    add(session, 3, at=START - throttle.KEPT)
    add(session, 2, at=START - throttle.KEPT + timedelta(seconds=1))
    assert try_(session, OFFICE).account is not None
    session.expire_all()
    kept = session.scalars(select(LoginAttempt.at).order_by(LoginAttempt.id)).all()
    assert kept == [START - throttle.KEPT + timedelta(seconds=1)] * 2 + [START]


def test_no_more_than_some_are_forgotten_at_once(session: ActorSession) -> None:
    add(session, 5, at=START - throttle.KEPT)
    assert throttle.forget_old(session, START, most=3) == 3
    assert throttle.forget_old(session, START, most=3) == 2
