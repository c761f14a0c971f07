"""The canonical form of a logged row: what is hashed, exported and archived.

The columns that are not NULL, without ``id``, as ASCII JSON with sorted keys and no spaces.
Instants are ``2026-11-23T07:05:09.000000Z``; whole numbers inside JSON have no fraction, since
JSONB does not keep how a number was written. So a row reads the same from SQLite and PostgreSQL,
and a column that is added later, and empty in old rows, changes none of them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
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
Read = Callable[[Any], Any]
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
    # The id is every table's first column.
    cells = [(place, *cell) for place, cell in enumerate(_cells(table, is_sqlite))][1:]
    bounds = [] if upto is None else [table.c.id <= literal(upto, BigInteger)]
    while True:
        page: Sequence[Any] = session.execute(
            select(*raw)
            .where(table.c.id > literal(after, BigInteger), *bounds, *where)
            .order_by(table.c.id)
            .limit(PAGE_ROWS),
            execution_options=UNSCOPED,
        ).all()
        for found in page:
            yield Row(found[0], _values(found, cells))
        if len(page) < PAGE_ROWS:
            return
        after = page[-1].id


def _cells(table: Table, is_sqlite: bool) -> Iterator[tuple[str, Read | None]]:
    """Yield the name of each column and how its values are read; None for as they are."""
    for column in table.columns:
        yield column.name, reader_of(column, is_sqlite)


def _values(found: Sequence[Any], cells: list[tuple[int, str, Read | None]]) -> dict[str, Any]:
    values = {}
    for place, name, read in cells:
        value = found[place]
        if value is not None:
            values[name] = value if read is None else read(value)
    return values


def reader_of(column: Column[Any], is_sqlite: bool) -> Read | None:
    """Return what brings a driver's value of the column into canonical form."""
    if isinstance(column.type, Instant):
        return _read_instant
    if isinstance(column.type, JSON):
        return _read_json_text if is_sqlite else _json
    return None


def _read_instant(value: Any) -> Any:
    """Write an instant; what cannot be read stays as it is."""
    try:
        return instant_text(value if isinstance(value, datetime) else datetime.fromisoformat(value))
    except (TypeError, ValueError):
        return value


def _read_json_text(value: Any) -> Any:
    """Read JSON; what cannot be read stays as it is."""
    try:
        return _json(json.loads(value))
    except (TypeError, ValueError):
        return value


def instant_text(moment: datetime) -> str:
    """Write an instant in UTC with microseconds; a naive one is SQLite's, in UTC already."""
    aware = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return f"{aware.replace(tzinfo=None).isoformat(timespec='microseconds')}Z"


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
