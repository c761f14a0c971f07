"""A clerk with a second factor: the enrolment, the codes of a device, and recovery codes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pyotp
import pytest

from models.accounts import totp
from models.base.session import ActorSession
from tests.support.accounts import account_of, actor_of, make_staff, visitor
from tests.support.databases import SessionOf

KEY = "a key for tests only"
START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
STEP = timedelta(seconds=totp.STEP_SECONDS)


@pytest.fixture
def session(session_of: SessionOf) -> ActorSession:
    """Open the system's session over an office with a boss, a colleague and a site's clerk."""
    session = session_of(visitor())
    make_staff(session)
    session.commit()
    return session


def code_at(secret: str, moment: datetime) -> str:
    """Return what the clerk's device shows at a moment."""
    return pyotp.TOTP(secret).at(moment)


@pytest.fixture
def secret(session: ActorSession) -> str:
    """Begin the clerk's enrolment and return the secret."""
    begun = totp.enrol(session, account_of(session), actor_of(session), key=KEY, now=START)
    session.commit()
    return begun.secret


@pytest.fixture
def codes(session: ActorSession, secret: str) -> list[str]:
    """Confirm the clerk's enrolment and return the recovery codes."""
    code = code_at(secret, START)
    codes = totp.confirm(session, account_of(session), actor_of(session), code, key=KEY, now=START)
    session.commit()
    return codes
