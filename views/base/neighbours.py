"""A record's place in the list that one came from: the records before and behind it, the way back.

The list's query travels in the address (``from``), so that it survives reloads, links and a batch.
A record that the list shows no more, because it was moved on, still has its neighbours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from flask import request
from sqlalchemy import select

from models.base.session import ActorSession
from views.base.declaration import Declared
from views.base.keyset import Key, segments
from views.base.liststate import ListState
from views.base.request import session

FROM = "from"
#: A longer query would make every row of a list carry more than the row itself.
MOST_CHARS = 600


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record stands: addresses, empty where there is no such record."""

    query: str
    list_url: str
    previous_url: str = ""
    next_url: str = ""


def record_url(grid: Declared[Any], query: str | None) -> str:
    """Return the pattern of the address of a list's records, with the list they are seen from."""
    pattern = grid.record_url
    if query is None or "details/?" not in pattern or len(query) > MOST_CHARS:
        return pattern
    return f"{pattern}&{FROM}={quote(query, safe=':,~').replace('{', '{{').replace('}', '}}')}"


def place_of(grid: Declared[Any], record: Any) -> Place | None:
    """Return a record's place in the list that its address names; None where it names none."""
    query = request.args.get(FROM)
    if query is None:
        return None
    state = ListState.from_query(grid, query)
    if state.problems:
        return None
    keys = state.order_keys()
    values = _values(session(), grid, keys, record.id)
    turned = [key.turned() for key in keys]
    return Place(
        query=query,
        list_url=f"{grid.url}/?{query}#row-{record.id}",
        previous_url=_url(grid, query, _beside(session(), state, turned, values)),
        next_url=_url(grid, query, _beside(session(), state, keys, values)),
    )


def _values(
    work: ActorSession, grid: Declared[Any], keys: Sequence[Key], id_: int
) -> Sequence[Any]:
    """Return what the list sorts a record by, whether the list shows it or not."""
    model: Any = grid.mapped
    found = select(*(key.expression for key in keys)).select_from(model).where(model.id == id_)
    return tuple(work.execute(found).one())


def _beside(
    work: ActorSession, state: ListState, keys: Sequence[Key], values: Sequence[Any]
) -> int | None:
    """Return the first record of the list behind the given values."""
    model: Any = state.grid.mapped
    order = [key.ordering() for key in keys]
    for condition in segments(keys, values):
        nearest = state.statement().with_only_columns(model.id).where(condition).order_by(*order)
        found: int | None = work.scalar(nearest.limit(1))
        if found is not None:
            return found
    return None


def _url(grid: Declared[Any], query: str, id_: int | None) -> str:
    return "" if id_ is None else f"{grid.url}/{record_url(grid, query).format(id=id_)}"
