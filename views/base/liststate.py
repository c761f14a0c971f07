"""The state of a list as its address holds it: the source of list, count, facets, export, batch."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote_plus

from flask import redirect
from flask.typing import ResponseReturnValue
from sqlalchemy import ColumnElement, Select, false, select
from werkzeug.datastructures import MultiDict

from models.base.actor import Actor
from models.errors import BadInput
from models.text import Message, msg
from views.base import search, trash
from views.base.columns import GridColumn
from views.base.conditions import Condition, Group
from views.base.keyset import Key

if TYPE_CHECKING:
    from views.base.declaration import Declared

SIZES = (20, 50, 100, 200)
DEFAULT_SIZE = 50
MAX_FILTERS = 30
MAX_SORTS = 4
MAX_FIELDS = 300
#: Names that may stand once in an address, and those that may be repeated. ``add`` opens a form,
#: ``view`` marks the saved view that one started from, ``facets`` names those that are unfolded.
ONCE = ("q", "filter_group", "sort", "size", "after", "before", "add", "view", "facets")
#: Those that name a place in a list, and with ``add`` those that are gone once it is another.
PLACES = ("after", "before")
FLEETING = (*PLACES, "add")
REPEATED = ("filter", "cols")
#: Those that choose rows, rather than the way they are shown.
SELECTING = ("q", "filter", "filter_group")


@dataclass(frozen=True, slots=True)
class Problem:
    """A part of the address that cannot be read: shown as a red chip, and no row is shown."""

    name: str
    value: str
    reason: Message


@dataclass(frozen=True, eq=False)
class ListState:
    """What a list shows: search, conditions, order, columns, page.

    With :attr:`problems` the statement selects nothing: nobody acts on more rows than were meant.
    """

    grid: Declared[Any]
    actor: Actor
    q: str = ""
    term: str = ""
    conditions: tuple[Condition, ...] = ()
    group: Group | None = None
    group_text: str = ""
    sort: tuple[str, ...] = ()
    cols: tuple[str, ...] = ()
    size: int = DEFAULT_SIZE
    sized: bool = False  # the address names the size, so that its links do too
    after: str = ""
    before: str = ""
    add: str = ""
    view: str = ""
    facets: tuple[str, ...] = ()  # unfolded beside the leading one
    problems: tuple[Problem, ...] = ()
    _cursor: list[Any] = field(default_factory=list)

    @classmethod
    def from_query(cls, grid: Declared[Any], query: str | MultiDict[str, str]) -> ListState:
        """Read the state of a grid from an address's query for the request's actor."""
        from views.base.listreader import read_state

        return read_state(grid, query)

    @classmethod
    def from_post(cls, grid: Declared[Any], posted: MultiDict[str, str], address: str) -> ListState:
        """Read the state that a posted form means by "all matching".

        It may stand in the field ``query``, in fields of its own, or in the form's address; taken
        together, so that a script that puts a condition into another place never acts on more rows.
        """
        query = "&".join(posted.getlist("query"))
        pairs = [*fields_of(query).items(multi=True)]
        pairs += [(name, value) for name, value in posted.items(multi=True) if name in SELECTING]
        pairs += fields_of(address).items(multi=True)
        return cls.from_query(grid, MultiDict([*dict.fromkeys(pairs)]))

    @property
    def errors(self) -> tuple[Message, ...]:
        """Return the reasons why this state must not be acted upon."""
        return tuple(problem.reason for problem in self.problems)

    def require_clean(self) -> None:
        """Refuse to act on a state with problems.

        :raises BadInput: naming the first of them.
        """
        if self.problems:
            raise BadInput(
                msg(
                    "The list's address has a part that cannot be read: %(reason)s."
                    " Remove it first; nothing was done.",
                    reason=self.problems[0].reason,
                )
            )

    def statement(self, *, without: str = "") -> Select[Any]:
        """Return ``select(Model)`` of the matching rows, unordered; the session adds the scope.

        ``without`` leaves out the conditions on one column: its own facet counts the other values.
        """
        model: Any = self.grid.mapped
        statement = select(model)
        if self.problems:
            return statement.where(false())
        applied = [c for c in self.conditions if c.column and c.column.key != without]
        statement = statement.where(*(c.sql for c in applied if c.sql is not None))
        if self.group is not None:
            statement = statement.where(self.group.sql)
        if self.term:
            statement = statement.where(search.match(self.grid.search_columns, self.term))
        if self.grid.has_trash:
            statement = statement.where(self._in_trash_or_not)
        return statement

    @cached_property
    def _in_trash_or_not(self) -> ColumnElement[bool]:
        if not self.is_trash:
            return trash.in_use(self.grid)
        model: Any = self.grid.mapped
        ids: ColumnElement[bool] = model.id.in_(trash.own_ids(self.grid, self.actor))
        return ids

    @property
    def is_trash(self) -> bool:
        """Say whether the list is asked for what lies in the trash."""
        return trash.IN_TRASH in [str(condition.written) for condition in self.conditions]

    def conditioned(self) -> set[str]:
        """Return the columns with conditions of their own, outside the nest."""
        return {c.column.key for c in self.conditions if c.column}

    def counted(self) -> list[GridColumn]:
        """Return the columns whose values are counted: the leading facet and the unfolded ones."""
        leading = self.grid.facet_column
        if not self.facets:
            return [leading] if leading else []
        return [c for c in self.grid.facet_columns if c is leading or c.name in self.facets]

    def order_keys(self) -> list[Key]:
        """Return the order: the sorted columns, then the id in the direction of the last one."""
        return list(self._order_keys)

    @cached_property
    def _order_keys(self) -> list[Key]:
        keys = [_key(self.grid.column(name.removeprefix("-")), name) for name in self.order]
        if self.order[-1].removeprefix("-") != "id":
            keys.append(Key(self.grid.mapped.id, keys[-1].descending))
        return keys if self.sort else [*self.grid.leading_keys(self.actor), *keys]

    @property
    def order(self) -> tuple[str, ...]:
        """Return the sort in force: the address's, else the grid's own."""
        return self.sort or self.grid.default_sort

    def ordered(self) -> Select[Any]:
        """Return the statement in the list's order."""
        return self.statement().order_by(*(key.ordering() for key in self.order_keys()))

    def shown(self) -> list[GridColumn]:
        """Return the columns that the list shows to its reader."""
        return list(self._columns)

    @cached_property
    def _columns(self) -> list[GridColumn]:
        return [self.grid.column(name) for name in self.cols or self.grid.list_names]

    @property
    def is_narrowed(self) -> bool:
        """Say whether search or conditions leave anything out."""
        return bool(self.q or self.conditions or self.group)

    @property
    def cursor(self) -> list[Any]:
        """Return the key values of the row that the page begins behind or ends before."""
        return self._cursor

    def pairs(self) -> list[tuple[str, str]]:
        """Return names and values of the address, without the place in it."""
        pairs = [("q", self.q)] if self.q else []
        pairs += [("filter", str(c.written)) for c in self.conditions]
        pairs += [("filter_group", self.group_text)] if self.group_text else []
        pairs += [("sort", ",".join(self.sort))] if self.sort else []
        pairs += [("cols", ",".join(self.cols))] if self.cols else []
        pairs += [("size", str(self.size))] if self.sized else []
        pairs += [("facets", ",".join(self.facets))] if self.facets else []
        pairs += [("view", self.view)] if self.view else []
        return pairs

    def query_string(self, **changes: str) -> str:
        """Return the query of this state; a change of ``""`` removes a name."""
        kept = [(name, value) for name, value in self.pairs() if name not in changes]
        return encode([*kept, *((name, value) for name, value in changes.items() if value)])

    @property
    def address(self) -> str:
        """Return the query of this state with the place in the list."""
        return self.query_string(after=self.after, before=self.before)

    def with_filter(self, written: str, instead_of: str = "") -> str:
        """Return the query with one condition more; those on column ``instead_of`` go."""
        pairs = [
            (name, value)
            for name, value in self.pairs()
            if not (name == "filter" and instead_of and value.partition(":")[0] == instead_of)
        ]
        return encode([*pairs, ("filter", written)] if written else pairs)

    def without_pair(self, name: str, value: str) -> str:
        """Return the query without one part."""
        pairs = self.pairs()
        return encode([pair for pair in pairs if pair != (name, value)])


def encode(pairs: Iterable[tuple[str, str]]) -> str:
    """Write a query, legibly: colons and commas stand as they are."""
    return "&".join(f"{_quoted(name)}={_quoted(value)}" for name, value in pairs)


@lru_cache(maxsize=2_000)
def _quoted(part: str) -> str:
    """A page's links repeat the same few parts some hundred times."""
    return quote_plus(part, safe=":,~")


def to_list(grid: Declared[Any], pairs: Iterable[tuple[str, str]]) -> ResponseReturnValue:
    """Answer a form with the address of the list that it means."""
    query = encode(pairs)
    return redirect(f"{grid.url}/" + (f"?{query}" if query else ""), 303)


def _key(column: GridColumn, name: str) -> Key:
    expression = column.order
    nullable = bool(expression.property.columns[0].nullable)
    return Key(expression, name.startswith("-"), nullable)


def fields_of(query: str) -> MultiDict[str, str]:
    """Part a query; one with too many fields becomes a single unknown one, which is refused."""
    try:
        pairs = parse_qsl(query.lstrip("?"), keep_blank_values=True, max_num_fields=MAX_FIELDS)
    except ValueError:
        return MultiDict([("too_many_fields", "")])
    return MultiDict(pairs)
