"""What a cell of somebody's workbook says: text, a number kept as text, a value of a closed set."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, TypeVar

from sqlalchemy import Boolean, Date, Integer

from models import clock
from models.base.columns import meta
from models.base.spelling import UNSEEN, has_unseen, plain_text
from models.base.types import Instant
from models.errors import BadInput
from models.text import msg

#: Codes by everything that they are called: set → text → the codes that it may mean.
Codes = Mapping[str, Mapping[str, Collection[str]]]
#: Days and times outside are typing errors, or what Excel makes of a number that is no date.
FIRST_YEAR, LAST_YEAR = 1900, 2100
Day = TypeVar("Day", date, datetime)
YES = frozenset({"是", "有", "1", "true", "yes", "y", "√"})
NO = frozenset({"否", "无", "0", "false", "no", "n", ""})
#: Digits of what an integer column surely holds, and what is written in digits but is a text.
WHOLE_DIGITS: Final = 9
NUMBER_TEXTS: Final = frozenset({"id_no", "mobile"})
#: Excel keeps 15 significant digits and writes zeros for the rest.
_EXCEL_LIMIT: Final = 10**15
ROUNDED: Final = msg("Excel has rounded this number. Format the column as text and type it again.")
#: A number of that length as a CSV file of Excel's holds it, and what stands for a lost value.
_EXPONENT: Final = re.compile(r"-?[0-9](\.[0-9]+)?E\+[0-9]{2,3}", re.IGNORECASE)
_ERROR: Final = re.compile(
    r"#(N/A|VALUE!|REF!|DIV/0!|NUM!|NAME\?|NULL!|SPILL!|CALC!|FIELD!|BLOCKED!|CONNECT!|BUSY!"
    r"|UNKNOWN!|PYTHON!|GETTING_DATA|#+)|Err:[0-9]{3}",
    re.IGNORECASE,
)


def has_full_width(text: str) -> bool:
    """Tell whether any character is a full-width form, such as "１", "Ａ" or "　"."""
    return any(_is_full_width(character) for character in text)


def _is_full_width(character: str) -> bool:
    return unicodedata.east_asian_width(character) == "F"


def lost_precision(value: float) -> bool:
    """Tell whether an Excel number has more than 15 digits, so that its last ones became zeros.

    The lost digits cannot be seen in the value any more, hence the test of its size. Infinity
    and NaN count as lost.
    """
    return not abs(value) < _EXCEL_LIMIT


def read_text(cell: Any) -> str | None:
    """Return a cell as trimmed text; None for an empty one.

    :raises BadInput: for characters that cannot be seen, for numbers that Excel has rounded, and
    for its error words.
    """
    if cell is None:
        return None
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, int | float):
        if lost_precision(cell):
            raise BadInput(ROUNDED)
        cell = int(cell) if float(cell).is_integer() else cell
    if isinstance(cell, date):
        return cell.strftime("%Y-%m-%d")
    text = _visible(str(cell))
    if text:
        _need_intact(text)
    return text


def _visible(text: str) -> str | None:
    text = plain_text(text)
    if has_unseen(text):
        raise BadInput(UNSEEN)
    return text or None


def _need_intact(text: str) -> None:
    """Refuse what a spreadsheet writes in place of a value that it has lost.

    :raises BadInput: for an error word, and a long number in the notation of Excel.
    """
    if _EXPONENT.fullmatch(text):
        raise BadInput(ROUNDED)
    if _ERROR.fullmatch(text):
        raise BadInput(
            msg(
                "%(text)s is an error of the spreadsheet and no value."
                " Correct the formula, or type the value.",
                text=text,
            )
        )


def read_number_text(cell: Any) -> str | None:
    """Return a document or mobile number as text of ASCII characters only.

    :raises BadInput: for full-width characters, which no search would find again.
    """
    text = read_text(cell)
    if text and has_full_width(text):
        raise BadInput(msg("This holds full-width characters. Type the digits in half width."))
    return text.upper() if text else None


def choice_reader(column: Any) -> Callable[[Any], Any]:
    """Return what reads a value of the column's closed set, written as code or as label.

    The reader raises :class:`BadInput` for anything else, and gives None for an empty cell.
    """
    is_number = column.type.python_type is int
    values: dict[str, Any] = {}
    for value, label in (meta(column).choices or {}).items():
        values |= dict.fromkeys((value, label.zh, label.en), int(value) if is_number else value)

    def read(cell: Any) -> Any:
        text = read_text(cell)
        if text is not None and text not in values:
            raise BadInput(msg("%(text)s is not one of the allowed values.", text=text[:30]))
        return None if text is None else values[text]

    return read


def bounded(value: Any, length: int | None) -> Any:
    """Return a value that fits its column; ``length`` None is no bound.

    :raises BadInput: for a longer text.
    """
    if isinstance(value, str) and length and len(value) > length:
        raise BadInput(msg("At most %(length)s characters.", length=length))
    return value


def need_sane_year(day: Day) -> Day:
    """Return a day or time of the years that an application can speak of.

    :raises BadInput: for another year.
    """
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise BadInput(
            msg(
                "The year must lie between %(first)s and %(last)s.",
                first=FIRST_YEAR,
                last=LAST_YEAR,
            )
        )
    return day


def read_day(cell: Any) -> date | None:
    """Return a date cell, or a text of the form 2026-11-23, 2026/11/23 or 20261123.

    :raises BadInput: when it is no date, or one of another age.
    """
    if isinstance(cell, datetime | date):
        return need_sane_year(date(cell.year, cell.month, cell.day))
    text = read_text(cell)
    if text is None:
        return None
    for form in _day_forms(text):
        try:
            day = datetime.strptime(text, form).replace(tzinfo=UTC).date()
        except ValueError:
            continue
        return need_sane_year(day)
    raise BadInput(msg("%(text)s is no date. Write it as 2026-11-23.", text=text[:20]))


def _day_forms(text: str) -> tuple[str, ...]:
    """Return the forms that a text may have; without separators only eight digits are a day, as
    strptime takes one-digit months and days and would make January 1 of "202311".
    """
    is_compact = len(text) == len("20261123") and text.isascii() and text.isdigit()
    return ("%Y%m%d",) if is_compact else ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d")


def read_instant(cell: Any) -> datetime | None:
    """Return Shanghai wall time as an aware instant; a bare day means its start.

    :raises BadInput: when it is no date and time, or one of another age.
    """
    if isinstance(cell, str):
        for form in ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M"):
            try:
                cell = datetime.strptime(cell.strip(), form)  # noqa: DTZ007 -- made aware below
                break
            except ValueError:
                continue
    if isinstance(cell, datetime):
        return need_sane_year(cell).replace(tzinfo=clock.SHANGHAI).astimezone(UTC)
    day = read_day(cell)
    return clock.day_start(day) if day else None


def read_end(cell: Any) -> datetime | None:
    """Return the half-open end that is meant: a bare day ends with the day (reading 14), a time is
    that time, midnight too.

    :raises BadInput: when it is no date and time, or one of another age.
    """
    at = read_instant(cell)
    has_time = isinstance(cell, datetime) or (isinstance(cell, str) and ":" in cell)
    return at if at is None or has_time else at + timedelta(days=1)


def read_whole(cell: Any) -> int | None:
    """Return a whole number that a column holds.

    :raises BadInput: for anything else.
    """
    text = read_text(cell)
    if text is None:
        return None
    if not (text.isascii() and text.removeprefix("-").isdigit() and len(text) <= WHOLE_DIGITS):
        raise BadInput(msg("%(text)s is no whole number.", text=text[:20]))
    return int(text)


def read_claim(cell: Any) -> bool:
    """Return 是/否.

    :raises BadInput: for anything else.
    """
    text = (read_text(cell) or "").lower()
    if text in YES:
        return True
    if text in NO:
        return False
    raise BadInput(msg("Write 是 or 否."))


Reader = Callable[[Any, Codes], Any]
_KINDS: Final = ((Boolean, read_claim), (Date, read_day), (Integer, read_whole))


def column_reader(column: Any) -> Reader:
    """Return what reads cells of a mapped column, codes by code or label."""
    info = meta(column)
    if info.choices:
        return _without_codes(choice_reader(column))
    if info.code_set:
        return _code_reader(info.code_set)
    if isinstance(column.type, Instant):
        return _without_codes(read_end if info.day == "end" else read_instant)
    for kind, read in _KINDS:
        if isinstance(column.type, kind):
            return _without_codes(read)
    is_number = info.sensitive in NUMBER_TEXTS or info.spelled is not None
    return _without_codes(read_number_text if is_number else read_text)


def _without_codes(read: Callable[[Any], Any]) -> Reader:
    return lambda cell, _codes: read(cell)


def _code_reader(code_set: str) -> Reader:
    def read(cell: Any, codes: Codes) -> str | None:
        text = read_text(cell)
        if text is None:
            return None
        found = sorted(codes.get(code_set, {}).get(text, ()))
        if not found:
            raise BadInput(msg("%(text)s is not in the list of codes.", text=text[:30]))
        if len(found) > 1:
            raise BadInput(
                msg(
                    "Several codes are called %(text)s: %(codes)s. Write the code that is meant.",
                    text=text[:30],
                    codes=", ".join(found),
                )
            )
        return found[0]

    return read
