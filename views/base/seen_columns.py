"""The columns of a grid as readers of one standing see them, worked out once for all of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sqlalchemy import inspect as inspect_mapping

from models.base.actor import Actor
from models.base.columns import meta
from models.base.orm import TRASHED
from views.base import rights, trash
from views.base.columns import GridColumn
from views.base.facets import has_few_values
from views.base.filters import operators

if TYPE_CHECKING:
    from views.base.declaration import Declared

#: Actors whose changeable columns are held at once; a process that holds more begins anew.
MOST_PLACES = 400


class Seen:
    """What a grid declares, less what its reader may not see.

    It judges by the rights of the request in which something is first asked: a grid keeps one for
    each standing (:func:`views.base.rights.standing`) and never serves it to another.
    """

    def __init__(self, grid: Declared[Any]) -> None:
        self._grid = grid
        self._columns: dict[str, GridColumn] = {}
        self._changeable: dict[Actor, tuple[str, ...]] = {}

    def column(self, name: str) -> GridColumn:
        """Return a column.

        :raises LookupError: when there is none, or none for the reader.
        """
        if name not in self._columns:
            self._columns[name] = rights.seen(self._grid.mapped, self._grid.declared(name))
        return self._columns[name]

    def _shown(self, names: Iterable[str]) -> tuple[str, ...]:
        """Return those columns that exist for the reader."""
        mapped, declared = self._grid.mapped, self._grid.declared
        return tuple(name for name in names if rights.is_shown(mapped, *declared(name).sources))

    @cached_property
    def listed(self) -> tuple[str, ...]:
        """Return the columns of a list that nobody has laid out."""
        return self._shown(self._grid.listed) or ("id",)

    @cached_property
    def choosable(self) -> tuple[str, ...]:
        """Return the columns that a list may show."""
        return self._shown(self._grid.listable)

    @cached_property
    def shown_names(self) -> Mapping[str, str]:
        """Return the name under which a list shows a column, by that name and by its key."""
        return self._by_name_and_key(self.choosable)

    @cached_property
    def sortable(self) -> frozenset[str]:
        """Return names and keys of the columns that a list may be sorted by."""
        known = {"id": "id", **self.shown_names}
        return frozenset(name for name in known if self.column(name).order is not None)

    @cached_property
    def filtered(self) -> tuple[str, ...]:
        """Return the columns to filter by: the declared, else all that know an operator."""
        if self._grid.filters:
            trashed = TRASHED if self._grid.has_trash else ""
            names = self._shown(f"{self._grid.filters} {self._grid.narrowed} {trashed}".split())
        else:
            names = tuple(name for name in self.choosable if operators(self.column(name)))
        has_trash = trash.may_open(self._grid, rights.reader() or rights.EVERYBODY)
        return tuple(name for name in names if has_trash or self.column(name).key != TRASHED)

    @cached_property
    def filter_names(self) -> Mapping[str, str]:
        """Return the name of a column to filter by, by that name and by its key."""
        return self._by_name_and_key(self.filtered)

    def changeable(self, who: Actor) -> tuple[str, ...]:
        """Return the columns that an actor of this standing may change for many records at once;
        where he acts counts too.
        """
        place = who.place
        names = self._changeable.get(place)
        if names is None:
            if len(self._changeable) >= MOST_PLACES:
                self._changeable.clear()
            names = rights.changeable(self._grid.mapped, self._grid.bulk_names, who)
            self._changeable[place] = names
        return names

    @cached_property
    def conditional(self) -> tuple[GridColumn, ...]:
        """Return the columns that take a condition."""
        columns = [self.column(name) for name in self.filtered]
        return tuple(column for column in columns if operators(column))

    def _by_name_and_key(self, names: Iterable[str]) -> Mapping[str, str]:
        """A name goes before the key of another column, and an earlier column before a later."""
        keys = {self.column(name).key: name for name in reversed(tuple(names))}
        return keys | {name: name for name in names}

    @cached_property
    def searched(self) -> tuple[GridColumn, ...]:
        """Return the columns that the search box looks in."""
        return tuple(self.column(name) for name in self._shown(self._searchable()))

    def _searchable(self) -> Iterator[str]:
        columns = inspect_mapping(self._grid.mapped).columns
        return (key for key, column in columns.items() if meta(column).search)

    @cached_property
    def facet(self) -> GridColumn | None:
        """Return the column whose values are counted above every list, None where the reader may
        not read it.
        """
        names = self._open(self._grid.faceted[:1])
        return self.column(names[0]) if names else None

    @cached_property
    def facets(self) -> tuple[GridColumn, ...]:
        """Return the columns that the list can be counted by: the declared, then those of few
        values.
        """
        leading = [self.column(name) for name in self._open(self._grid.faceted)]
        keys = {*(column.key for column in leading), TRASHED}  # the trash is a list of its own
        others = [self.column(name) for name in self.filtered]
        few = [each for each in others if each.key not in keys and has_few_values(each)]
        return (*leading, *few)

    def _open(self, names: Iterable[str]) -> list[str]:
        """Return those columns that the reader may see unmasked."""
        mapped, declared = self._grid.mapped, self._grid.declared
        return [name for name in names if rights.is_open(mapped, *declared(name).sources)]
