"""Records that hang below one another: regions, organisations, subjects, code items."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, inspect, select
from sqlalchemy.orm import aliased

from models.base.orm import Base
from models.base.session import ActorSession

#: Names of the attribute that holds what a record hangs below.
PARENTS = ("parent_id", "parent_code")
#: No tree of the schema is deeper; more is a circle.
MOST_LEVELS = 8


def parent_of(model: type[Base] | None) -> str | None:
    """Return the attribute by which a class is a tree, None where it is none."""
    columns: Any = inspect(model).columns if model is not None else ()
    return next((name for name in PARENTS if name in columns), None)


def branch(model: Any, key: str, values: Sequence[Any]) -> Select[Any]:
    """Return the select of the keys of records and of everything below them."""
    parent = str(parent_of(model))
    roots = select(getattr(model, key).label("key")).where(getattr(model, key).in_(values))
    found = roots.cte("branch", recursive=True)
    lower = aliased(model, name="lower")
    below = select(getattr(lower, key)).where(getattr(lower, parent) == found.c.key)
    return select(found.union(below).c.key)  # UNION ends a circle, should there be one


def paths(session: ActorSession, rows: Sequence[Any], key: str) -> dict[Any, str]:
    """Return what each record hangs below, from the top down, by one statement a level."""
    if not rows:
        return {}
    model = type(rows[0])
    parent = str(parent_of(model))
    known = {getattr(row, key): row for row in rows}
    wanted = {getattr(row, parent) for row in rows} - {None} - known.keys()
    for _level in range(MOST_LEVELS):
        if not wanted:
            break
        above = session.scalars(select(model).where(getattr(model, key).in_(wanted))).all()
        known |= {getattr(row, key): row for row in above}
        wanted = {getattr(row, parent) for row in above} - {None} - known.keys()
    return {getattr(row, key): _path(row, known, parent) for row in rows}


def _path(row: Any, known: dict[Any, Any], parent: str) -> str:
    names: list[str] = []
    above = known.get(getattr(row, parent))
    while above is not None and len(names) < MOST_LEVELS:
        names.append(above.caption())
        above = known.get(getattr(above, parent))
    return " / ".join(reversed(names))


def with_lower(session: ActorSession, rows: Sequence[Any], key: str) -> set[Any]:
    """Return the keys of the records that have others below them."""
    if not rows:
        return set()
    model = type(rows[0])
    hung = getattr(model, str(parent_of(model)))
    keys = [getattr(row, key) for row in rows]
    return set(session.scalars(select(hung).where(hung.in_(keys)).distinct()))
