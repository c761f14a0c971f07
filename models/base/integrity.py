"""A refusal by the database, told in a sentence by its constraint; never the driver's text."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import CheckConstraint, Column, Constraint, Index, Table, UniqueConstraint
from sqlalchemy.exc import IntegrityError

from models.base.columns import meta
from models.base.orm import TRASHED, Base
from models.errors import BadInput
from models.text import Label, Message, msg

_UNIQUE = re.compile(r"UNIQUE constraint failed: (?:index '(?P<index>[^']+)'|(?P<columns>.+))")
_CHECK = re.compile(r"CHECK constraint failed: (?P<name>\w+)")


def refusal_of(error: IntegrityError) -> BadInput:
    """Return the refusal for a database error; ``field`` is the column to look at first.

    Of a doubled key that is the last one: the others say within what it must be unique.
    """
    table, columns, kind = _reason(error)
    if table is None or not columns:
        return BadInput(_plain(kind))
    labels = "、".join(_label(column).zh for column in columns)
    english = ", ".join(_label(column).en for column in columns)
    said = _about(kind, Label(labels, english), has_trash=TRASHED in table.c)
    return BadInput(said, field=columns[-1 if kind == "unique" else 0].key)


def _plain(kind: str) -> Message:
    if kind == "foreign":
        return msg("Other records refer to this one, or one that you chose is gone.")
    return msg("The database refuses these values. Check them and save again.")


def _about(kind: str, names: Label, *, has_trash: bool) -> Message:
    if kind == "unique" and has_trash:
        return msg(
            "There is already a record with this %(columns)s. Look in the trash too.", columns=names
        )
    if kind == "unique":
        return msg("There is already a record with this %(columns)s.", columns=names)
    if kind == "missing":
        return msg("%(columns)s must not be empty.", columns=names)
    return msg("These values do not go together: %(columns)s.", columns=names)


def _label(column: Column[Any]) -> Label:
    return meta(column).label


def _reason(error: IntegrityError) -> tuple[Table | None, list[Column[Any]], str]:
    diagnosis = getattr(error.orig, "diag", None)
    if diagnosis is not None:
        return _of_postgresql(diagnosis)
    return _of_sqlite(str(error.orig))


def _of_postgresql(diagnosis: Any) -> tuple[Table | None, list[Column[Any]], str]:
    table = Base.metadata.tables.get(diagnosis.table_name or "")
    if table is None:
        return None, [], "other"
    if diagnosis.column_name and diagnosis.column_name in table.c:
        return table, [table.c[diagnosis.column_name]], "missing"
    return _named(table, diagnosis.constraint_name or "")


def _of_sqlite(text: str) -> tuple[Table | None, list[Column[Any]], str]:
    if "FOREIGN KEY" in text:
        return None, [], "foreign"
    if check := _CHECK.search(text):
        return _anywhere(check["name"])
    unique = _UNIQUE.search(text)
    if unique and unique["index"]:
        return _anywhere(unique["index"])
    names = (unique["columns"] if unique else text.rpartition(": ")[2]).split(", ")
    table = Base.metadata.tables.get(names[0].partition(".")[0])
    if table is None:
        return None, [], "other"
    columns = [table.c[n.partition(".")[2]] for n in names if n.partition(".")[2] in table.c]
    return table, columns, "unique" if unique else "missing"


def _anywhere(name: str) -> tuple[Table | None, list[Column[Any]], str]:
    for table in Base.metadata.tables.values():
        found = _named(table, name)
        if found[2] != "other":
            return found
    return None, [], "other"


def _named(table: Table, name: str) -> tuple[Table | None, list[Column[Any]], str]:
    items: list[Constraint | Index] = [*table.constraints, *table.indexes]
    for item in items:
        if item.name == name:
            return table, _columns(table, item), _kind(item)
    return None, [], "other"


def _kind(item: Constraint | Index) -> str:
    if isinstance(item, UniqueConstraint | Index):
        return "unique"
    return "check" if isinstance(item, CheckConstraint) else "foreign"


def _columns(table: Table, item: Constraint | Index) -> list[Column[Any]]:
    if isinstance(item, CheckConstraint):
        words = set(re.findall(r"\w+", str(item.sqltext)))
        return [column for column in table.c if column.name in words]
    return [column for column in getattr(item, "columns", ()) if column.key in table.c]
