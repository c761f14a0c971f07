"""Values as they stand in an address: typed, bounded, some relative to today or to the actor."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Numeric, SmallInteger, String

from models import clock
from models.base.actor import Actor
from models.errors import BadInput
from models.text import msg
from views.base.columns import GridColumn
from views.base.search import stored_spelling

#: Half-open range ``[first, beyond)`` of days or of instants.
Span = tuple[Any, Any]

_INTEGER = re.compile(r"-?[0-9]{1,18}")
_DECIMAL = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,6})?")
_DAY = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")
_MONTH = re.compile(r"([0-9]{4})-([0-9]{1,2})")
_YEAR = re.compile(r"[0-9]{4}")
_MINUTE = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]([0-9]{2}:[0-9]{2})(:[0-9]{2})?")
_SHIFTED = re.compile(r"([+-][0-9]{1,4})([dwm])")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
_TEXT_CHARS = 200
_TRUE, _FALSE = frozenset({"true", "1", "yes"}), frozenset({"false", "0", "no"})
FIRST_YEAR, LAST_YEAR = 1900, 9000


def read_value(column: GridColumn, text: str, actor: Actor) -> Any:
    """Return one value of a column that is no day or instant.

    :raises BadInput: when the text is no such value.
    """
    if column.kind == "choice":
        return _choice(column, text)
    if column.kind == "boolean":
        return _boolean(text)
    if column.number and text in ("me", "my_org"):
        return _own(text, actor)
    if column.number:
        return _integer(column, text)
    if isinstance(_type(column), Numeric):
        return _decimal(text)
    return stored_spelling(column, _text(text))


def _type(column: GridColumn) -> Any:
    return getattr(column.expression, "type", String())


def _choice(column: GridColumn, text: str) -> Any:
    if text not in (column.meta.choices or {}):
        raise BadInput(msg("“%(value)s” is none of the values of this column", value=text))
    return int(text) if column.number else text


def _boolean(text: str) -> bool:
    if text.lower() not in _TRUE | _FALSE:
        raise BadInput(msg("“%(value)s” is neither yes nor no", value=text))
    return text.lower() in _TRUE


def _own(text: str, actor: Actor) -> int | None:
    return actor.user_id if text == "me" else actor.org_id


def _integer(column: GridColumn, text: str) -> int:
    bits = {SmallInteger: 15, BigInteger: 63}.get(type(_type(column)), 31)
    if not _INTEGER.fullmatch(text) or abs(int(text)) >= 1 << bits:
        raise BadInput(msg("“%(value)s” is no whole number that fits here", value=text))
    return int(text)


def _decimal(text: str) -> Any:
    from decimal import Decimal

    if not _DECIMAL.fullmatch(text):
        raise BadInput(msg("“%(value)s” is no number", value=text))
    return Decimal(text)


def _text(text: str) -> str:
    if not text or len(text) > _TEXT_CHARS or _CONTROL.search(text):
        raise BadInput(
            msg("A text here has 1 to %(count)s characters on one line", count=_TEXT_CHARS)
        )
    return text


def read_span(column: GridColumn, text: str) -> Span:
    """Return the half-open range that a day, month, year, minute or relative value stands for.

    :raises BadInput: when the text is no such value.
    """
    minute = _MINUTE.fullmatch(text) if column.kind == "instant" else None
    try:
        if minute:
            first: date = datetime.fromisoformat(f"{minute[1]}T{minute[2]}")
            beyond = first + timedelta(minutes=1)
        else:
            first, beyond = _days(text)
    except (ValueError, OverflowError):
        raise _no_day(text) from None
    if not FIRST_YEAR <= first.year <= LAST_YEAR:
        raise _no_day(text)
    if column.kind == "instant":
        return _instant(first), _instant(beyond)
    return first, beyond


def _instant(moment: date) -> datetime:
    """Return a Shanghai minute, or the beginning of a Shanghai day."""
    if isinstance(moment, datetime):
        return moment.replace(tzinfo=clock.SHANGHAI)
    return clock.day_start(moment)


def _no_day(text: str) -> BadInput:
    return BadInput(
        msg("“%(value)s” is no day; write 2026-11-23, today, -7d or this_year", value=text)
    )


def _days(text: str) -> tuple[date, date]:
    if text in _NAMED:
        return _NAMED[text](clock.today())
    if shifted := _SHIFTED.fullmatch(text):
        return _one(_shift(clock.today(), int(shifted[1]), shifted[2]))
    if day := _DAY.fullmatch(text):
        return _one(date(int(day[1]), int(day[2]), int(day[3])))
    if month := _MONTH.fullmatch(text):
        return _month(date(int(month[1]), int(month[2]), 1))
    if _YEAR.fullmatch(text):
        return _year(date(int(text), 1, 1))
    raise ValueError(text)


def _shift(day: date, number: int, unit: str) -> date:
    if unit == "m":
        months = day.year * 12 + day.month - 1 + number
        last = _month(date(months // 12, months % 12 + 1, 1))[1] - timedelta(days=1)
        return last.replace(day=min(day.day, last.day))
    return day + timedelta(days=number * (7 if unit == "w" else 1))


def _one(day: date) -> tuple[date, date]:
    return day, day + timedelta(days=1)


def _week(day: date) -> tuple[date, date]:
    monday = day - timedelta(days=day.weekday())
    return monday, monday + timedelta(days=7)


def _month(day: date) -> tuple[date, date]:
    first = day.replace(day=1)
    return first, (first + timedelta(days=32)).replace(day=1)


def _year(day: date) -> tuple[date, date]:
    return date(day.year, 1, 1), date(day.year + 1, 1, 1)


_NAMED: dict[str, Callable[[date], tuple[date, date]]] = {
    "today": _one,
    "yesterday": lambda today: _one(today - timedelta(days=1)),
    "tomorrow": lambda today: _one(today + timedelta(days=1)),
    "this_week": _week,
    "last_week": lambda today: _week(today - timedelta(days=7)),
    "this_month": _month,
    "last_month": lambda today: _month(today.replace(day=1) - timedelta(days=1)),
    "this_year": _year,
    "last_year": lambda today: _year(date(today.year - 1, 1, 1)),
}
#: Words that stand for days, for the form that adds a condition.
NAMED_DAYS = tuple(_NAMED)
