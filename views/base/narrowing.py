"""What narrows a list, as its page shows it: chips, facets, and the form that adds a condition."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from flask_babel import gettext as _

from models.base.actor import Actor
from models.base.session import ActorSession
from views.base import builder
from views.base.chips import Chip, chips
from views.base.columns import GridColumn
from views.base.liststate import SELECTING, ListState
from views.base.request import text
from views.base.statement import COUNT_CAP, Counts, Page, fetch_counts, fetch_page

if TYPE_CHECKING:
    from views.base.declaration import Declared


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


class Narrowing:
    """The list of one grid for one actor, as far as its address narrows it."""

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

    @cached_property
    def chips(self) -> list[Chip]:
        """Return the conditions in force and the parts that cannot be read."""
        return chips(self.session, self.state)

    @property
    def search_labels(self) -> str:
        """Return the names of the columns that the search box looks in."""
        labels = [_search_label(column) for column in self.grid.search_columns]
        return str(_(", ")).join(labels)

    @property
    def clear_url(self) -> str:
        """Return the address of the list without any condition."""
        kept = {name: value for name, value in self.state.pairs() if name not in SELECTING}
        return "?" + ListState(self.grid, self.actor).query_string(**kept)

    @property
    def facets(self) -> list[Facet]:
        """Return all values of the facet's column together, then those that occur or are chosen."""
        column = self.grid.facet_column
        if column is None or self.state.problems:
            return []
        chosen = self._chosen(column)
        labels = column.meta.choices or {}
        together = Facet(
            _("All"),
            shown_count(sum(self.counts.values.values())),
            "?" + self._with_value(column, ""),
            not chosen,
        )
        return [together] + [
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


def _search_label(column: GridColumn) -> str:
    label = str(text(column.label))
    return _("%(name)s or its pinyin", name=label) if column.sounds else label


def shown_count(count: int) -> str:
    """Return a count with separators; beyond the cap it is not known exactly."""
    return f"{count:,}" if count <= COUNT_CAP else f"{COUNT_CAP:,}+"
