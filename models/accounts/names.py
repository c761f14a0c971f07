"""Names of accounts for whoever sees a record that mentions them, and nothing else of them."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Mapped, registry

from models.accounts.tables import UserAccount


class AccountName:
    """Id and display name of an account, of any office: a record whose "confirmed by" is a bare
    number tells nothing. It stands outside the tables of the panel: it has no grid and no form.
    """

    id: Mapped[int]
    display_name: Mapped[str]


_ACCOUNT = UserAccount.__table__.c
_NAMED = select(_ACCOUNT.id, _ACCOUNT.display_name).subquery("account_name")
registry().map_imperatively(AccountName, _NAMED, primary_key=[_NAMED.c.id])
