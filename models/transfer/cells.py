"""What a cell of somebody's workbook says: text, a number kept as text, a value of a closed set."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from datetime import date
from typing import Any, Final

from models.base.columns import meta
from models.errors import BadInput
from models.text import msg

#: Excel keeps 15 significant digits and writes zeros for the rest.
_EXCEL_LIMIT: Final = 10**15


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

    :raises BadInput: for characters that cannot be seen, and for numbers that Excel has rounded.
    """
    if cell is None:
        return None
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, int | float):
        if lost_precision(cell):
            raise BadInput(
                msg("Excel has rounded this number. Format the column as text and type it again.")
            )
        cell = int(cell) if float(cell).is_integer() else cell
    if isinstance(cell, date):
        return cell.strftime("%Y-%m-%d")
    return _visible(str(cell))


def _visible(text: str) -> str | None:
    text = text.strip(" \t\r\n\u3000")
    if not text.isprintable() and any(
        unicodedata.category(char) in {"Cc", "Cf", "Co", "Cn"} for char in text.replace("\n", "")
    ):
        raise BadInput(msg("There are invisible characters in this cell. Type it again."))
    return text or None


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
