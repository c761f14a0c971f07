"""Everything that the list's template shows, prepared so that the template only lays it out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

from flask_babel import gettext as _
from markupsafe import Markup, escape

from models.base.actor import Actor
from models.base.session import ActorSession
from models.transfer.declaring import importer_of
from models.workflow.registry import machine_of
from views.base.batchbar import BatchBar
from views.base.cells import Cell, Codes, code_names, formatter, shut, style_of
from views.base.columns import GridColumn
from views.base.declaration import Further
from views.base.emptiness import Emptiness, emptiness_of
from views.base.facets import chosen_values
from views.base.highlight import highlighted
from views.base.inline import Openers
from views.base.layoutform import LayoutForm
from views.base.liststate import ListState
from views.base.neighbours import record_url
from views.base.printing import may_print
from views.base.request import text
from views.base.reveal import remembered_purpose
from views.base.rows import Line, body, words_of
from views.base.savedviews import Kept, Tabs
from views.base.trash import IN_TRASH, may_open
from views.base.waiting import own_states
from views.base.wished import Wished, take_wished

if TYPE_CHECKING:
    from views.base.declaration import Declared


@dataclass(frozen=True, slots=True)
class Head:
    """A column heading: ``cell`` opens its cells, ``sort`` is the address that sorts by it.

    ``rank`` counts the columns that the list is sorted by; 0 where it is the only one, or none.
    """

    name: str
    label: str
    style: str
    sort: str
    direction: str
    rank: int
    cell: str


class ListPage(BatchBar):
    """One page of one list for one actor: its rows and what can be done with them."""

    def __init__(
        self,
        grid: Declared[Any],
        state: ListState,
        actor: Actor,
        session: ActorSession,
        kept: Kept,
    ) -> None:
        super().__init__(grid, state, actor, session)
        self.kept_for = kept
        self.layout = kept.layout

    @cached_property
    def views(self) -> Tabs:
        """Return the saved views of the list."""
        return Tabs(self.kept_for, self.state, self.actor)

    @cached_property
    def wished(self) -> Wished | None:
        """Return what was wanted of a view just now and could not be had."""
        return take_wished(self.grid.mapped.__tablename__)

    @cached_property
    def layout_form(self) -> LayoutForm:
        """Return the form that lays out the list."""
        return LayoutForm(self.state, self.layout)

    @property
    def title(self) -> str:
        """Return the heading of the page."""
        name = str(text(self.grid.title))
        return f"{name} · {_('Trash')}" if self.state.is_trash else name

    @property
    def total(self) -> str:
        """Return how many rows match, as shown."""
        return self.counts.shown(self.counts.total)

    @cached_property
    def query(self) -> str:
        """Return the list's own query, without the place in it."""
        return self.state.query_string()

    @cached_property
    def heads(self) -> list[Head]:
        """Return the headings of the columns."""
        return [self._head(place, column) for place, column in enumerate(self.columns)]

    def _head(self, place: int, column: GridColumn) -> Head:
        label, style = str(text(column.label)), style_of(column)
        if place == 0:  # what the record is known by stands at the left, a number too
            style = f"key {style}".removesuffix("num").strip()
        opening = f'<td class="{escape(style)}" data-label="{escape(label)}">'
        sort, direction = self._sorting(column)
        return Head(column.name, label, style, sort, direction, self._rank(column), opening)

    def _rank(self, column: GridColumn) -> int:
        order = [name.removeprefix("-") for name in self.state.order]
        return order.index(column.name) + 1 if len(order) > 1 and column.name in order else 0

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
        if not rows:
            return []
        codes = code_names(self.session, self.columns, rows)
        formatters = [self._cell(place, codes) for place in range(len(self.columns))]
        correctable = [] if self.state.is_trash else [row[0] for row in rows]
        openers = Openers(self.grid, self.columns, correctable)
        shown = [map(f, values) for f, values in zip(formatters, _values(rows), strict=True)]
        return [
            self._line(row, cells, openers)
            for row, cells in zip(rows, zip(*shown, strict=True), strict=True)
        ]

    def _cell(self, place: int, codes: Codes) -> Cell:
        """Return what makes a column's cells; most columns say the same in many rows."""
        column = self.columns[place]
        linked = place == 0 and self.may_open
        made = formatter(column, codes, linked=linked, closed=self.closed)
        cell = highlighted(column, self.state.term, made)
        return cell if column.kind == "json" else cache(cell)

    def _line(self, row: Sequence[Any], cells: tuple[Markup, ...], openers: Openers) -> Line:
        known = row[1] is not None and not self.columns[0].sensitive
        title = words_of(cells[0]) if known else escape(f"#{row[0]}")
        opens = self.may_open and row[0] not in self.closed
        url = self._record_url.format(id=row[0]) if opens else ""
        first, *others = openers.dress(row[0], title, cells)
        if url and row[1] in (None, ""):
            first = self._unnamed(row[0])
        return Line(row[0], url, title, (shut(first, self.closed.get(row[0], "")), *others))

    def _unnamed(self, id_: int) -> Markup:
        """Return what a link says of a record whose first column is empty: a dash says nothing."""
        name = text(self.columns[0].label)
        return escape(_("without “%(name)s” #%(id)s", name=name, id=id_))

    @cached_property
    def closed(self) -> Mapping[int, str]:
        """Return the records of the page, and of its links, that the reader cannot open."""
        linked = [place for place, column in enumerate(self.columns, 1) if column.link]
        named = (row[place] for row in self.data.rows for place in (0, *linked))
        return self.grid.closed([each for each in named if each is not None])

    @property
    def body(self) -> Markup:
        """Return the rows as markup."""
        tick = str(_("Tick")) if self.may_act else ""
        return body(self.lines, [head.cell for head in self.heads], tick)

    @cached_property
    def _record_url(self) -> str:
        return record_url(self.grid, self.state.address)

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
    def has_queue(self) -> bool:
        """Say whether records of this list wait for the role."""
        machine = machine_of(self.grid.mapped)
        return bool(
            machine
            and getattr(self.grid, "queue_view", None)
            and self.may_open
            and own_states(self.actor, self.grid, machine)
        )

    @property
    def queue_state(self) -> str:
        """Return the one state that the list is narrowed to, which its queue then keeps to."""
        column = self.grid.facet_column
        chosen = chosen_values(self.state, column) if column else set()
        return next(iter(chosen)) if len(chosen) == 1 else ""

    @property
    def further(self) -> list[Further]:
        """Return the grid's further pages that the role may open."""
        return [each for each in self.grid.further if self.grid.may(self.actor, each.act)]

    @property
    def trash_url(self) -> str:
        """Return the address of the list's trash, for who may put back what lies there."""
        return f"?filter={IN_TRASH}" if may_open(self.grid, self.actor) else ""

    @property
    def may_create(self) -> bool:
        """Say whether the list offers a new record."""
        return bool(self.grid.can_create) and self.grid.may(self.actor, "create")

    @property
    def may_print(self) -> bool:
        """Say whether the list may be put on paper."""
        return may_print(self.grid, self.actor) and not self.state.problems

    @property
    def may_import(self) -> bool:
        """Say whether files may be imported into the list."""
        importer = importer_of(self.grid.mapped)
        return importer is not None and importer.may(self.actor)

    @property
    def may_reveal(self) -> bool:
        """Say whether an export may hold personal data in full."""
        personal = any(column.sensitive for column in self.columns)
        return personal and self.grid.may(self.actor, "reveal")

    @property
    def purpose(self) -> str:
        """Return the purpose of seeing personal data that was given earlier in this session."""
        return remembered_purpose()

    @property
    def actions_key(self) -> tuple[object, ...]:
        """Return all that the actions above the list depend on beside grid and reader."""
        reveals = self.may_export and self.may_reveal
        purpose = self.purpose if reveals else ""
        queue = (self.has_queue, self.queue_state)
        trash = (self.state.is_trash, self.trash_url)
        may = (self.may_export, self.may_print, self.may_import, self.may_create)
        return may, reveals, purpose, queue, trash

    @property
    def empty(self) -> Emptiness:
        """Return why the list is empty, and the one thing to do next."""
        return emptiness_of(self)


def _values(rows: Sequence[Sequence[Any]]) -> list[tuple[Any, ...]]:
    """Return the shown values of rows by column; nothing where there are no rows."""
    return list(zip(*rows, strict=True))[1:]
