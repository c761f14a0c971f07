"""What changed in a record, as the trail keeps it: plain JSON values, personal ones masked."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any

from sqlalchemy import inspect
from sqlalchemy.orm import attributes

from models.base import columns
from models.base.orm import Base

MASK = "***"
#: Kept by the session itself; their change says nothing about the record.
OWN_MARKS = frozenset({"id", "version", "created_at", "updated_at", "created_by", "updated_by"})

#: Document numbers and mobile numbers that serve as user names.
_PERSONAL_NAME = re.compile(r"[0-9]{17}[0-9xX]|1[3-9][0-9]{9}")


def user_name(name: str) -> str:
    """Return a user name as the trail holds it: one that is a personal number is masked."""
    return f"{name[:3]}{MASK}{name[-2:]}" if _PERSONAL_NAME.fullmatch(name) else name


def plain(value: Any) -> Any:
    """Return a value as JSON can hold it: instants and days as ISO 8601, decimals as text."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    return value.value if isinstance(value, Enum) else value


@cache
def _fields(cls: type[Base]) -> tuple[tuple[str, bool], ...]:
    """Return the name of each column to tell of, and whether its value is masked."""
    return tuple(
        (attribute.key, bool(columns.meta(attribute.columns[0]).sensitive))
        for attribute in inspect(cls).column_attrs
        if attribute.key not in OWN_MARKS
    )


def _shown(value: Any, masked: bool) -> Any:
    return MASK if masked and value is not None else plain(value)


def values_of(obj: Base) -> dict[str, Any]:
    """Return field → value of everything set; of what a pending change replaces, the old value."""
    found = {}
    for name, masked in _fields(type(obj)):
        history = attributes.get_history(obj, name)
        value = (history.deleted or history.added or history.unchanged or [None])[0]
        if value is not None:
            found[name] = _shown(value, masked)
    return found


def made_values(obj: Base) -> dict[str, Any]:
    """Return field → value of everything set in a new record: it has no old values."""
    there = inspect(obj).dict
    return {
        name: _shown(value, masked)
        for name, masked in _fields(type(obj))
        if (value := there.get(name)) is not None
    }


def changes_of(obj: Base) -> dict[str, list[Any]]:
    """Return field → [old, new] of what a flush changes; empty when nothing really differs."""
    found = {}
    for name, masked in _fields(type(obj)):
        history = attributes.get_history(obj, name)
        if not history.added:
            continue
        old, new = (history.deleted or [None])[0], history.added[0]
        if old != new:
            found[name] = [_shown(old, masked), _shown(new, masked)]
    return found
