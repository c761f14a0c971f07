"""Everything that the list's template shows, prepared so that the template only lays it out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from flask_babel import gettext as _
from markupsafe import Markup

from models.workflow.editing import RIGHT, UNCHOSEN, action_on, edit_of
from models.workflow.machine import Transition
from models.workflow.registry import machine_of
from views.base import rights
from views.base.cells import code_names, formatter, style_of
from views.base.columns import GridColumn
from views.base.declaration import Further
from views.base.highlight import highlighted
from views.base.liststate import DEFAULT_SIZE, SIZES
from views.base.narrowing import Narrowing, shown_count
from views.base.request import text
from views.base.reveal import remembered_purpose
from views.base.waiting import own_states

#: More actions than these do not fit in one line beside the choice of rows.
VERBS_IN_BAR = 5


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


class ListPage(Narrowing):
    """One page of one list for one actor: its rows and what can be done with them."""

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
        formatters = [
            highlighted(
                column,
                self.state.term,
                formatter(column, codes, linked=place == 0 and self.may_open),
            )
            for place, column in enumerate(self.columns)
        ]
        return [self._line(row, formatters) for row in rows]

    def _line(self, row: Sequence[Any], formatters: Sequence[Any]) -> Line:
        cells = tuple(f(value) for f, value in zip(formatters, row[1:], strict=True))
        known = row[1] is not None and not self.columns[0].sensitive
        title = cells[0].striptags() if known else f"#{row[0]}"
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

    @cached_property
    def leading_verbs(self) -> list[Transition]:
        """Return the transitions that stand in the bar itself: all where they are few, else the
        harmless ones that start from the states of most rows in the list.
        """
        if len(self.verbs) <= VERBS_IN_BAR:
            return self.verbs
        harmless = [t for t in self.verbs if not t.danger and self._movable(t)]
        usual = sorted(harmless, key=self._movable, reverse=True)[: VERBS_IN_BAR - 1]
        return [t for t in self.verbs if t in usual]

    def _movable(self, transition: Transition) -> int:
        """Return how many rows of the list are in a state that a transition starts from."""
        return sum(self.counts.values.get(source.value, 0) for source in transition.sources)

    @cached_property
    def edits(self) -> list[Transition]:
        """Return the changes of columns that the role may make in bulk: which record belongs to
        whom first, then any declared column.
        """
        machine = machine_of(self.grid.mapped)
        names = rights.changeable(self.grid.mapped, self.grid.bulk_names, self.actor)
        if machine is None or not names or self.state.problems or not self._may_edit:
            return []
        keys = [name for name in names if self.grid.column(name).target is not None]
        offered = (*(action_on(name) for name in keys), UNCHOSEN)
        return [each for action in offered if (each := edit_of(machine, action)) is not None]

    @property
    def _may_edit(self) -> bool:
        return self.grid.may(self.actor, RIGHT)

    @property
    def may_act(self) -> bool:
        """Say whether anything can be done with rows that are ticked."""
        return bool(self.verbs or self.edits)

    @property
    def further_verbs(self) -> list[Transition]:
        """Return the other transitions, folded away, the dangerous last."""
        rest = [t for t in self.verbs if t not in self.leading_verbs]
        return sorted(rest, key=lambda transition: transition.danger)

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
        chosen = self._chosen(column) if column else set()
        return next(iter(chosen)) if len(chosen) == 1 else ""

    @property
    def further(self) -> list[Further]:
        """Return the grid's further pages that the role may open."""
        return [each for each in self.grid.further if self.grid.may(self.actor, each.act)]

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
    def purpose(self) -> str:
        """Return the purpose of seeing personal data that was given earlier in this session."""
        return remembered_purpose()

    @property
    def empty(self) -> tuple[str, str, tuple[str, str] | None]:
        """Return why the list is empty, in two sentences, and the one thing to do next."""
        if self.state.problems:
            return (
                _("A condition cannot be read"),
                _("No record is shown, so that nobody works on more records than were meant."),
                (self.clear_url, _("Remove all conditions")),
            )
        if (self.state.after or self.state.before) and self.counts.total:
            return (
                _("The records of this page have gone"),
                _("They were changed or moved while you were reading; the list still has others."),
                (self.first_url, _("First page")),
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
