"""The workbook for trying the import: every good row enters, every bad one is noticed."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from models.accounts.queries import actor_for, roles_of
from models.accounts.tables import UserAccount
from models.base.actor import Actor, system_actor
from models.base.session import ActorSession
from models.certification.import_fields import FIELDS
from models.certification.importing import import_applications
from models.people.tables import Person
from models.transfer.readers import open_sheet
from seed.workbook.faults import FAULTS
from seed.workbook.rows import NoOpenPlan
from seed.workbook.write import write_workbook
from tests.support.databases import SessionOf

Grid = list[tuple[Any, ...]]


@pytest.fixture
def session(session_of: SessionOf) -> ActorSession:
    """Return a session that sees everything."""
    return session_of(system_actor("test"))


def authority(session: ActorSession) -> Actor:
    """Return the demo account ``authority`` as an actor."""
    found = select(UserAccount.id).where(UserAccount.username == "authority")
    user_id = session.scalars(found).one()
    return actor_for(session, user_id, roles_of(session, user_id)[0])


def read(path: Path) -> Grid:
    """Return every row of a workbook, the headings first."""
    book = load_workbook(path, read_only=True)
    try:
        return list(book.worksheets[0].iter_rows(values_only=True))
    finally:
        book.close()


@pytest.mark.template("demo")
def test_the_workbook_reads_back(session: ActorSession, tmp_path: Path) -> None:
    path = tmp_path / "applications.xlsx"
    faults = dict(write_workbook(session, path, rows=60, bad=25))
    headings, *rows = read(path)
    assert list(headings) == [field.heading for field in FIELDS]
    assert len(rows) == 85
    assert Counter(faults.values()) == dict.fromkeys(FAULTS, 1)
    known = set(session.scalars(select(Person.id_no)))
    seen = set()
    for number, row in enumerate(rows, start=2):
        if number in faults:
            continue
        cells = dict(zip(headings, row, strict=True))
        assert isinstance(cells["证件号码"], str)
        assert isinstance(cells["手机号码"], str)
        assert isinstance(cells["出生日期"], datetime)
        assert isinstance(cells["提交时间"], datetime)
        seen.add(cells["证件号码"])
    assert len(seen) == 60
    assert not seen & known


@pytest.mark.template("demo")
def test_the_same_workbook_is_written_twice(session: ActorSession, tmp_path: Path) -> None:
    first, second, other = (tmp_path / name for name in ("1.xlsx", "2.xlsx", "3.xlsx"))
    assert write_workbook(session, first, 30, 10) == write_workbook(session, second, 30, 10)
    write_workbook(session, other, 31, 10)
    assert read(first) == read(second)
    assert read(first)[1] != read(other)[1]


@pytest.mark.template("demo")
def test_the_import_refuses_the_bad_rows_and_no_others(
    session: ActorSession, session_of: SessionOf, tmp_path: Path
) -> None:
    path = tmp_path / "applications.xlsx"
    faults = dict(write_workbook(session, path, rows=120, bad=50))
    actor = authority(session)
    session.rollback()  # on SQLite two sessions that may write would wait for each other
    importing = session_of(actor)
    with open_sheet(path) as sheet:
        report = import_applications(importing, actor, sheet, file_name=path.name, dry_run=True)
    refused = {problem.row for problem in report.problems}
    assert {row: faults.get(row) for row in refused} == faults
    assert (report.total, report.saved, report.refused) == (170, 120, 50)


@pytest.mark.template("reference")
def test_without_an_open_plan_there_is_no_workbook(session: ActorSession, tmp_path: Path) -> None:
    with pytest.raises(NoOpenPlan, match="load the demo data"):
        write_workbook(session, tmp_path / "applications.xlsx")
