"""The conditions of a list as judged: what each one selects, or why it cannot be read."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, and_, or_

from models.base.actor import Actor
from models.errors import BadInput
from models.text import Message, msg
from views.base.columns import GridColumn
from views.base.filters import Written, predicate
from views.base.search import holds_personal, is_token

if TYPE_CHECKING:
    from views.base.declaration import Declared

MAX_CONDITIONS = 50
MAX_DEPTH = 6
#: Half of a surrogate pair, which JSON can spell and no database stores.
HALF_PAIR = re.compile(r"[\ud800-\udfff]")
EXPOSED = msg("personal numbers are typed into the form, never into an address")
#: Stands for a condition that would repeat a personal number.
NOT_TOLD = Written("?", "", ())
#: Turns the token of a kept term into the term; None when it is not the user's own.
Recall = Callable[[str], str | None]


@dataclass(frozen=True, eq=False)
class Condition:
    """One condition; ``problem``: why it cannot be applied; ``secret``: what a token hides."""

    written: Written
    column: GridColumn | None = None
    sql: ColumnElement[bool] | None = None
    problem: Message | None = None
    secret: str | None = None


@dataclass(frozen=True, eq=False)
class Group:
    """A nest of conditions: ``word`` (``and``, ``or``) between ``items``."""

    word: str
    items: tuple[Condition | Group, ...]

    @property
    def sql(self) -> ColumnElement[bool]:
        """Return the SQL of a group without problems."""
        parts = [item.sql for item in self.items if item.sql is not None]
        return and_(*parts) if self.word == "and" else or_(*parts)

    def conditions(self) -> list[Condition]:
        """Return every condition in the nest."""
        found: list[Condition] = []
        for item in self.items:
            found.extend(item.conditions() if isinstance(item, Group) else [item])
        return found


def exposes(column: GridColumn, written: Written) -> bool:
    """Say whether a condition carries in the open what only a token may stand for (reading 6)."""
    if column.sensitive:
        return any(value and not is_token(value) for value in written.values)
    open_values = [value for value in written.values if not is_token(value)]
    return _takes_token(column) and any(map(holds_personal, open_values))


def _takes_token(column: GridColumn) -> bool:
    return column.sensitive or column.kind == "text"


@dataclass(frozen=True)
class Judge:
    """Reads conditions for one grid and actor."""

    grid: Declared[Any]
    actor: Actor
    recall: Recall

    def condition(self, text: str) -> Condition:
        """Read ``column:op:value``."""
        written = Written.read(text)
        try:
            column = self.grid.filter_column(written.column)
        except LookupError:
            problem = msg("there is no column of this name to filter by")
            return Condition(NOT_TOLD if holds_personal(text) else written, problem=problem)
        if exposes(column, written):
            return Condition(Written(column.name, written.op, ()), column, problem=EXPOSED)
        try:
            return self._applied(written, column)
        except BadInput as refusal:
            return Condition(written, column, problem=refusal.message)

    def _applied(self, written: Written, column: GridColumn) -> Condition:
        token = written.values[0] if len(written.values) == 1 else ""
        if not _takes_token(column) or not is_token(token):
            sql = predicate(column, written.op, written.values, self.actor)
            return Condition(written, column, sql)
        term = self.recall(token)
        if term is None:
            raise BadInput(msg("this search belongs to somebody else or has gone; type it again"))
        sql = predicate(column, written.op, [term], self.actor)
        return Condition(written, column, sql, secret=term)

    def group(self, text: str) -> Group:
        """Read ``{"and": ["column:op:value", {"or": […]}]}``.

        :raises BadInput: when it is no such nest, or too large a one.
        """
        try:
            nest = json.loads(text)
        except (ValueError, RecursionError):
            raise _no_nest() from None
        found = self._nested(nest, 1)
        if not isinstance(found, Group) or len(found.conditions()) > MAX_CONDITIONS:
            raise _no_nest()
        return found

    def _nested(self, node: Any, depth: int) -> Condition | Group:
        if isinstance(node, str) and not HALF_PAIR.search(node):
            return self.condition(node)
        if depth > MAX_DEPTH or not isinstance(node, dict) or len(node) != 1:
            raise _no_nest()
        word, items = next(iter(node.items()))
        if word not in ("and", "or") or not isinstance(items, list) or not items:
            raise _no_nest()
        return Group(word, tuple(self._nested(item, depth + 1) for item in items))


def _no_nest() -> BadInput:
    return BadInput(
        msg(
            'a nest of conditions is written {"and": ["column:op:value", {"or": […]}]},'
            " at most %(count)s conditions and %(depth)s deep",
            count=MAX_CONDITIONS,
            depth=MAX_DEPTH,
        )
    )
