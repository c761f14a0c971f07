"""From the state of a list to its page: rows as tuples, capped counts, facets; two statements."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, select

from models.base.session import ActorSession
from views.base.columns import GridColumn
from views.base.keyset import Key, segments, write_token
from views.base.liststate import ListState

#: Counts stop here and are shown as "10,000+": no page ever counts a whole table.
COUNT_CAP = 10_000


@dataclass(frozen=True)
class Page:
    """One page: rows as ``(id, shown values…)``, and the places before and behind it."""

    rows: list[tuple[Any, ...]]
    before: str = ""
    after: str = ""


@dataclass(frozen=True)
class Counts:
    """How many rows match, and how many of them have each value of the facet's column."""

    total: int
    values: dict[str, int]


def row_statement(
    state: ListState,
    columns: Sequence[GridColumn],
    extra: Sequence[Any] = (),
    rows: Select[Any] | None = None,
) -> Select[Any]:
    """Return id, shown values and ``extra`` of ``rows``, by default of the whole list."""
    model: Any = state.grid.mapped
    shown = [column.shown.label(f"c{place}") for place, column in enumerate(columns)]
    more = [each.label(f"k{place}") for place, each in enumerate(extra)]
    chosen = state.statement() if rows is None else rows
    statement = chosen.with_only_columns(model.id.label("id"), *shown, *more)
    return statement.select_from(model)


def fetch_page(session: ActorSession, state: ListState) -> Page:
    """Return the rows of the page that the state names; none for a state with problems."""
    if state.problems:
        return Page([])
    keys, columns = state.order_keys(), state.shown()
    ahead = [key.turned() for key in keys] if state.before else keys
    found = _rows(session, state, columns, ahead)
    more = len(found) > state.size
    found = found[: state.size]
    if state.before:
        found.reverse()
    width = 1 + len(columns)
    return Page(
        [tuple(row[:width]) for row in found],
        before=_place(found[:1], width) if (more if state.before else state.after) else "",
        after=_place(found[-1:], width) if (more or state.before) else "",
    )


def _place(rows: Sequence[Row[Any]], width: int) -> str:
    return write_token(rows[0][width:]) if rows else ""


def _rows(
    session: ActorSession, state: ListState, columns: Sequence[GridColumn], keys: Sequence[Key]
) -> list[Row[Any]]:
    found: list[Row[Any]] = []
    for condition in segments(keys, state.cursor) if state.cursor else [None]:
        wanted = state.size + 1 - len(found)
        if wanted > 0:
            found += session.execute(_page_statement(state, columns, keys, condition, wanted))
    return found


def _page_statement(
    state: ListState,
    columns: Sequence[GridColumn],
    keys: Sequence[Key],
    condition: ColumnElement[bool] | None,
    limit: int,
) -> Select[Any]:
    """Choose the page's ids first: SQLite works out every shown value before it sorts."""
    model: Any = state.grid.mapped
    order = [key.ordering() for key in keys]
    chosen = state.statement().with_only_columns(model.id).order_by(*order).limit(limit)
    if condition is not None:
        chosen = chosen.where(condition)
    page = chosen.subquery("page")
    shown = row_statement(state, columns, [key.expression for key in keys], select(model))
    return shown.join(page, page.c.id == model.id).order_by(*order)


def fetch_counts(session: ActorSession, state: ListState) -> Counts:
    """Return all counts of a list by one statement, each stopping at the cap."""
    if state.problems:
        return Counts(0, {})
    facet = state.grid.facet_column
    values = list(facet.meta.choices or {}) if facet else []
    counted = []
    if facet:
        rest = state.statement(without=facet.key)
        counted = [_capped(rest.where(facet.expression == value)) for value in values]
    summed = _summed(state, facet) if facet else None
    if summed is None:
        counted.append(_capped(state.statement()))
    numbers = session.execute(select(*counted)).one()
    by_value = dict(zip(values, numbers, strict=False))
    if summed is None:
        return Counts(numbers[-1], by_value)
    return Counts(min(sum(by_value[value] for value in summed), COUNT_CAP + 1), by_value)


def _summed(state: ListState, facet: GridColumn) -> Collection[str] | None:
    """Return the values of the facet whose counts add up to that of the list, None where they do
    not: where a row may have no value, or a condition names something else than values.
    """
    choices = facet.meta.choices or {}
    named = [c.written for c in state.conditions if c.column and c.column.key == facet.key]
    if not named:
        return None if facet.nullable or facet.name in state.grid.computed else choices
    if (
        len(named) > 1
        or named[0].op not in ("eq", "in")
        or not set(named[0].values) <= set(choices)
    ):
        return None
    return set(named[0].values)


def _capped(statement: Select[Any]) -> Any:
    model = statement.column_descriptions[0]["entity"]
    limited = statement.with_only_columns(model.id).limit(COUNT_CAP + 1).subquery()
    return select(func.count()).select_from(limited).scalar_subquery()


def count_all(session: ActorSession, state: ListState) -> int:
    """Return the exact number of matching rows: for exports, which read them all anyway."""
    model: Any = state.grid.mapped
    counted = state.statement().with_only_columns(func.count(model.id))
    return session.scalar(counted) or 0
