"""Titles of what references point to, read at once: one look into a map instead of one into the
database for every row of a file.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import String, cast, select

from models.accounts.names import AccountName
from models.accounts.tables import UserAccount
from models.base.session import ActorSession
from views.base.columns import GridColumn

#: Of a table with more rows the database looks up each title itself.
MOST_TITLES: Final = 5000


def titles(work: ActorSession, column: GridColumn) -> Mapping[str, str] | None:
    """Return the titles of everything in reach that a reference may point to, by its key; None
    where the column shows no titles, or there are too many.
    """
    if column.target is None or column.sensitive or column.shown is column.untitled:
        return None
    named: Any = AccountName if column.target is UserAccount else column.target
    title = named.display_name if named is AccountName else getattr(named, named.__title__)
    key = getattr(named, column.target_key).label("key")
    found = select(key, cast(title, String).label("title")).limit(MOST_TITLES + 1)
    rows = work.execute(found).all()
    if len(rows) > MOST_TITLES:
        return None
    return {str(row.key): row.title for row in rows if row.title is not None}
