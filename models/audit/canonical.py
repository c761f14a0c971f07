"""The canonical form of a logged row: what is hashed, exported and archived.

The columns that are not NULL, without ``id``, as ASCII JSON with sorted keys and no spaces.
Instants are ``2026-11-23T07:05:09.000000Z``; whole numbers inside JSON have no fraction, since
JSONB does not keep how a number was written. So a row reads the same from SQLite and PostgreSQL,
and a column that is added later, and empty in old rows, changes none of them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, ColumnElement, Table, literal, select, type_coerce
from sqlalchemy.types import NullType

from models.base.orm import Base
from models.base.session import ActorSession
from models.base.types import Instant

UNSCOPED = {"unscoped": "audit: seal"}
PAGE_ROWS = 2000
#: Below every id; a row may have been smuggled in with a negative one.
LOWEST_ID = -(2**63)


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a log: its id and the canonical values of its other columns."""

    id: int
    values: dict[str, Any]


def table_of(log: str) -> Table:
    """Return the table of a log; by name, since this area does not know those above it."""
    return Base.metadata.tables[log]


def read_rows(
    session: ActorSession,
    log: str,
    *where: ColumnElement[bool],
    after: int = LOWEST_ID,
    upto: int | None = None,
) -> Iterator[Row]:
    """Yield rows in the order of their ids, above ``after`` and not above ``upto``, page by page.

    Values are taken as the driver gives them: what was forced into the file past the types must
    be told as a changed row, not end in a failure to read.
    """
    table = table_of(log)
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    raw = [type_coerce(column, NullType()).label(column.name) for column in table.columns]
    bounds = [] if upto is None else [table.c.id <= literal(upto, BigInteger)]
    while True:
        page = session.execute(
            select(*raw)
            .where(table.c.id > literal(after, BigInteger), *bounds, *where)
            .order_by(table.c.id)
            .limit(PAGE_ROWS),
            execution_options=UNSCOPED,
        ).all()
        for found in page:
            yield _row(table, found._mapping, is_sqlite)
        if len(page) < PAGE_ROWS:
            return
        after = page[-1].id


def _row(table: Table, found: Any, is_sqlite: bool) -> Row:
    values = {
        column.name: plain(column, found[column.name], is_sqlite)
        for column in table.columns
        if column.name != "id" and found[column.name] is not None
    }
    return Row(found["id"], values)


def plain(column: Column[Any], value: Any, is_sqlite: bool) -> Any:
    """Return a driver's value in canonical form; what cannot be read stays as it is."""
    try:
        if isinstance(column.type, Instant):
            moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
            return instant_text(moment)
        if isinstance(column.type, JSON):
            return _json(json.loads(value) if is_sqlite else value)
    except (TypeError, ValueError):
        return value
    return value


def instant_text(moment: datetime) -> str:
    """Write an instant in UTC with microseconds; a naive one is SQLite's, in UTC already."""
    aware = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return aware.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _json(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _json(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_json(item) for item in value]
    if isinstance(value, float) and value.is_integer():
        return int(Decimal(repr(value)))
    return value


def text_of(values: dict[str, Any]) -> str:
    """Write values as canonical JSON."""
    return json.dumps(values, sort_keys=True, separators=(",", ":"), default=repr)


def digest_of(log: str, row: Row) -> str:
    """Return the SHA-256 of a row, without its id: a row in another place is known again."""
    return sha256(f"{log}\n{text_of(row.values)}".encode()).hexdigest()
