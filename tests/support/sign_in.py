"""An office at whose door passwords are tried, at instants of the test's choice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from models.accounts import sign_in
from models.accounts.sign_in import WRONG, Outcome
from models.accounts.tables import AccountStatus
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
    """Try wrong passwords."""
    for _ in range(times):
        assert try_("wrong", after=after).refusal == WRONG
