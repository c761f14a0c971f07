"""What may be known of accounts past their scope: a name where a record mentions one, and whether
there is a second factor; nothing else of them.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, Integer, MetaData, String, Table
from sqlalchemy.orm import Mapped, registry

from models.base.types import Instant


class AccountName:
    """Id and display name of an account, of any office: a record whose "confirmed by" is a bare
    number tells nothing. A class of its own, so that no scope hides them; no other column is known
    to it, and it has neither grid nor form.
    """

    id: Mapped[int]
    display_name: Mapped[str]


class SecondFactor:
    """Whose second factor was confirmed, and when; the secret is not known to it."""

    id: Mapped[int]
    user_id: Mapped[int]
    confirmed_at: Mapped[datetime | None]


_KNOWN = MetaData()
_NAMES = Table(
    "user_account",
    _KNOWN,
    Column("id", Integer, primary_key=True),
    Column("display_name", String(60)),
)
_FACTORS = Table(
    "totp_secret",
    _KNOWN,
    Column("id", Integer, primary_key=True),
    Column("user_id", Integer),
    Column("confirmed_at", Instant),
)
_registry = registry()
_registry.map_imperatively(AccountName, _NAMES)
_registry.map_imperatively(SecondFactor, _FACTORS)
