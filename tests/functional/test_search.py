"""The search box: however a name or number is typed, it is found, marked, and found by an index."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, Select, insert, select, text

from models import clock
from models.accounts.tables import UserAccount
from models.base.columns import meta
from models.base.orm import Base
from models.base.session import ActorSession
from models.certification.tables import CertificationApplication
from models.certification.tables_certificate import Certificate
from models.people.tables import Person
from models.restriction.tables import RestrictionEntry
from tests.factories.lists import id_no_of
from tests.factories.records import House
from tests.support.lists import LIST, total
from tests.support.record_pages import Staff
from views.base.columns import resolve
from views.base.search import match

A = CertificationApplication
#: Each name of the lists stands in twelve rows, 曾国藩 in one more of every house.
TYPED = {
    "曾国": 13,
    "zgf": 13,
    "ZGF": 13,
    "zengguofan": 13,
    "ZengGuoFan": 13,
    "zeng guo": 13,
    "zengguof": 13,
    "shanxiongxin": 12,
    "sxx": 12,
    "danxiongxin": 0,
    "ana silva": 12,
    "ana s": 12,
    "zengfan": 0,
}


def found(client: Staff, typed: str) -> str:
    """Type into the search box; return the page of what it finds."""
    answer = client.post(f"{LIST}search/", {"q": typed, "query": ""}, page=LIST)
    assert answer.status_code == 303
    return client.get(answer.location).text


def test_a_name_is_found_however_it_is_typed(clerk: Staff) -> None:
    assert {typed: total(found(clerk, typed)) for typed in TYPED} == TYPED


@pytest.mark.parametrize("typed", ["B2026440050100048", "b2026 4400", "20264400501", "4401011990"])
def test_a_part_of_a_number_is_told_to_be_one(clerk: Staff, typed: str) -> None:
    page = found(clerk, typed)
    assert total(page) == 0
    assert "编号须完整输入" in page


@pytest.mark.parametrize("typed", ["查无此人", "zzz", "123"])
def test_nothing_else_is_taken_for_a_number(clerk: Staff, typed: str) -> None:
    page = found(clerk, typed)
    assert total(page) == 0
    assert "编号须完整输入" not in page


def marks(page: str) -> set[str]:
    return set(re.findall(r"<mark>(.*?)</mark>", page))


def test_what_was_found_is_marked(clerk: Staff) -> None:
    assert marks(found(clerk, "曾国")) == {"曾国"}
    assert marks(found(clerk, "zgf")) == {"曾国藩"}
    assert marks(found(clerk, "ana")) == {"Ana Silva"}
    assert marks(found(clerk, "B20263710101000007")) == {"B20263710101000007"}
    assert marks(clerk.get(LIST).text) == set()


def test_a_number_is_found_however_it_is_typed_and_marked_behind_its_mask(clerk: Staff) -> None:
    number = id_no_of(7)
    full_width = "".join(chr(ord(c) + 0xFEE0) for c in number)
    parted = f" {number[:6]} {number[6:14]}-{number[14:].lower()} "
    for typed in (number, full_width, parted, "138 0000 0007", "b2026 3710 1010 00007"):
        page = found(clerk, typed)
        assert total(page) == 1, typed
        assert len(marks(page)) == (0 if typed.startswith("138") else 1), typed
    assert number not in page


def test_a_mark_is_the_pages_own(clerk: Staff, work: ActorSession, listed: House) -> None:
    record = work.get_one(A, listed.own.application)
    record.name = "<b>曾&"
    work.commit()
    page = found(clerk, "<b>")
    assert "<mark>&lt;b&gt;</mark>曾&amp;" in page
    assert "<b>曾" not in page


def test_a_filter_reads_numbers_as_the_search_box_does(clerk: Staff) -> None:
    assert total(clerk.get(f"{LIST}?filter=apply_no:eq:b2026 3710101000007").text) == 1


def plan(session: ActorSession, statement: Select[Any]) -> str:
    """Return what the database means to do for a statement."""
    dialect = session.get_bind().dialect
    shown = statement.compile(dialect=dialect, compile_kwargs={"literal_binds": True})
    words = "EXPLAIN QUERY PLAN" if dialect.name == "sqlite" else "EXPLAIN"
    rows = session.execute(text(f"{words} {shown}"), execution_options={"unscoped": "test"})
    return "\n".join(str(row[-1]) for row in rows)


def reads_through(told: str, table: str) -> bool:
    """Say whether a plan reads a table from end to end."""
    return bool(re.search(rf"SCAN {table}(?! USING)|Seq Scan on {table}", told))


@pytest.fixture
def many(work: ActorSession, house: House) -> ActorSession:
    """Store twenty thousand applications of one office."""
    base = work.get_one(A, house.own.application)
    skipped = {"id", "name_pinyin", "name_initials"}
    same = {c.key: getattr(base, c.key) for c in A.__table__.columns if c.key not in skipped}
    surnames, given = "赵钱孙李周吴郑王冯陈", "一二三四五六七八九十百千万东西南北中大小"
    rows = [
        same
        | {
            "name": surnames[n % 10] + given[n // 10 % 20] + given[n // 200 % 20],
            "id_no": f"Z{n:08d}",
            "mobile": f"139{n:08d}",
            "apply_no": f"B{n:017d}",
            "submitted_at": clock.now() - timedelta(minutes=n),
        }
        for n in range(20_000)
    ]
    work.execute(insert(A), rows, execution_options={"unscoped": "test"})
    work.commit()
    work.execute(text("ANALYZE"), execution_options={"unscoped": "test"})
    work.commit()
    return work


def test_each_search_of_twenty_thousand_rows_uses_an_index(many: ActorSession, app: Flask) -> None:
    grid = next(v for v in app.extensions["admin"][0]._views if v.endpoint == A.__tablename__)
    columns = grid.search_columns
    for typed in ("赵一一", "zhaoyiyi", "zyy", "Z00000007", "13900000007", "B00000000000000007"):
        listed = select(A.id).where(match(columns, typed))
        listed = listed.order_by(A.submitted_at.desc(), A.id.desc()).limit(51)
        told = plan(many, listed)
        assert not reads_through(told, A.__tablename__), told
        assert "ix_certification_application_submitted_at" not in told, told
        assert many.scalars(listed).first() is not None, typed


@pytest.mark.parametrize("model", [A, Certificate, Person, RestrictionEntry, UserAccount])
def test_every_way_of_searching_a_large_table_has_an_index(
    work: ActorSession, engine: Engine, model: type[Base]
) -> None:
    if engine.dialect.name == "postgresql":  # a table without rows is read through otherwise
        work.execute(text("SET enable_seqscan = off"), execution_options={"unscoped": "test"})
    table = model.__table__
    for key in [c.key for c in table.columns if meta(c).search]:
        for typed in ("曾国", "zengguofan", "zgf", "11010119900307123X"):
            column = resolve(model, {}, key)
            told = plan(work, select(model.id).where(match([column], typed)))
            assert not reads_through(told, model.__tablename__), (key, typed, told)
