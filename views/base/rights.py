"""Columns as the reader of a request may see them: the one place where field rights meet pages.

Hidden: as if the column did not exist. Masked: matched whole at most, and never revealed.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import replace
from typing import Any

from flask import has_request_context

from models.accounts.field_rights import FieldRight, names_openly, right_on
from models.base.actor import Actor
from models.base.orm import Base
from models.workflow.editing import editable_by
from models.workflow.registry import mover_of
from views.base.columns import GridColumn
from views.base.request import session

#: A request whose session has no actor any more, such as the rest of a streamed file.
NOBODY = Actor("nobody")
#: Whoever reads: what even the centre is not shown is shown to none.
EVERYBODY = Actor("everybody", grants=frozenset({"*"}))


def reader() -> Actor | None:
    """Return for whom columns are shown; None where nobody reads: at the start of the app."""
    if not has_request_context():
        return None
    return session().actor or NOBODY


def standing() -> Hashable:
    """Return all of the reader that the rights on columns follow from: readers of one standing see
    the same columns.
    """
    who = reader()
    return who and (who.role, who.grants, who.is_system)


def right_of(model: type[Base], keys: Iterable[str], who: Actor | None = None) -> FieldRight:
    """Return the reader's least right on mapped columns; of none of them all rights."""
    who = who or reader() or EVERYBODY
    rights = [right_on(who, model, key) for key in keys]
    return min(rights, key=lambda right: right.rank, default=FieldRight.editable)


def is_shown(model: type[Base], *keys: str) -> bool:
    """Say whether columns exist for the reader."""
    return right_of(model, keys) is not FieldRight.hidden


def is_open(model: type[Base], *keys: str) -> bool:
    """Say whether the reader may see columns unmasked, be it after stating a purpose."""
    return right_of(model, keys).rank > FieldRight.masked.rank


def may_write(model: type[Base], key: str) -> bool:
    """Say whether a form of the reader's may hold a column."""
    return right_of(model, [key]) is FieldRight.editable


def changeable(model: type[Base], names: Iterable[str], who: Actor) -> tuple[str, ...]:
    """Return those columns that an actor may change for many records at once."""
    allowed = editable_by(mover_of(model), who)
    return tuple(name for name in names if name in allowed and may_write(model, name))


def is_named(model: type[Base]) -> bool:
    """Say whether the reader may know what records of a class are called."""
    return names_openly(reader() or EVERYBODY, model)


def seen(model: type[Base], column: GridColumn) -> GridColumn:
    """Return a column as the reader sees it.

    :raises LookupError: when it is hidden from him.
    """
    right = right_of(model, column.sources)
    if right is FieldRight.hidden:
        raise LookupError(f"{model.__name__}.{column.name} is hidden")
    if right is FieldRight.masked:
        return _masked(column)
    if column.untitled is not None and column.target is not None and not is_named(column.target):
        return replace(column, shown=column.untitled)
    return column


def _masked(column: GridColumn) -> GridColumn:
    """Return a column that is never told in full, whatever it holds."""
    if column.meta.sensitive:
        return replace(column, is_locked=True)
    said: Any = replace(
        column.meta, sensitive="text", choices=None, tones=None, code_set=None, names=None
    )
    return replace(column, meta=said, order=None, is_locked=True)
