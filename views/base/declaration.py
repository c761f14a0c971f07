"""What a grid declares, and what follows from it before any page is made."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Generic, TypeVar, get_args

from flask_admin.contrib.sqla.view import ModelView
from flask_babel.speaklater import LazyString
from sqlalchemy import inspect as inspect_mapping

from models.base.actor import Actor
from models.base.orm import Base
from models.text import Label
from models.workflow.editing import edited_names
from models.workflow.registry import mover_of
from views.base import rights
from views.base.columns import Computed, GridColumn, resolve
from views.base.defaults import default_columns, is_listable, is_state, usual_sort
from views.base.keyset import Key
from views.base.menu import Category
from views.base.request import text
from views.base.rooms import Rooms
from views.base.seen_columns import Seen

M = TypeVar("M", bound=Base)


@dataclass(frozen=True, slots=True)
class Section:
    """A heading of the detail page and the form, with the names of its columns."""

    zh: str
    en: str
    columns: str

    @property
    def label(self) -> Label:
        """Return the heading in both languages."""
        return Label(self.zh, self.en)


@dataclass(frozen=True, slots=True)
class Further:
    """A page of the grid's own beside the usual ones, offered above the list to who may ``act``."""

    path: str
    label: Label
    icon: str
    act: str


class Declared(ModelView, Generic[M], metaclass=Rooms):
    """The declaration of a grid: all but ``category`` may be left out; names parted by blanks."""

    category: Category
    columns: ClassVar[str] = ""
    filters: ClassVar[str] = ""
    sort: ClassVar[str] = ""
    #: Counted beside the columns of few values; the first one, by default the state, in sight.
    facets: ClassVar[str] = ""
    #: Columns of the list whose values may be corrected in the list itself.
    inline: ClassVar[str] = ""
    #: Keys of the records from which it follows what may be changed of a row, read at once.
    judged_by: ClassVar[str] = ""
    sections: ClassVar[tuple[Section, ...]] = ()
    #: What may be edited; by default every column that neither session nor engine keeps.
    fields: ClassVar[str] = ""
    computed: ClassVar[Mapping[str, Computed]] = {}
    #: What may be changed for many records at once; by default all that the machine lets be.
    bulk_fields: ClassVar[str] = ""
    #: States in which a record waits for an office (start page, sidebar); by default by their tone.
    waits: ClassVar[str] = ""
    #: A table that may hold millions of rows: filters must be served by an index, but for those in
    #: ``narrowed``, which are declared to be used on the few rows that the scope leaves.
    large: ClassVar[bool] = False
    narrowed: ClassVar[str] = ""
    #: Where a row's title leads, seen from the list.
    record_url: ClassVar[str] = "details/?id={id}"
    #: True where the centre alone may look; otherwise a grid that no role may list is a mistake.
    for_super: ClassVar[bool] = False
    #: Further pages, each with the right that opens it.
    further: ClassVar[tuple[Further, ...]] = ()
    #: False for parts of another record: reached from there, absent from the sidebar.
    in_menu: ClassVar[bool] = True
    mapped: ClassVar[type[Base]]

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        model = _model_of(cls)
        if model is not None:
            cls.mapped = model
            cls._remove_routes(model)

    @classmethod
    def _remove_routes(cls, model: type[Base]) -> None:
        """Take away pages that this table must not have; a log has neither form nor creation."""
        if model.__family__ == "log":
            cls.can_create = cls.can_edit = False
        if not cls.can_create:
            cls.create_view = None  # type: ignore[method-assign]
        if not cls.can_edit:
            cls.edit_view = None  # type: ignore[method-assign]
            cls.restore_view = None  # type: ignore[attr-defined]  # a page of the grids above
        if cls.details_view is None:
            cls.print_record_view = None  # type: ignore[attr-defined]  # a page of the grids above
        if hasattr(cls, "cell_view") and not (cls.can_edit and cls.inline):
            cls.cell_view = None

    def __init__(self, db: Any) -> None:
        table = self.mapped.__tablename__
        label = self.mapped.__label__
        super().__init__(
            self.mapped,
            db,
            name=LazyString(lambda: text(label)),
            category=self.category,
            endpoint=table,
            url=table,
        )

    @property
    def title(self) -> Label:
        """Return the label of the table."""
        return self.mapped.__label__

    def permission(self, act: str) -> str:
        """Return ``area:table:act``."""
        return f"{self.mapped.__area__}:{self.mapped.__tablename__}:{act}"

    def closed(self, ids: Iterable[int]) -> Mapping[int, str]:
        """Return those of the records whose page its reader cannot open, each with what to say of
        it instead of a link; by one statement at most.
        """
        return {}

    def may(self, actor: Actor, act: str) -> bool:
        """Say whether the actor's role may do ``act`` on this table."""
        return actor.can(self.permission(act))

    @property
    def grids(self) -> list[Declared[Any]]:
        """Return all grids of the panel that this one belongs to."""
        views = self.admin._views if self.admin else []
        return [other for other in views if isinstance(other, Declared)]

    def grid_of(self, model: type[Base]) -> Declared[Any] | None:
        """Return the panel's grid of a class, None for one without."""
        return next((grid for grid in self.grids if grid.mapped is model), None)

    @property
    def seen(self) -> Seen:
        """Return the columns as the reader of the request may see them: all below asks these."""
        standing = rights.standing()
        if standing not in self._seen:
            self._seen[standing] = Seen(self)
        return self._seen[standing]

    @cached_property
    def _seen(self) -> dict[Hashable, Seen]:
        return {}

    def column(self, name: str) -> GridColumn:
        """Return a column as the reader of the request may see it.

        :raises LookupError: when there is none, or none for him.
        """
        return self.seen.column(name)

    def declared(self, name: str) -> GridColumn:
        """Return a column as it is declared, whoever reads.

        :raises LookupError: when there is none.
        """
        known = self._known
        if name not in known:
            known[name] = resolve(self.mapped, self.computed, name)
        return known[name]

    @cached_property
    def _known(self) -> dict[str, GridColumn]:
        return {}

    @property
    def list_names(self) -> tuple[str, ...]:
        """Return the names of the columns that the list shows unless the user chooses others."""
        return self.seen.listed

    @cached_property
    def listed(self) -> tuple[str, ...]:
        """Return the columns of the list, whoever reads."""
        return tuple(self.columns.split()) or default_columns(self.mapped)

    @property
    def filter_names(self) -> tuple[str, ...]:
        """Return the columns to filter by, in the order of the form that adds a condition."""
        return self.seen.filtered

    def filter_column(self, name: str) -> GridColumn:
        """Return a column to filter by, known by its name or its key; ``id`` always is one.

        :raises LookupError: when there is none.
        """
        return self.column("id" if name == "id" else self.seen.filter_names[name])

    @property
    def search_columns(self) -> tuple[GridColumn, ...]:
        """Return the columns that the search box looks in."""
        return self.seen.searched

    @property
    def facet_column(self) -> GridColumn | None:
        """Return the column whose values are counted above every list: the machine's state."""
        return self.seen.facet

    @property
    def facet_columns(self) -> tuple[GridColumn, ...]:
        """Return the columns that the list can be counted by, the leading one first."""
        return self.seen.facets

    @cached_property
    def faceted(self) -> tuple[str, ...]:
        """Return the names of the leading columns to count by, whoever reads."""
        columns = inspect_mapping(self.mapped).columns
        states = [key for key, column in columns.items() if is_state(column)]
        return tuple(self.facets.split()) or tuple(states[:1])

    @property
    def default_sort(self) -> tuple[str, ...]:
        """Return the order of a list that is not asked for another."""
        may = (name for name in self.declared_sort if self.may_sort(name.removeprefix("-")))
        return tuple(may) or ("-id",)

    @cached_property
    def declared_sort(self) -> tuple[str, ...]:
        """Return the default order, whoever reads."""
        return tuple(self.sort.split()) or (usual_sort(self.mapped),)

    @cached_property
    def bulk_names(self) -> tuple[str, ...]:
        """Return the columns that may be changed for many records at once."""
        declared = tuple(self.declared(name).key for name in self.bulk_fields.split())
        return declared or edited_names(mover_of(self.mapped))

    def leading_keys(self, actor: Actor) -> tuple[Key, ...]:
        """Return what comes before the default order, such as whose a row is."""
        return ()

    def may_sort(self, name: str) -> bool:
        """Say whether the list may be sorted by a column."""
        return name in self.seen.sortable

    @property
    def has_trash(self) -> bool:
        """Say whether rows are marked as deleted instead of going."""
        return self.mapped.__removal__ == "trash"

    @property
    def choosable(self) -> tuple[str, ...]:
        """Return all columns that a list may show: the declared, then the other mapped ones."""
        return self.seen.choosable

    @cached_property
    def listable(self) -> tuple[str, ...]:
        """Return what a list may show, whoever reads."""
        named = (*self.listed, *self.computed, *self.filters.split())
        names = {self.declared(name).key: name for name in reversed(named)}
        keys = inspect_mapping(self.mapped).columns.keys()
        names |= {key: key for key in keys if key not in names and is_listable(self.mapped, key)}
        rest = (name for name in names.values() if name not in self.listed)
        return (*self.listed, *rest)

    def shown_name(self, name: str) -> str | None:
        """Return the name under which a list shows a column, which may be asked for by its key."""
        return self.seen.shown_names.get(name)


def _model_of(cls: type) -> type[Base] | None:
    for base in getattr(cls, "__orig_bases__", ()):
        for argument in get_args(base):
            if isinstance(argument, type) and issubclass(argument, Base):
                return argument
    return None
