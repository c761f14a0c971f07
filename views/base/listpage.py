"""Everything that the list's template shows, prepared so that the template only lays it out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from flask_babel import gettext as _
from markupsafe import Markup

from models.base.actor import Actor
from models.base.session import ActorSession
from models.workflow.machine import Transition
from models.workflow.registry import machine_of
from views.base import builder
from views.base.cells import code_names, formatter, style_of
from views.base.chips import Chip, chips
from views.base.columns import GridColumn
from views.base.liststate import DEFAULT_SIZE, SIZES, ListState
from views.base.request import text
from views.base.statement import COUNT_CAP, Counts, Page, fetch_counts, fetch_page

if TYPE_CHECKING:
    from views.base.declaration import Declared


@dataclass(frozen=True, slots=True)
class Head:
    """A column heading: ``cell`` opens its cells, ``sort`` is the address that sorts by it."""

    name: str
    label: str
    style: str
    sort: str
    direction: str
    cell: Markup


@dataclass(frozen=True, slots=True)
class Line:
    """One row: its id, the address of its page, and the content of its cells."""

    id: int
    url: str
    title: str
    cells: tuple[str, ...]


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


class ListPage:
    """One page of one list for one actor."""

    def __init__(
        self, grid: Declared[Any], state: ListState, actor: Actor, session: ActorSession
    ) -> None:
        self.grid = grid
        self.state = state
        self.actor = actor
        self.session = session
        self.columns = state.shown()

    @cached_property
    def data(self) -> Page:
        """Return the rows."""
        return fetch_page(self.session, self.state)

    @cached_property
    def counts(self) -> Counts:
        """Return the counts."""
        return fetch_counts(self.session, self.state)

    @property
    def title(self) -> str:
        """Return the heading of the page."""
        return str(text(self.grid.title))

    @property
    def total(self) -> str:
        """Return how many rows match, as shown."""
        return shown_count(self.counts.total)

    @property
    def query(self) -> str:
        """Return the list's own query, without the place in it."""
        return self.state.query_string()

    # -- rows ------------------------------------------------------------------------------------

    @cached_property
    def heads(self) -> list[Head]:
        """Return the headings of the columns."""
        return [self._head(place, column) for place, column in enumerate(self.columns)]

    def _head(self, place: int, column: GridColumn) -> Head:
        label, style = str(text(column.label)), style_of(column)
        style = f"key {style}".strip() if place == 0 else style
        opening = Markup('<td class="{}" data-label="{}">').format(style, label)
        sort, direction = self._sorting(column)
        return Head(column.name, label, style, sort, direction, opening)

    def _sorting(self, column: GridColumn) -> tuple[str, str]:
        if not self.grid.may_sort(column.name):
            return "", ""
        order = self.state.order
        direction = "asc" if column.name in order else "desc" if f"-{column.name}" in order else ""
        turned = f"-{column.name}" if direction == "asc" else column.name
        return "?" + self.state.query_string(sort=turned), direction

    @cached_property
    def lines(self) -> list[Line]:
        """Return the rows as cells."""
        rows = self.data.rows
        codes = code_names(self.session, self.columns, rows)
        formatters = [formatter(column, codes) for column in self.columns]
        return [self._line(row, formatters) for row in rows]

    def _line(self, row: Sequence[Any], formatters: Sequence[Any]) -> Line:
        cells = tuple(f(value) for f, value in zip(formatters, row[1:], strict=True))
        title = (
            str(row[1]) if row[1] is not None and not self.columns[0].sensitive else f"#{row[0]}"
        )
        url = self.grid.record_url.format(id=row[0]) if self.may_open else ""
        return Line(row[0], url, title, cells)

    @cached_property
    def may_open(self) -> bool:
        """Say whether titles lead to the record's page."""
        return self.grid.may(self.actor, "view")

    @property
    def first_url(self) -> str:
        """Return the address of the first page."""
        return "?" + self.query

    @property
    def previous_url(self) -> str:
        """Return the address of the page before, if there is one."""
        return self._place("before", self.data.before)

    @property
    def next_url(self) -> str:
        """Return the address of the page behind, if there is one."""
        return self._place("after", self.data.after)

    def _place(self, name: str, token: str) -> str:
        return "?" + self.state.query_string(**{name: token}) if token else ""

    @property
    def sizes(self) -> Iterator[tuple[int, str, bool]]:
        """Return the sizes of a page with their addresses."""
        for size in SIZES:
            shown = "" if size == DEFAULT_SIZE else str(size)
            yield size, "?" + self.state.query_string(size=shown), size == self.state.size

    # -- conditions ------------------------------------------------------------------------------

    @cached_property
    def chips(self) -> list[Chip]:
        """Return the conditions in force and the parts that cannot be read."""
        return chips(self.session, self.state)

    @property
    def search_labels(self) -> str:
        """Return the names of the columns that the search box looks in."""
        labels = [str(text(column.label)) for column in self.grid.search_columns]
        return str(_(", ")).join(labels)

    @property
    def clear_url(self) -> str:
        """Return the address of the list without any condition."""
        kept = {
            name: value for name, value in self.state.pairs() if name in ("sort", "cols", "size")
        }
        return "?" + ListState(self.grid, self.actor).query_string(**kept)

    @property
    def facets(self) -> list[Facet]:
        """Return the values of the facet's column that occur, or are chosen."""
        column = self.grid.facet_column
        if column is None or self.state.problems:
            return []
        chosen = self._chosen(column)
        labels = column.meta.choices or {}
        return [
            Facet(
                str(text(labels[value])),
                shown_count(count),
                "?" + self._with_value(column, "" if value in chosen else value),
                value in chosen,
            )
            for value, count in self.counts.values.items()
            if count or value in chosen
        ]

    def _with_value(self, column: GridColumn, value: str) -> str:
        written = f"{column.name}:eq:{value}" if value else ""
        return self.state.with_filter(written, instead_of=column.name)

    def _chosen(self, column: GridColumn) -> set[str]:
        return {
            value
            for condition in self.state.conditions
            if condition.column is column and condition.written.op in ("eq", "in")
            for value in condition.written.values
        }

    @property
    def addable(self) -> builder.Options:
        """Return the columns that take a condition."""
        return builder.offered_columns(self.grid)

    @cached_property
    def offer(self) -> builder.Offer | None:
        """Return the form of the condition that is being added."""
        add = self.state.add
        return builder.offer(self.session, self.grid, add) if add else None

    @property
    def kept(self) -> list[tuple[str, str]]:
        """Return the parts of the address that a form by GET carries on."""
        return self.state.pairs()

    @property
    def choosable(self) -> list[tuple[str, str, bool]]:
        """Return name, label and presence of every column that the list may show."""
        shown = {column.name for column in self.columns}
        columns = [self.grid.column(name) for name in self.grid.choosable]
        return [(c.name, str(text(c.label)), c.name in shown) for c in columns]

    # -- what can be done ------------------------------------------------------------------------

    @cached_property
    def verbs(self) -> list[Transition]:
        """Return the transitions of this role that start from a state in the list."""
        machine = machine_of(self.grid.mapped)
        if machine is None or self.state.problems:
            return []
        allowed = [t for t in machine.transitions if self.actor.can(machine.permission(t))]
        column = self.grid.facet_column
        chosen = self._chosen(column) if column and column.key == machine.column else set()
        if not chosen:
            return allowed
        return [t for t in allowed if any(source.value in chosen for source in t.sources)]

    @property
    def may_create(self) -> bool:
        """Say whether the list offers a new record."""
        return bool(self.grid.can_create) and self.grid.may(self.actor, "create")

    @property
    def may_export(self) -> bool:
        """Say whether the list may be exported."""
        return self.grid.may(self.actor, "export") and not self.state.problems

    @property
    def may_reveal(self) -> bool:
        """Say whether an export may hold personal data in full."""
        personal = any(column.sensitive for column in self.columns)
        return personal and self.grid.may(self.actor, "reveal")

    @property
    def empty(self) -> tuple[str, str, tuple[str, str] | None]:
        """Return why the list is empty, in two sentences, and the one thing to do next."""
        if self.state.problems:
            return (
                _("A condition cannot be read"),
                _("No record is shown, so that nobody works on more records than were meant."),
                (self.clear_url, _("Remove all conditions")),
            )
        if self.state.is_narrowed:
            return (
                _("No record meets these conditions"),
                _("There may be some without them, as far as your office reaches."),
                (self.clear_url, _("Remove all conditions")),
            )
        why = _("Here you see the records of your office and of those below it.")
        new = ("new/", _("New record")) if self.may_create else None
        return _("There is no record yet"), why, new


def shown_count(count: int) -> str:
    """Return a count with separators; beyond the cap it is not known exactly."""
    return f"{count:,}" if count <= COUNT_CAP else f"{COUNT_CAP:,}+"
