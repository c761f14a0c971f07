"""Pages by key: every row once, in order, forwards and backwards, with and without NULLs."""

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import (
    Column,
    Date,
    Integer,
    MetaData,
    Numeric,
    String,
    Table,
    create_engine,
    select,
    true,
)
from sqlalchemy.engine import Connection

from models.base.types import Instant
from views.base.keyset import Key, read_token, segments, write_token

TABLE = Table(
    "row",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("name", String(10), nullable=False),
    Column("at", Integer),
    Column("size", Integer),
)
SIZE = 7


@pytest.fixture(scope="module")
def rows() -> Iterator[Connection]:
    chance = random.Random(20261123)
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        TABLE.create(connection)
        made = [
            {
                "id": number,
                "name": chance.choice("abc"),
                "at": chance.choice([None, None, 1, 2, 3]),
                "size": chance.choice([None, 5, 6]),
            }
            for number in range(1, 101)
        ]
        connection.execute(TABLE.insert(), made)
        yield connection
    engine.dispose()


def keys_of(*names: str) -> list[Key]:
    keys = []
    for name in names:
        column = TABLE.c[name.removeprefix("-")]
        keys.append(Key(column, name.startswith("-"), bool(column.nullable)))
    return [*keys, Key(TABLE.c.id, keys[-1].descending)]


def page(rows: Connection, keys: list[Key], cursor: list[object]) -> list[tuple[object, ...]]:
    statement = select(*(key.expression for key in keys)).order_by(*(k.ordering() for k in keys))
    found: list[tuple[object, ...]] = []
    for condition in segments(keys, cursor) if cursor else [true()]:
        narrowed = statement.where(condition).limit(SIZE - len(found))
        found += [tuple(row) for row in rows.execute(narrowed)]
    return found


def walk(rows: Connection, keys: list[Key]) -> list[tuple[object, ...]]:
    seen: list[tuple[object, ...]] = []
    cursor: list[object] = []
    while found := page(rows, keys, cursor):
        seen += found
        cursor = list(found[-1])
    return seen


ORDERS = [
    order
    for width in (1, 2, 3)
    for names in itertools.permutations(["name", "at", "size"], width)
    for order in itertools.product(*[(name, f"-{name}") for name in names])
]


@pytest.mark.parametrize("order", ORDERS, ids=",".join)
def test_walking_meets_every_row_once_in_order(rows: Connection, order: tuple[str, ...]) -> None:
    keys = keys_of(*order)
    whole = select(*(key.expression for key in keys)).order_by(*(k.ordering() for k in keys))
    assert walk(rows, keys) == [tuple(row) for row in rows.execute(whole)]


@pytest.mark.parametrize("order", ORDERS[:18], ids=",".join)
def test_walking_backwards_is_the_same_way_reversed(
    rows: Connection, order: tuple[str, ...]
) -> None:
    keys = keys_of(*order)
    assert walk(rows, [key.turned() for key in keys]) == walk(rows, keys)[::-1]


def test_null_is_the_smallest_value(rows: Connection) -> None:
    assert walk(rows, keys_of("at"))[0][0] is None
    assert walk(rows, keys_of("-at"))[-1][0] is None


def test_a_key_without_nulls_has_no_nulls_clause_and_a_leading_bound() -> None:
    assert "NULLS" not in str(Key(TABLE.c.name).ordering())
    (condition,) = segments(keys_of("name"), ["b", 5])
    assert re.search(r"row\.name >= :\w+ AND", str(condition))
    assert "IS NULL" not in str(condition)


KINDS = Table(
    "kinds",
    MetaData(),
    Column("moment", Instant()),
    Column("day", Date),
    Column("money", Numeric(8, 2)),
    Column("text", String(9)),
    Column("number", Integer, nullable=False),
)


def test_a_token_brings_back_values_of_every_kind() -> None:
    keys = [Key(column, nullable=bool(column.nullable)) for column in KINDS.c]
    values = [datetime(2026, 11, 23, 1, tzinfo=UTC), date(2026, 11, 23), Decimal("1.50"), "张", 7]
    assert read_token(write_token(values), keys) == values
    assert read_token(write_token([None, None, None, None, 7]), keys)[:4] == [None] * 4


@pytest.mark.parametrize(
    "values",
    [
        ["2026", None, None, None, 7, 8],
        [7, None, None, None, 7],
        ["never", None, None, None, 7],
        [None, "2026-13-01", None, None, 7],
        [None, None, "NaN", None, 7],
        [None, None, None, "a\x00b", 7],
        [None, None, None, "a\ud800b", 7],
        ["0001-01-01T00:00:00+14:00", None, None, None, 7],
        ["9999-12-31T23:59:59-12:00", None, None, None, 7],
        [None, None, None, None, None],
        [None, None, None, None, "7"],
        [None, None, None, None, 1 << 40],
    ],
)
def test_a_token_of_another_order_is_refused(values: list[object]) -> None:
    keys = [Key(column, nullable=bool(column.nullable)) for column in KINDS.c]
    with pytest.raises(ValueError, match=r".+"):
        read_token(write_token(values), keys)


@pytest.mark.parametrize(
    "token", ["", "junk", "é", "====", "W10", "bnVsbA", "a" * 5000, "eyJpZCI6N30", "Nw"]
)
def test_junk_is_no_token(token: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        read_token(token, keys_of("name"))
