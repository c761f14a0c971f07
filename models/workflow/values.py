"""One value of a column out of a plain text, as inputs and ledgers keep it: ids and codes as they
are, days in ISO 8601, claims as 1 and 0.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from sqlalchemy import Boolean, Column, Date, Integer, String, select
from sqlalchemy.orm import Session

from models.base.columns import meta
from models.base.orm import Base
from models.text import Label

CLAIMS = {"1": Label("是", "Yes"), "0": Label("否", "No")}
LARGEST = 2**31 - 1


def read_value(session: Session, column: Column[Any], typed: str) -> Any:
    """Return the value that a text stands for; a record must be within the actor's scope, and in
    use.

    :raises ValueError: for what the column does not take.
    """
    info = meta(column)
    if column.foreign_keys:
        return _key(session, column, typed)
    if info.choices:
        _among(typed, {str(code) for code in info.choices})
    elif info.code_set:
        _among(typed, dict(_codes(session, column)).keys())
    return _reader(column)(typed)


def words_of(session: Session, column: Column[Any], value: Any) -> str:
    """Return a value in Chinese words, for what is written down."""
    info = meta(column)
    if isinstance(value, bool):
        return CLAIMS[str(int(value))].zh
    if column.foreign_keys:
        found = session.get(target_of(column), value)
        return found.caption() if found is not None else f"#{value}"
    if info.choices:
        return info.choices[str(value)].zh
    return dict(_codes(session, column)).get(str(value), str(value))


def target_of(column: Column[Any]) -> type[Base]:
    """Return the mapped class that a foreign key points at."""
    table = next(iter(column.foreign_keys)).column.table
    return next(m.class_ for m in Base.registry.mappers if m.local_table is table)


def _among(typed: str, known: Any) -> None:
    if typed not in known:
        raise ValueError(typed)


def _key(session: Session, column: Column[Any], typed: str) -> int:
    number = _whole(typed)
    target: Any = target_of(column)
    wanted = select(target.id).where(target.id == number)
    for flag, value in (("enabled", True), ("is_deleted", False)):
        if hasattr(target, flag):
            wanted = wanted.where(getattr(target, flag).is_(value))
    if session.scalar(wanted) is None:
        raise ValueError(typed)
    return number


def _codes(session: Session, column: Column[Any]) -> list[tuple[str, str]]:
    """Return code and name of the items that a column may hold; none for any other column."""
    set_code = meta(column).code_set
    item = Base.metadata.tables["code_item"].c  # that area stands above this one
    listed = select(item.code, item.name).where(
        item.set_code == set_code, item.enabled, ~item.is_deleted
    )
    return [(code, name) for code, name in session.execute(listed)] if set_code else []


def _reader(column: Column[Any]) -> Callable[[str], Any]:
    if isinstance(column.type, Boolean):
        return _claim
    if isinstance(column.type, Integer):
        return _whole
    if isinstance(column.type, Date):
        return date.fromisoformat
    if isinstance(column.type, String):
        return _text(column)
    raise TypeError(f"{column}: no value of {column.type!r} can be typed")


def _claim(typed: str) -> bool:
    _among(typed, CLAIMS)
    return typed == "1"


def _whole(typed: str) -> int:
    if not (typed.isascii() and typed.isdigit() and len(typed) < 11 and int(typed) <= LARGEST):
        raise ValueError(typed)
    return int(typed)


def _text(column: Column[Any]) -> Callable[[str], str]:
    def read(typed: str) -> str:
        if len(typed) > (getattr(column.type, "length", None) or len(typed)):
            raise ValueError(typed)
        if any(char < " " and char not in "\n\t" for char in typed):
            raise ValueError(typed)
        return typed

    return read
