"""Deep pages on both databases: by key, forwards and backwards, with NULLs and several columns."""

from __future__ import annotations

import itertools
import random
from collections.abc import Sequence

from sqlalchemy import Column, Connection, Engine, Integer, MetaData, String, Table, select, true

from tests.support.http import Client
from tests.support.lists import LIST, OWN, ids, link
from views.base.keyset import Key, segments

ROWS = Table(
    "deep_row",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("name", String(10), nullable=False),
    Column("at", Integer),
    Column("size", Integer),
    prefixes=["TEMPORARY"],
)
PAGE = 7
ORDERS = [
    order
    for width in (1, 2, 3)
    for names in itertools.permutations(["name", "at", "size"], width)
    for order in itertools.product(*[(name, f"-{name}") for name in names])
]
#: Sorts of a real list, with and without a column that is empty in half of the rows.
SORTS = ("receipt_no", "-receipt_no", "-receipt_no,name", "name,-receipt_no,status", "status,-name")


def _keys(order: Sequence[str]) -> list[Key]:
    columns = [(ROWS.c[name.removeprefix("-")], name.startswith("-")) for name in order]
    keys = [Key(column, falls, bool(column.nullable)) for column, falls in columns]
    return [*keys, Key(ROWS.c.id, keys[-1].descending)]


def _walk(work: Connection, keys: Sequence[Key]) -> list[tuple[object, ...]]:
    statement = select(*(k.expression for k in keys)).order_by(*(k.ordering() for k in keys))
    seen: list[tuple[object, ...]] = []
    while True:
        found: list[tuple[object, ...]] = []
        for condition in segments(keys, seen[-1]) if seen else [true()]:
            narrowed = statement.where(condition).limit(PAGE - len(found))
            found += [tuple(row) for row in work.execute(narrowed)]
        if not found:
            return seen
        seen += found


def test_every_order_is_walked_whole_both_ways(engine: Engine) -> None:
    chance = random.Random(20261126)
    made = [
        {
            "id": number,
            "name": chance.choice(["张", "李", "Ana", "a"]),
            "at": chance.choice([None, None, 1, 2, 3]),
            "size": chance.choice([None, 5, 6]),
        }
        for number in range(1, 61)
    ]
    with engine.connect() as work:
        ROWS.create(work)
        work.execute(ROWS.insert(), made)
        for order in ORDERS:
            keys = _keys(order)
            whole = select(*(k.expression for k in keys)).order_by(*(k.ordering() for k in keys))
            expected = [tuple(row) for row in work.execute(whole)]
            assert len(expected) == len(made)
            assert _walk(work, keys) == expected, order
            assert _walk(work, [key.turned() for key in keys]) == expected[::-1], order
        work.rollback()


def test_a_list_is_paged_to_its_end_and_back_again(clerk: Client) -> None:
    for sort in SORTS:
        whole = ids(clerk.get(f"{LIST}?sort={sort}&size=100").text)
        assert len(whole) == OWN, sort
        page = clerk.get(f"{LIST}?sort={sort}&size=20").text
        ahead = [ids(page)]
        while address := link(page, "next"):
            page = clerk.get(LIST + address).text
            ahead.append(ids(page))
        assert [row for rows in ahead for row in rows] == whole, sort
        back = [ids(page)]
        while address := link(page, "prev"):
            page = clerk.get(LIST + address).text
            back.append(ids(page))
        assert [set(rows) for rows in back[:-1]] == [set(rows) for rows in ahead[:0:-1]], sort
        assert back[-1] == ahead[0], sort
