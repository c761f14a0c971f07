"""The nest of conditions as the builder shows and posts it, and as an address holds it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from werkzeug.datastructures import MultiDict

from models.base.session import ActorSession
from models.errors import BadInput
from models.text import msg
from views.base import builder
from views.base.chips import words
from views.base.conditions import MAX_CONDITIONS, MAX_DEPTH, Condition, Group
from views.base.filters import Written
from views.base.liststate import ListState
from views.base.request import translate

if TYPE_CHECKING:
    from views.base.declaration import Declared

MOST_CHARS = 40_000


@dataclass(frozen=True, slots=True)
class Rule:
    """One condition in the builder: an offer with what was chosen of it.

    Without an offer it is ``fixed``: shown in words and kept as it stands, or taken away.
    """

    offer: builder.Offer | None
    op: str = ""
    values: tuple[str, ...] = ()
    word: str = ""
    fixed: str = ""
    text: str = ""

    @property
    def typed(self) -> str:
        """Return what stands in a single input."""
        return ",".join(self.values[:1] if self.op == "between" else self.values)

    @property
    def typed_to(self) -> str:
        """Return the other end of a range."""
        return self.values[1] if self.op == "between" and len(self.values) > 1 else ""


@dataclass(frozen=True, slots=True)
class Branch:
    """Rules and branches with ``and`` or ``or`` between them."""

    word: str
    items: tuple[Rule | Branch, ...]


def tree_of(session: ActorSession, state: ListState) -> Branch:
    """Return everything that narrows a list, but the search, as one tree."""
    flat = [_rule(session, state.grid, condition) for condition in state.conditions]
    group = _branch(session, state.grid, state.group) if state.group else None
    if group is not None and (not flat or group.word == "and"):
        return Branch(group.word, (*flat, *group.items))
    return Branch("and", (*flat, *([group] if group is not None else [])))


def _branch(session: ActorSession, grid: Declared[Any], group: Group) -> Branch:
    items = (
        _branch(session, grid, item) if isinstance(item, Group) else _rule(session, grid, item)
        for item in group.items
    )
    return Branch(group.word, tuple(items))


def _rule(session: ActorSession, grid: Declared[Any], condition: Condition) -> Rule:
    written = condition.written
    offer = builder.offer(session, grid, written.column) if condition.column else None
    if offer is None or condition.problem is not None or condition.secret is not None:
        why = f" ({translate(condition.problem)})" if condition.problem else ""
        return Rule(None, fixed=words(session, condition) + why, text=str(written))
    op, values = written.op, written.values
    if op == "empty" and values and values[0].lower() in ("false", "0"):
        return Rule(offer, builder.FILLED)
    word = values[0] if len(values) == 1 and values[0] in dict(offer.words) else ""
    if offer.lookup and not word:
        offer = builder.naming(session, offer, condition)
    return Rule(offer, op, () if word else values, word)


def read_nest(session: ActorSession, grid: Declared[Any], text: str) -> list[tuple[str, str]]:
    """Return the parts of an address that a posted tree means.

    Its uppermost conditions stand as ``filter`` where all of them must hold, so that they can be
    taken away one by one; what is nested as ``filter_group``.

    :raises BadInput: for what is no tree, or too large a one.
    """
    try:
        tree = json.loads(text) if len(text) <= MOST_CHARS else None
    except (ValueError, RecursionError):
        tree = None
    word, items = _parts(tree)
    read = [_read(session, grid, item, 2) for item in items]
    kept = [item for item in read if item]
    if word == "or" and len(kept) > 1:
        return [("filter_group", compact({"or": kept}))]
    flat = [("filter", item) for item in kept if isinstance(item, str)]
    nested = [item for item in kept if not isinstance(item, str)]
    if not nested:
        return flat
    group = nested[0] if len(nested) == 1 else {"and": nested}
    return [*flat, ("filter_group", compact(group))]


def _read(session: ActorSession, grid: Declared[Any], node: Any, depth: int) -> Any:
    """Return a condition as written, a nest, or None for an empty one."""
    if isinstance(node, dict) and "text" in node:
        written = Written.read(str(node["text"])[:2000])
        return str(builder.without_number(session, grid, written))
    if isinstance(node, dict) and "column" in node:
        return builder.written(session, grid, MultiDict(_fields(node)))
    if depth > MAX_DEPTH:
        raise _no_tree()
    word, items = _parts(node)
    kept = [item for item in (_read(session, grid, each, depth + 1) for each in items) if item]
    return {word: kept} if len(kept) > 1 else kept[0] if kept else None


def _fields(node: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for name in ("column", "op", "word", "value_to"):
        yield name, str(node.get(name, ""))[:2000]
    values = node.get("value", [])
    for value in values[: builder.CHOICES_OFFERED] if isinstance(values, list) else []:
        yield "value", str(value)[:2000]


def _parts(node: Any) -> tuple[str, list[Any]]:
    word, items = next(iter(node.items()), ("", None)) if isinstance(node, dict) else ("", None)
    if word not in ("and", "or") or not isinstance(items, list) or len(items) > MAX_CONDITIONS:
        raise _no_tree()
    return word, items


def _no_tree() -> BadInput:
    return BadInput(
        msg(
            "These conditions cannot be read: at most %(count)s of them, nested %(depth)s deep.",
            count=MAX_CONDITIONS,
            depth=MAX_DEPTH,
        )
    )


def compact(nest: Any) -> str:
    """Write a nest as an address holds it."""
    return json.dumps(nest, ensure_ascii=False, separators=(",", ":"))
