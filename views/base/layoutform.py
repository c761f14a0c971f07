"""What the form offers that lays out a list: columns with their places, order, sizes, heights."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from models.accounts.layouts import Layout
from models.accounts.preferences import Density
from views.base.liststate import MAX_SORTS, SIZES, ListState
from views.base.request import text


@dataclass(frozen=True, slots=True)
class ColumnChoice:
    """A column that the list may show; ``place`` counts from 1 among those that it shows."""

    name: str
    label: str
    place: int | None


@dataclass(frozen=True, slots=True)
class OrderChoice:
    """One step of the order: the column that it compares, empty for none, and its direction."""

    place: int
    name: str
    descending: bool


@dataclass(frozen=True)
class LayoutForm:
    """The layout of a list as a form."""

    state: ListState
    layout: Layout

    @property
    def key(self) -> tuple[object, ...]:
        """Return all that the form depends on beside grid and reader."""
        names = tuple(column.name for column in self.state.shown())
        return names, self.state.order, self.state.size, self.layout.density

    @property
    def columns(self) -> list[ColumnChoice]:
        """Return the shown columns in their order, then the others."""
        grid = self.state.grid
        shown = [column.name for column in self.state.shown()]
        rest = [name for name in grid.choosable if name not in shown]
        return [
            *(self._column(name, place) for place, name in enumerate(shown, 1)),
            *(self._column(name, None) for name in rest),
        ]

    def _column(self, name: str, place: int | None) -> ColumnChoice:
        return ColumnChoice(name, str(text(self.state.grid.column(name).label)), place)

    @property
    def sortable(self) -> list[tuple[str, str]]:
        """Return name and label of the columns that can be sorted by."""
        grid = self.state.grid
        names = [name for name in ("id", *grid.choosable) if grid.may_sort(name)]
        return [(name, str(text(grid.column(name).label))) for name in dict.fromkeys(names)]

    @property
    def orders(self) -> list[OrderChoice]:
        """Return every step of the order, the unused ones empty."""
        names: Sequence[str] = [*self.state.order, *[""] * MAX_SORTS][:MAX_SORTS]
        return [
            OrderChoice(place, name.removeprefix("-"), name.startswith("-"))
            for place, name in enumerate(names, 1)
        ]

    @property
    def sizes(self) -> Iterator[tuple[int, bool]]:
        """Return the sizes of a page, and which one is in force."""
        return ((size, size == self.state.size) for size in SIZES)

    @property
    def heights(self) -> Iterator[tuple[str, str, bool]]:
        """Return the heights of rows, and which one the person has chosen for this list."""
        for value, label in Density.labels().items():
            yield value, str(text(label)), value == self.layout.density
