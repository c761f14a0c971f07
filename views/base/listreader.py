"""Reads the state of a list from an address: collects what cannot be read instead of stopping."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from werkzeug.datastructures import MultiDict

from models.base.actor import Actor
from models.errors import BadInput
from models.text import Message, msg
from views.base import search, trash
from views.base.conditions import EXPOSED, Condition, Group, Judge
from views.base.keyset import read_token
from views.base.liststate import (
    DEFAULT_SIZE,
    MAX_FILTERS,
    MAX_SORTS,
    ONCE,
    REPEATED,
    SIZES,
    ListState,
    Problem,
    fields_of,
)
from views.base.request import actor, session

if TYPE_CHECKING:
    from views.base.declaration import Declared


def read_state(grid: Declared[Any], query: str | MultiDict[str, str]) -> ListState:
    """Return the state of a grid for the request's actor."""
    return _Reader(grid, actor()).read(fields_of(query) if isinstance(query, str) else query)


class _Reader:
    """Reads one address; collects what cannot be read instead of stopping at it."""

    def __init__(self, grid: Declared[Any], actor: Actor) -> None:
        self.grid = grid
        self.actor = actor
        self.problems: list[Problem] = []
        self.judge = Judge(grid, actor, self._recall)

    def _recall(self, token: str) -> str | None:
        return search.recall(session(), token)

    def read(self, fields: MultiDict[str, str]) -> ListState:
        self._unknown(fields)
        conditions = tuple(self._conditions(fields))
        group_text = self._once(fields, "filter_group")
        group = self._group(group_text)
        if any(problem.name == "filter_group" for problem in self.problems):
            group_text = ""  # it may hold a personal number, and selects nothing
        q = self._open(self._once(fields, "q").strip())
        state = ListState(
            grid=self.grid,
            actor=self.actor,
            q=q,
            term=self._term(q),
            conditions=conditions,
            group=group,
            group_text=group_text,
            sort=self._sort(self._once(fields, "sort")),
            cols=self._cols(fields.getlist("cols")),
            size=self._size(self._once(fields, "size")),
            sized=bool(self._once(fields, "size")),
            after=self._once(fields, "after"),
            before=self._once(fields, "before"),
            add=self._once(fields, "add"),
            view=self._view(self._once(fields, "view")),
            facets=self._facets(self._once(fields, "facets")),
        )
        return self._placed(state)

    def _problem(self, name: str, value: str, reason: Message) -> None:
        self.problems.append(Problem(name, value, reason))

    def _unknown(self, fields: MultiDict[str, str]) -> None:
        for name in fields:
            if name not in (*ONCE, *REPEATED):
                self._problem(name[:40], "", msg("the list knows no such parameter"))

    def _once(self, fields: MultiDict[str, str], name: str) -> str:
        values = [value for value in fields.getlist(name) if value]
        if len(set(values)) > 1:
            self._problem(name, "", msg("it may stand only once"))
        return values[0] if values else ""

    def _conditions(self, fields: MultiDict[str, str]) -> Iterable[Condition]:
        texts = [text for text in dict.fromkeys(fields.getlist("filter")) if text]
        if len(texts) > MAX_FILTERS:
            self._problem("filter", "", msg("at most %(count)s conditions", count=MAX_FILTERS))
            texts = texts[:MAX_FILTERS]
        read = [self.judge.condition(text) for text in texts]
        for condition in read:
            others = (other for other in read if other is not condition)
            problem = condition.problem or trash.misuse(condition, others)
            if problem:
                self._problem("filter", str(condition.written), problem)
            yield condition

    def _group(self, text: str) -> Group | None:
        if not text:
            return None
        try:
            group = self.judge.group(text)
        except BadInput as refusal:
            told = "" if search.holds_personal(text) else text
            self._problem("filter_group", told, refusal.message)
            return None
        for condition in group.conditions():
            problem = condition.problem or (trash.ALONE if trash.is_about(condition) else None)
            if problem:
                self._problem("filter_group", str(condition.written), problem)
        return group

    def _open(self, q: str) -> str:
        """Return a search without a personal number: no file, batch or trail may repeat one."""
        if search.is_token(q) or not search.looks_personal(q):
            return q
        self._problem("q", "", EXPOSED)
        return ""

    def _term(self, q: str) -> str:
        if not q:
            return ""
        if not self.grid.search_columns:
            self._problem("q", q, msg("this list has no column to search in"))
        if not search.is_token(q):
            return search.normalise(q)
        term = search.recall(session(), q)
        if term is None:
            self._problem(
                "q", q, msg("this search belongs to somebody else or has gone; type it again")
            )
        return term or ""

    def _sort(self, text: str) -> tuple[str, ...]:
        names = tuple(name.strip() for name in text.split(",") if name.strip())
        plain = [name.removeprefix("-") for name in names]
        for name in plain:
            if not self.grid.may_sort(name):
                self._problem("sort", name, msg("the list cannot be sorted by this"))
        if len(names) > MAX_SORTS or len(set(plain)) < len(plain):
            self._problem(
                "sort", text, msg("at most %(count)s columns, each once", count=MAX_SORTS)
            )
        return () if any(problem.name == "sort" for problem in self.problems) else names

    def _cols(self, texts: list[str]) -> tuple[str, ...]:
        names = dict.fromkeys(n.strip() for text in texts for n in text.split(",") if n.strip())
        known = {name: self.grid.shown_name(name) for name in names}
        for name, shown in known.items():
            if shown is None:
                self._problem("cols", name, msg("the list has no such column"))
        return tuple(dict.fromkeys(shown for shown in known.values() if shown))

    def _size(self, text: str) -> int:
        if text in map(str, SIZES):
            return int(text)
        if text:
            sizes = "、".join(map(str, SIZES))
            self._problem("size", text, msg("a page has %(sizes)s rows", sizes=sizes))
        return DEFAULT_SIZE

    def _view(self, text: str) -> str:
        """Return the number of the saved view that is open; one that has gone marks no tab."""
        if not text or (text.isascii() and text.isdigit() and len(text) <= 9):
            return text
        self._problem("view", text, msg("this is no saved view"))
        return ""

    def _facets(self, text: str) -> tuple[str, ...]:
        names = dict.fromkeys(name.strip() for name in text.split(",") if name.strip())
        known = [column.name for column in self.grid.facet_columns] if names else []
        for name in [name for name in names if name not in known]:
            self._problem("facets", name, msg("the list is not counted by this"))
        return tuple(name for name in known if name in names)

    def _placed(self, state: ListState) -> ListState:
        """Read the place in the list, which only the order can tell."""
        token = state.after or state.before
        if state.after and state.before:
            self._problem("before", "", msg("it may not stand together with “after”"))
        cursor: list[Any] = []
        if token:
            try:
                cursor = read_token(token, state.order_keys())
            except ValueError:
                name = "after" if state.after else "before"
                self._problem(
                    name, "", msg("this is no place in this list; begin at the first page")
                )
        return replace(state, problems=tuple(self.problems), _cursor=cursor)
