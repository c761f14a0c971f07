"""The throttle per address (reading 28): it stands in for the manuals' captcha.

It counts refused attempts over all accounts, so whoever goes from name to name to lock an office
out has locked twenty accounts when his own address is closed; the office's stays open.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address
from typing import Final

from sqlalchemy import delete, func, select

from models.accounts.tables_sign_in import LoginAttempt, LoginOutcome
from models.base.session import ActorSession

MOST_FAILURES: Final = 60
WINDOW: Final = timedelta(minutes=10)
#: The trail keeps every attempt for good; these rows serve the throttle and its explanation.
KEPT: Final = timedelta(days=30)
_COUNTED: Final = (
    LoginOutcome.failed,
    LoginOutcome.locked,
    LoginOutcome.disabled,
    LoginOutcome.link,
)


def source_of(ip: str | None) -> str | None:
    """Return what counts as one address: of IPv6 the network of 64 bits that one line is given."""
    try:
        address = ip_address(ip or "")
    except ValueError:
        return None
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    network = IPv6Address(int(address) >> 64 << 64)
    return f"{network}/64"


def is_closed(session: ActorSession, source: str | None, now: datetime) -> bool:
    """Say whether an address has failed too often of late; the unknown (None) is one of them."""
    return _count(session, source, now, *_COUNTED) >= MOST_FAILURES


def is_noted(session: ActorSession, source: str | None, now: datetime) -> bool:
    """Say whether the closing of an address is on record already: a flood must not fill tables."""
    return _count(session, source, now, LoginOutcome.throttled) > 0


def _count(
    session: ActorSession, source: str | None, now: datetime, *outcomes: LoginOutcome
) -> int:
    recent = (
        select(LoginAttempt.id)
        .where(
            LoginAttempt.ip == source,
            LoginAttempt.at > now - WINDOW,
            LoginAttempt.outcome.in_(outcomes),
        )
        .limit(MOST_FAILURES)
        .subquery()
    )
    return session.scalar(select(func.count()).select_from(recent)) or 0


def forget_old(session: ActorSession, now: datetime, most: int = 200) -> int:
    """Delete at most ``most`` attempts older than :data:`KEPT`, the oldest first; return how many.

    Each sign-in calls it: the table stays small without a job. What another transaction deletes
    at this moment is passed over, not waited for.
    """
    oldest = select(LoginAttempt.id).order_by(LoginAttempt.id).limit(most)
    old = (
        select(LoginAttempt.id)
        .where(LoginAttempt.id.in_(oldest), LoginAttempt.at <= now - KEPT)
        .with_for_update(skip_locked=True)
    )
    gone = session.execute(
        delete(LoginAttempt)
        .where(LoginAttempt.id.in_(old))
        .execution_options(synchronize_session=False, set_wise="attempts kept long enough")
        .returning(LoginAttempt.id)
    )
    return len(gone.all())
