"""The record that a part belongs to: what the trail tells of a part is history of its whole too."""

from __future__ import annotations

from typing import Any

from sqlalchemy import inspect, select

from models.base.orm import Base
from models.base.session import ActorSession

#: Table and id of a whole; None for what stands alone.
Whole = tuple[str, Any] | None


def whole_of_object(obj: Base) -> Whole:
    """Return what an object is a part of, as its own key says."""
    name = type(obj).__part_of__
    return (_table_of(type(obj), name), getattr(obj, name)) if name else None


def whole_of_row(session: ActorSession, entity: str | None, row_id: int | None) -> Whole:
    """Return what a stored row is a part of."""
    cls = _class_of(entity)
    if cls is None or cls.__part_of__ is None or row_id is None:
        return None
    key = getattr(cls, cls.__part_of__)
    wanted = select(key).where(cls.id == row_id)
    value = session.scalar(wanted, execution_options={"unscoped": "audit: whole of a part"})
    return (_table_of(cls, cls.__part_of__), value) if value is not None else None


def columns_of(whole: Whole) -> dict[str, Any]:
    """Return the columns of the trail that name a whole."""
    table, key = whole or (None, None)
    return {"whole": table, "whole_id": key}


def _class_of(table: str | None) -> type[Base] | None:
    return next((m.class_ for m in Base.registry.mappers if m.class_.__tablename__ == table), None)


def _table_of(cls: type[Base], name: str) -> str:
    (key,) = inspect(cls).columns[name].foreign_keys
    return key.column.table.name
