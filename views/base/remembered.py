"""Statements that lists build again and again, kept by all that they follow from: building one
costs as much as running it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any

from sqlalchemy import Select

from models.base.criteria import MADE_ONCE

#: Statements held at once; a process that holds more begins anew.
MOST_STATEMENTS = 200

_held: dict[Hashable, Select[Any]] = {}


def remembered(
    build: Callable[[], Select[Any]], rows: Select[Any], *follows: Hashable
) -> Select[Any]:
    """Return what ``build`` makes of ``rows``, the same object again for the same rows.

    Rows are the same where the statements are, values included: whatever reader, day or conditions
    bring in tells them apart. ``follows`` is all else that ``build`` goes by. The actor's scope is
    not in it: the session adds it whenever a statement is executed.
    """
    place = _place(rows, follows)
    if place is None:
        return build()
    found = _held.get(place)
    if found is None:
        if len(_held) >= MOST_STATEMENTS:
            _held.clear()
        found = _held[place] = build().execution_options(**{MADE_ONCE: True})
    return found


def _place(rows: Select[Any], follows: tuple[Hashable, ...]) -> Hashable | None:
    key = rows._generate_cache_key()
    if key is None:
        return None
    values = tuple(_hashable(bind.callable or bind.value) for bind in key.bindparams)
    place = (key.key, values, follows)
    try:
        hash(place)
    except TypeError:
        return None
    return place


def _hashable(value: Any) -> Any:
    """Return a value, or what returns it whenever it is executed, with its type: what compares as
    equal need not be the same to a database.
    """
    return type(value), tuple(map(_hashable, value)) if isinstance(value, list | tuple) else value
