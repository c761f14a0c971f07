"""What follows from a mapped class for a grid that declares nothing of it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import inspect as inspect_mapping

from models.base.columns import meta
from models.base.orm import Base

#: Columns of a list that declares none.
DEFAULT_COLUMNS = 8


def is_state(column: Any) -> bool:
    """Say whether a column holds the state of a machine."""
    declared = meta(column)
    return declared.machine and declared.choices is not None


def usual_sort(model: type[Base]) -> str:
    """Reference data by its code where it has one, anything else by age, the newest first."""
    if model.__family__ == "reference":
        return "code" if "code" in inspect_mapping(model).columns else "id"
    return "-id"


def is_listable(model: type[Base], key: str) -> bool:
    """Say whether a list may show a column: a line of text or less, and no secret."""
    declared = meta(inspect_mapping(model).columns[key])
    told_elsewhere = declared.names == "changes"  # in words, on the page of the record
    return not declared.long and declared.sensitive != "secret" and not told_elsewhere


def default_columns(model: type[Base]) -> tuple[str, ...]:
    """Return the first columns that a person, not the program, has filled."""
    columns = inspect_mapping(model).columns
    names = [
        key
        for key, column in columns.items()
        if not meta(column).system and is_listable(model, key) and not _structured(column)
    ]
    return tuple(names[:DEFAULT_COLUMNS])


def _structured(column: Any) -> bool:
    return column.type.python_type in (dict, list)
