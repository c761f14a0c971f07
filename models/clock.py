"""The one source of "now": aware UTC instants, Shanghai days, and a way to hold the clock."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
_held: ContextVar[datetime | None] = ContextVar("held_clock", default=None)


def now() -> datetime:
    """Return the present instant, aware, in UTC."""
    return _held.get() or datetime.now(UTC)


def today() -> date:
    """Return the present calendar day in Shanghai."""
    return now().astimezone(SHANGHAI).date()


def day_start(day: date) -> datetime:
    """Return 00:00 Shanghai of ``day`` as an aware UTC instant."""
    return datetime.combine(day, time.min, SHANGHAI).astimezone(UTC)


def day_end(day: date) -> datetime:
    """Return the half-open end of ``day``: 00:00 Shanghai of the next day (reading 14)."""
    return day_start(day + timedelta(days=1))


def last_day(end: datetime) -> date:
    """Return the last Shanghai day that begins before a half-open ``end``: what was typed."""
    return (end - timedelta(microseconds=1)).astimezone(SHANGHAI).date()


def whole_day(border: datetime, *, ends: bool) -> date | None:
    """Return the day that a window's border begins or, if it ``ends`` one, closes; None within a
    day.
    """
    local = border.astimezone(SHANGHAI)
    if local.time() != time.min:
        return None
    return last_day(border) if ends else local.date()


@contextmanager
def held(instant: datetime) -> Iterator[datetime]:
    """Hold the clock at an aware ``instant``; for tests and for judging at a past moment."""
    if instant.tzinfo is None:
        raise ValueError("the clock holds aware instants only")
    token = _held.set(instant.astimezone(UTC))
    try:
        yield instant
    finally:
        _held.reset(token)
