"""Deep pages on both databases: by key, forwards and backwards, with NULLs and several columns."""

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from flask import Flask
from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Engine,
    Integer,
    MetaData,
    String,
    Table,
    select,
    true,
)

from models.base.actor import system_actor
from models.base.types import Instant
from tests.support.http import Client
from tests.support.lists import LIST, OWN, ids, link
from tests.support.record_pages import SignIn
from views.base.grid import Grid
from views.base.keyset import Key, segments, write_token
from views.base.liststate import ListState

ROWS = Table(
    "deep_row",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("name", String(10), nullable=False),
    Column("at", Integer),
    Column("size", Integer),
    Column("done", Boolean, nullable=False),
    prefixes=["TEMPORARY"],
)
PAGE = 7
ORDERS = [
    order
    for width in (1, 2, 3)
    for names in itertools.permutations(["name", "at", "size", "done"], width)
    for order in itertools.product(*[(name, f"-{name}") for name in names])
]
#: Sorts of a real list, with and without a column that is empty in half of the rows.
SORTS = (
    "receipt_no",
    "-receipt_no",
    "-receipt_no,name",
    "name,-receipt_no,status",
    "status,-name",
    "pledge_signed",
    "-pledge_signed,name",
)


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
            "done": chance.choice([True, False]),
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


def _plain(key: Key) -> object:
    """Return a value that a column of this type may hold, as a token holds it."""
    examples: dict[type, object] = {
        bool: True,
        int: 3,
        str: "a",
        date: "2026-03-01",
        Decimal: "1.5",
        object: "a",
    }
    if isinstance(key.expression.type, Instant):
        return "2026-03-01T08:00:00+08:00"
    return examples[key.expression.type.python_type]


def test_every_list_goes_on_behind_a_row_whatever_it_is_sorted_by(
    app: Flask, staff: SignIn
) -> None:
    centre, tried = staff("centre"), 0
    grids = [view for view in app.extensions["admin"][0]._views if isinstance(view, Grid)]
    for grid in grids:
        with app.app_context():  # without a request everybody's columns are seen
            keys = {
                sort: ListState(grid, system_actor("test"), sort=(sort,)).order_keys()
                for name in sorted(grid.seen.sortable)
                for sort in (name, f"-{name}")
            }
        for sort, order in keys.items():
            if centre.get(f"{grid.url}/?sort={sort}&size=20").status_code != 200:
                continue  # not for this reader
            token = write_token([_plain(key) for key in order])
            page = centre.get(f"{grid.url}/?sort={sort}&after={token}")
            assert page.status_code == 200, (
                grid.url,
                sort,
                re.findall("chip bad.*?</li>", page.text, re.S),
            )
            tried += 1
    assert tried > 200


def test_a_yes_or_no_is_no_number(clerk: Client) -> None:
    for value in (5, 1, "true"):
        page = clerk.get(f"{LIST}?sort=pledge_signed&after={write_token([value, 3])}")
        assert page.status_code == 400, value
    assert clerk.get(f"{LIST}?sort=name&after={write_token([True, 3])}").status_code == 400
