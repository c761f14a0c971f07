"""From the state of a list to its page: rows as tuples, capped counts, facets; two statements."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, bindparam, func, select

from models.base.session import COUNT_CAP, ActorSession
from views.base.columns import GridColumn
from views.base.facets import counted_values, of_value
from views.base.keyset import Key, segments, write_token
from views.base.liststate import ListState
from views.base.remembered import remembered
from views.base.rights import standing

#: Where no installation has said otherwise.
USUAL_CAP = 10_000


@dataclass(frozen=True)
class Page:
    """One page: rows as ``(id, shown values…)``, and the places before and behind it."""

    rows: list[tuple[Any, ...]]
    before: str = ""
    after: str = ""


@dataclass(frozen=True)
class Counts:
    """How many rows match, each number at most one above ``cap``; ``facets``: by column, how many
    there are without the conditions on it, and how many of those have each value.
    """

    total: int
    cap: int
    facets: Mapping[str, tuple[int, dict[str, int]]] = field(default_factory=dict)

    def shown(self, count: int) -> str:
        """Return a count with separators; beyond the cap it is not known exactly."""
        return f"{count:,}" if count <= self.cap else f"{self.cap:,}+"

    def values(self, column: GridColumn | None) -> dict[str, int]:
        """Return how many rows have each value of a column, nothing where it is not counted."""
        return self.facets[column.name][1] if column and column.name in self.facets else {}


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
    named = _named_places(keys, state.cursor)
    values = {f"place{number}": value for number, value in enumerate(state.cursor)}
    for number, condition in enumerate(segments(keys, named) if named else [None]):
        wanted = state.size + 1 - len(found)
        if wanted > 0:
            page = _remembered_page(state, columns, keys, (number, condition), wanted)
            found += session.execute(page, values)
    return found


def _named_places(keys: Sequence[Key], cursor: Sequence[Any]) -> list[Any]:
    """Return parameters for the values of a place in the list: statements of one shape are one."""
    return [
        None if value is None else bindparam(f"place{number}", type_=key.expression.type)
        for number, (key, value) in enumerate(zip(keys, cursor, strict=bool(cursor)))
    ]


def _remembered_page(
    state: ListState,
    columns: Sequence[GridColumn],
    keys: Sequence[Key],
    segment: tuple[int, ColumnElement[bool] | None],
    limit: int,
) -> Select[Any]:
    """Return the statement of a page, or of the part of it that ``segment`` numbers."""
    number, condition = segment
    build = partial(_page_statement, state, columns, keys, condition, limit)
    names = tuple(column.name for column in columns)
    ahead = tuple(key.descending for key in keys)
    filled = tuple(value is not None for value in state.cursor)
    # The order is part of what tells rows apart: a list of its own may begin with the reader's own.
    follows = (*_reader(state), names, limit, number, ahead, filled)
    return remembered(build, state.ordered(), *follows)


def _reader(state: ListState) -> tuple[Hashable, ...]:
    return state.grid, standing()


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


def cap_of(session: ActorSession) -> int:
    """Return how far lists count: beyond it they say "10,000+", so that no page counts a table."""
    return int(session.info.get(COUNT_CAP, USUAL_CAP))


def fetch_counts(session: ActorSession, state: ListState) -> Counts:
    """Return all counts of a list by one statement, each stopping at the cap."""
    cap = cap_of(session)
    if state.problems:
        return Counts(0, cap)
    columns = state.counted()
    summed = _summed(state, columns[0]) if columns else None
    names = tuple(column.name for column in columns)
    written = (*(str(condition.written) for condition in state.conditions), state.group_text)
    build = partial(_count_statement, state, columns, summed is None, cap)
    follows = (*_reader(state), "counts", names, written, summed is None, cap)
    numbers = iter(session.execute(remembered(build, state.statement(), *follows)).one())
    facets = {column.name: _read_facet(column, state, numbers, cap) for column in columns}
    if summed is None:
        return Counts(next(numbers), cap, facets)
    by_value = facets[columns[0].name][1]
    return Counts(min(sum(by_value[value] for value in summed), cap + 1), cap, facets)


def _count_statement(
    state: ListState, columns: Sequence[GridColumn], with_total: bool, cap: int
) -> Select[Any]:
    wanted = [each for column in columns for each in _values_of(state, column)]
    wanted += [state.statement()] if with_total else []
    return select(*(_capped(each, cap) for each in wanted))


def _values_of(state: ListState, column: GridColumn) -> list[Select[Any]]:
    """Return what a facet counts: each value and, where those do not add up, all rows."""
    rest = state.statement(without=column.key)
    values = [rest.where(of_value(column, value)) for value in counted_values(column)]
    return values if _adds_up(state, column) else [*values, rest]


def _read_facet(
    column: GridColumn, state: ListState, numbers: Iterator[int], cap: int
) -> tuple[int, dict[str, int]]:
    by_value = {value: next(numbers) for value in counted_values(column)}
    if not _adds_up(state, column):
        return next(numbers), by_value
    return min(sum(by_value.values()), cap + 1), by_value


def _adds_up(state: ListState, column: GridColumn) -> bool:
    """Say whether every row has one of the values."""
    return not column.nullable and column.name not in state.grid.computed


def _summed(state: ListState, facet: GridColumn) -> Collection[str] | None:
    """Return the values of the facet whose counts add up to that of the list, None where they do
    not: where a row may have no value, or a condition names something else than values.
    """
    choices = counted_values(facet)
    named = [c.written for c in state.conditions if c.column and c.column.key == facet.key]
    if not named:
        return choices if _adds_up(state, facet) else None
    if (
        len(named) > 1
        or named[0].op not in ("eq", "in")
        or not set(named[0].values) <= set(choices)
    ):
        return None
    return set(named[0].values)


def _capped(statement: Select[Any], cap: int) -> Any:
    model = statement.column_descriptions[0]["entity"]
    limited = statement.with_only_columns(model.id).limit(cap + 1).subquery()
    return select(func.count()).select_from(limited).scalar_subquery()
