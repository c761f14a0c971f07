"""Files that no record names: kept for a change that was then refused, or broke off."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import Table, select

from models import clock
from models.base.orm import Base
from models.base.session import ActorSession
from models.files.storage import Storage

#: A file is kept before the row that names it is committed; no request takes so long.
GRACE: Final = timedelta(days=1)
#: The column by which a table names its files, whatever the table.
COLUMN: Final = "storage_path"
ASKED_AT_ONCE: Final = 500
OPTIONS: dict[str, Any] = {"unscoped": "a file is no orphan whoever may see its record"}


def sweep(session: ActorSession, storage: Storage) -> int:
    """Remove the files that no record names and that are older than a day; return how many."""
    before = clock.now() - GRACE
    swept = storage.drop_unfinished(before)
    names = list(storage.kept_before(before))
    for start in range(0, len(names), ASKED_AT_ONCE):
        some = names[start : start + ASKED_AT_ONCE]
        orphans = set(some) - _named(session, some)
        for name in orphans:
            storage.forget(name)
        swept += len(orphans)
    return swept


def naming_tables() -> list[Table]:
    """Return the tables whose rows name a file."""
    return [table for table in Base.metadata.sorted_tables if COLUMN in table.c]


def _named(session: ActorSession, names: Sequence[str]) -> set[str]:
    return {
        found
        for table in naming_tables()
        for found in session.scalars(
            select(table.c[COLUMN]).where(table.c[COLUMN].in_(names)), execution_options=OPTIONS
        )
    }
