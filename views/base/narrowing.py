"""What narrows a list, as its page shows it: chips, facets, and the form that adds a condition."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from flask_babel import gettext as _

from models.base.actor import Actor
from models.base.session import ActorSession
from views.base import builder
from views.base.chips import Chip, chips
from views.base.columns import GridColumn
from views.base.facets import Facet, FacetRow, further_facets, leading_facet
from views.base.liststate import SELECTING, ListState
from views.base.request import text
from views.base.statement import Counts, Page, fetch_counts, fetch_page

if TYPE_CHECKING:
    from views.base.declaration import Declared


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

    @cached_property
    def facets(self) -> list[Facet]:
        """Return the values of the leading facet."""
        return leading_facet(self.state, self.counts)

    @property
    def facet_label(self) -> str:
        """Return what the leading facet is read out as."""
        column = self.grid.facet_column
        return str(_("Records by %(name)s", name=text(column.label))) if column else ""

    @cached_property
    def further_facets(self) -> list[FacetRow]:
        """Return the other facets, folded or not."""
        return further_facets(self.state, self.counts)

    @property
    def takes_conditions(self) -> bool:
        """Say whether there is a column that takes a condition."""
        return bool(self.grid.seen.conditional)

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
