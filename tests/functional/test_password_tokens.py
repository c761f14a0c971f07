"""Links for a forgotten password: thirty minutes, one use, and only the newest."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from sqlalchemy import Engine, select

from models.accounts import sign_in, tokens
from models.accounts.lockout import is_locked
from models.accounts.password_changes import change_by_token
from models.accounts.password_rules import WeakPassword
from models.accounts.sessions import create_session, living
from models.accounts.tables import AccountStatus, UserAccount
from models.accounts.tables_sign_in import PasswordToken
from models.audit.tables import AuditLog
from models.base.session import ActorSession
from models.errors import Conflict, NotFound
from tests.support.accounts import ADDRESS, PASSWORD, account_of, make_account, make_office, visitor
from tests.support.databases import SessionOf

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
NEW = "kite#river7"


@pytest.fixture
def session(session_of: SessionOf) -> ActorSession:
    """Open the system's session over an office with two accounts."""
    session = session_of(visitor())
    office = make_office(session)
    for name in ("clerk", "other"):
        make_account(session, office, name, "authority")
    session.commit()
    return session


@pytest.fixture
def token(session: ActorSession) -> str:
    """Issue a token for the clerk."""
    token = tokens.issue(session, account_of(session), START)
    session.commit()
    return token


def test_a_token_sets_the_password_and_lets_the_owner_in(session: ActorSession, token: str) -> None:
    account = account_of(session)
    account.locked_until, account.failed_count = START + timedelta(minutes=5), 3
    session.flush()
    create_session(session, account, None, ADDRESS, None)
    epoch = account.session_epoch
    assert tokens.owner_of(session, token, START) is account
    assert change_by_token(session, token, NEW, START) is account
    assert (account.must_change_password, account.initial_password_pending) == (False, False)
    session.refresh(account)
    assert account.failed_count == 0
    assert not is_locked(account, START)
    assert (account.password_changed_at, account.session_epoch) == (START, epoch + 1)
    assert living(session, account, START) == []
    assert sign_in.attempt(session, "clerk", NEW, ADDRESS, START).account is account
    assert sign_in.attempt(session, "clerk", PASSWORD, ADDRESS, START).account is None


def test_the_database_does_not_hold_the_token(session: ActorSession, token: str) -> None:
    stored = session.scalars(select(PasswordToken)).one()
    assert len(token) >= 43
    assert token not in (stored.token_hash, stored.kind)
    with pytest.raises(NotFound, match="no longer valid"):
        tokens.owner_of(session, stored.token_hash, START)


def test_a_token_opens_once(session: ActorSession, token: str) -> None:
    change_by_token(session, token, NEW, START)
    with pytest.raises(NotFound, match="no longer valid"):
        change_by_token(session, token, "lamp#ocean9", START)
    with pytest.raises(NotFound, match="no longer valid"):
        tokens.use(session, token, START)


@pytest.mark.parametrize(
    ("age", "opens"),
    [(timedelta(minutes=29, seconds=59), True), (timedelta(minutes=30), False)],
)
def test_a_token_lives_thirty_minutes(
    session: ActorSession, token: str, age: timedelta, opens: bool
) -> None:
    if opens:
        assert change_by_token(session, token, NEW, START + age).username == "clerk"
        return
    with pytest.raises(NotFound, match="no longer valid"):
        change_by_token(session, token, NEW, START + age)
    with pytest.raises(NotFound, match="no longer valid"):
        tokens.use(session, token, START + age)


def test_a_new_token_voids_the_older_of_the_same_account(session: ActorSession, token: str) -> None:
    others = tokens.issue(session, account_of(session, "other"), START)
    newest = tokens.issue(session, account_of(session), START)
    with pytest.raises(NotFound, match="no longer valid"):
        tokens.owner_of(session, token, START)
    assert tokens.owner_of(session, newest, START).username == "clerk"
    assert tokens.owner_of(session, others, START).username == "other"


@pytest.mark.parametrize("junk", ["", "x", "x" * 10_000, "\x00", "☃"])
def test_junk_opens_nothing(session: ActorSession, token: str, junk: str) -> None:
    with pytest.raises(NotFound, match="no longer valid"):
        tokens.owner_of(session, junk, START)


def test_a_disabled_account_has_no_use_for_its_token(session: ActorSession, token: str) -> None:
    account_of(session).status = AccountStatus.disabled
    session.flush()
    with pytest.raises(NotFound, match="no longer valid"):
        change_by_token(session, token, NEW, START)


def test_a_weak_password_leaves_the_token_good(session: ActorSession, token: str) -> None:
    for weak, reason in ((PASSWORD, "differ from the old"), ("Clerk#river7", "user name")):
        with pytest.raises(WeakPassword, match=reason):
            change_by_token(session, token, weak, START)
    assert change_by_token(session, token, NEW, START).username == "clerk"


def test_parallel_issues_leave_one_token(engine: Engine, session: ActorSession) -> None:
    user_id = account_of(session).id
    session.rollback()
    together = Barrier(4)

    def issue(_number: int) -> str:
        with ActorSession(bind=engine) as own:
            own.act_as(visitor())
            together.wait()
            token = tokens.issue(own, own.get_one(UserAccount, user_id), START)
            own.commit()
            return token

    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(issue, range(4)))
    assert len(set(made)) == 4
    assert len(session.scalars(select(PasswordToken.id)).all()) == 1


def test_of_two_who_press_at_once_one_sets_the_password(
    engine: Engine, session: ActorSession, token: str
) -> None:
    session.rollback()
    together = Barrier(2)

    def press(new: str) -> str:
        with ActorSession(bind=engine) as own:
            own.act_as(visitor())
            together.wait()
            try:
                change_by_token(own, token, new, START)
            except (NotFound, Conflict):
                return "refused"
            own.commit()
            return new

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(press, (NEW, "lamp#ocean9")))
    assert Counter(outcomes)["refused"] == 1
    winner = next(outcome for outcome in outcomes if outcome != "refused")
    assert sign_in.attempt(session, "clerk", winner, ADDRESS, START).account


def test_the_trail_tells_of_issue_and_use_and_not_the_token(
    session: ActorSession, token: str
) -> None:
    change_by_token(session, token, NEW, START)
    rows = session.scalars(
        select(AuditLog).where(AuditLog.entity == "user_account").order_by(AuditLog.id.desc())
    ).all()[:2]
    assert [row.event.rpartition(":")[2] for row in rows] == ["change_password", "issue_token"]
    assert token not in str([(row.reason, row.changes, row.entity_text) for row in rows])
    assert "password_token" not in set(session.scalars(select(AuditLog.entity)))
