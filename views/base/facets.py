"""Facets of a list: columns of few values, each value with its number of rows and its address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask_babel import gettext as _
from sqlalchemy import ColumnElement

from models.base.actor import Actor
from models.text import Label
from views.base.columns import GridColumn
from views.base.filters import operators, predicate
from views.base.request import text

if TYPE_CHECKING:
    from views.base.liststate import ListState
    from views.base.statement import Counts

#: More values than these are no facet unless it is declared.
FEW = 8
YES_OR_NO = {"true": Label("是", "Yes"), "false": Label("否", "No")}
#: No value of a facet depends on who asks.
_ANYBODY = Actor("anybody")


@dataclass(frozen=True, slots=True)
class Facet:
    """One value with the number of rows that have it; choosing it twice takes it back."""

    label: str
    count: str
    url: str
    active: bool

    @property
    def parts(self) -> tuple[str, str, str, bool]:
        """Return what the template's macro takes."""
        return self.label, self.count, self.url, self.active


@dataclass(frozen=True, slots=True)
class FacetRow:
    """The values of one column. ``url`` unfolds or folds it; a folded one has not been counted."""

    label: str
    url: str
    values: list[Facet]


def counted_values(column: GridColumn) -> Mapping[str, Label]:
    """Return the values of a column that can be counted, with their labels."""
    if column.kind == "boolean":
        return YES_OR_NO
    return column.meta.choices or {}


def of_value(column: GridColumn, value: str) -> ColumnElement[bool]:
    """Return the condition that a facet's value stands for: the one that choosing it sets."""
    return predicate(column, "eq", [value], _ANYBODY)


def has_few_values(column: GridColumn) -> bool:
    """Say whether a column is a facet without being declared one."""
    kept = column.meta.system or column.meta.names or column.sensitive or column.is_locked
    counted = column.kind in ("choice", "boolean") and "eq" in operators(column)
    return counted and not kept and 1 < len(counted_values(column)) <= FEW


def leading_facet(state: ListState, counts: Counts) -> list[Facet]:
    """Return the values that stand above every list: together, then those that occur."""
    column = state.grid.facet_column
    return [] if column is None or state.problems else _values(state, counts, column)


def further_facets(state: ListState, counts: Counts) -> list[FacetRow]:
    """Return the other facets, of which only those that the address names are unfolded."""
    if state.problems:
        return []
    leading = state.grid.facet_column
    columns = [column for column in state.grid.facet_columns if column is not leading]
    return [_row(state, counts, column) for column in columns]


def _row(state: ListState, counts: Counts, column: GridColumn) -> FacetRow:
    is_open = column.name in state.facets
    others = [name for name in state.facets if name != column.name]
    names = others if is_open else [*others, column.name]
    url = "?" + state.query_string(facets=",".join(names))
    values = _values(state, counts, column) if is_open else []
    return FacetRow(str(text(column.label)), url, values)


def _values(state: ListState, counts: Counts, column: GridColumn) -> list[Facet]:
    chosen = chosen_values(state, column)
    together, numbers = counts.facets[column.name]
    labels = counted_values(column)
    first = Facet(_("All"), counts.shown(together), _url(state, column, ""), not chosen)
    return [first] + [
        Facet(
            str(text(labels[value])),
            counts.shown(count),
            _url(state, column, "" if value in chosen else value),
            value in chosen,
        )
        for value, count in numbers.items()
        if count or value in chosen
    ]


def _url(state: ListState, column: GridColumn, value: str) -> str:
    written = f"{column.name}:eq:{value}" if value else ""
    return "?" + state.with_filter(written, instead_of=column.name)


def chosen_values(state: ListState, column: GridColumn) -> set[str]:
    """Return the values of a column that the conditions ask for."""
    return {
        value
        for condition in state.conditions
        if condition.column is column and condition.written.op in ("eq", "in")
        for value in condition.written.values
    }
