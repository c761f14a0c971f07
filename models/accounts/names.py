"""Names of accounts for whoever sees a record that mentions them, and nothing else of them."""

from __future__ import annotations

from sqlalchemy import Column, Integer, MetaData, String, Table
from sqlalchemy.orm import Mapped, registry


class AccountName:
    """Id and display name of an account, of any office: a record whose "confirmed by" is a bare
    number tells nothing. A class of its own, so that no scope hides them; no other column is known
    to it, and it has neither grid nor form.
    """

    id: Mapped[int]
    display_name: Mapped[str]


_TABLE = Table(
    "user_account",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("display_name", String(60)),
)
registry().map_imperatively(AccountName, _TABLE)
