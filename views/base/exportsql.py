"""The columns of a CSV file as PostgreSQL writes them: the same texts as :mod:`exportcolumns`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import partial
from typing import Any, Final

from sqlalchemy import ColumnElement, String, case, cast, func, literal, or_
from sqlalchemy.dialects.postgresql import JSONB

from models.people.rules import ID_ENDS, MOBILE_ENDS
from models.transfer.writers import FORMULA_SIGNS, LEADING, guard
from views.base.exportcolumns import ExportColumn
from views.base.masks import HIDDEN, OPEN_ADDRESS

_ZONE: Final = "Asia/Shanghai"
#: Signs that a cell must not begin with, as code points: a list of them is compared faster than
#: a pattern.
_COMPUTED: Final = [ord(sign) for sign in FORMULA_SIGNS]
#: What most texts begin with, asked first: digits, Latin letters, Chinese characters.
_HARMLESS: Final = (("0", "9"), ("A", "z"), ("\u3400", "\u9fff"))
_BLANKS: Final = [ord(sign) for sign in "\t\r\n"]


class _Texts:
    """The database's functions that return texts."""

    def __getattr__(self, name: str) -> Any:
        return partial(getattr(func, name), type_=String)


_text: Final = _Texts()


def csv_expressions(columns: Sequence[ExportColumn]) -> list[Any] | None:
    """Return what the database selects for each column of a CSV file; None where one of them
    needs Python.
    """
    if any(column.present for column in columns):
        return None
    return [_expression(column).label(f"c{place}") for place, column in enumerate(columns)]


def _expression(column: ExportColumn) -> Any:
    value = column.expression
    if column.mask:
        return _masked(column.mask, cast(value, String))
    if column.kind == "boolean" and column.words:
        return case((value, column.words["True"]), (~value, column.words["False"]))
    if column.words is not None:
        return _word(column, cast(value, String))
    if column.kind == "instant":
        return func.date_trunc("second", func.timezone(_ZONE, value))
    return value if column.kind in ("day", "number") else _guarded(cast(value, String))


def _word(column: ExportColumn, value: ColumnElement[str]) -> Any:
    """Look a value up in a map that goes along as one value: hundreds of labels cost no more
    than one.
    """
    said = json.dumps({key: guard(word) for key, word in (column.words or {}).items()})
    bare = literal(column.otherwise, String) + value if column.otherwise else _guarded(value)
    return func.coalesce(cast(literal(said, String), JSONB)[value].astext, bare)


def _guarded(value: ColumnElement[str], by: Any = None) -> Any:
    """Return a text that no spreadsheet computes, judged by its beginning ``by``."""
    begun = value if by is None else by
    first, behind = func.ascii(begun), func.ascii(_text.ltrim(begun, LEADING))
    harmless = or_(*(first.between(ord(low), ord(high)) for low, high in _HARMLESS))
    computed = or_(behind.in_(_COMPUTED), first.in_(_BLANKS))
    return case((harmless, value), (computed, literal("\t", String) + value), else_=value)


def _masked(kind: str, value: ColumnElement[str]) -> Any:
    if kind == "id_no":
        return _ends(value, *ID_ENDS)
    if kind == "mobile":
        return _ends(value, *MOBILE_ENDS)
    if kind == "email":
        return _email(value)
    hidden: Any = literal(HIDDEN, String)
    if kind == "address":
        head = _text.left(value, OPEN_ADDRESS)
        is_long = func.length(value) > OPEN_ADDRESS
        hidden = case((is_long, _guarded(head + hidden, by=head)), else_=hidden)
    return case((value != "", hidden))


def _ends(value: ColumnElement[str], head: int, tail: int) -> Any:
    hidden, begun = func.length(value) - (head + tail), _text.left(value, head)
    inner = begun + _text.repeat("*", hidden) + _text.right(value, tail)
    whole = _text.repeat("*", func.length(value))
    return case((hidden > 0, _guarded(inner, by=begun)), else_=whole)


def _email(value: ColumnElement[str]) -> Any:
    at = func.strpos(value, "@")
    begun = _text.left(value, func.least(at - 1, 1))
    shown = begun + literal(HIDDEN, String) + _text.substr(value, at)
    hidden = literal(HIDDEN, String)
    return case((at > 0, _guarded(shown, by=begun)), (value != "", hidden))
