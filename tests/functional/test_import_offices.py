"""Importing applications: for which office, with which numbers, judged like a form."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from models.certification.import_numbers import MARGIN
from models.certification.tables import CertificationApplication
from models.reference.tables import Org, OrgKind, Subject
from models.transfer.importing import write_returned
from tests.factories.certification import AT
from tests.factories.planning import make_arrangement, make_plan
from tests.factories.reference import make_authority, make_site
from tests.support.certifying import system, world
from tests.support.databases import SessionOf
from tests.support.importing import SYSTEM, Desk, desk, said

__all__ = ["desk", "system", "world"]

FOREIGN = (
    {"year": 2025},
    {"province": "44"},
    {"authority": "999"},
    {"batch_no": 2},
)


def numbers(desk: Desk) -> list[str | None]:
    """Return the application numbers in the order of entry."""
    session = desk.session_of(desk.world.here.authority)
    cls = CertificationApplication
    found = list(session.scalars(select(cls.apply_no).order_by(cls.id)))
    session.rollback()
    return found


@pytest.mark.parametrize("parts", FOREIGN, ids=[next(iter(parts)) for parts in FOREIGN])
def test_a_number_of_another_plan_or_office_is_refused(
    desk: Desk, parts: Mapping[str, Any]
) -> None:
    report = desk.run(desk.row(0), desk.row(1, 报名号=desk.number(1, **parts)))
    head = desk.number(1)[:12]
    words = f"This number is not of this authority and plan: those begin with {head}."
    assert said(report) == [(3, "报名号", words)]
    assert report.saved == 1


def test_a_number_far_beyond_the_counter_is_refused(desk: Desk) -> None:
    last = MARGIN + 2  # two rows in the file, none numbered before
    report = desk.run(
        desk.row(0, 报名号=desk.number(last)), desk.row(1, 报名号=desk.number(last + 1))
    )
    assert [(row, heading) for row, heading, _ in said(report)] == [(3, "报名号")]
    assert "far beyond the last one of the plan, which is 000000" in said(report)[0][2]
    assert numbers(desk) == [desk.number(last)]
    again = desk.run(desk.row(1, 报名号=desk.number(last + MARGIN + 1)))
    assert again.saved == 1, "the bound moves with the counter"


def test_serial_zero_is_no_number(desk: Desk) -> None:
    report = desk.run(desk.row(0, 报名号=desk.number(1)[:-1] + "0"))
    assert "An application number is B and 17 digits" in said(report)[0][2]


def test_numbers_issued_later_pass_kept_ones_by(desk: Desk) -> None:
    desk.run(desk.row(0, 报名号=desk.number(3)), desk.row(1))
    desk.run(desk.row(2))
    assert numbers(desk) == [desk.number(serial) for serial in (3, 4, 5)]


@pytest.fixture
def below(desk: Desk, session_of: SessionOf) -> str:
    """Store a county below the first office, with a plan and a site; return its name."""
    with session_of(SYSTEM) as session:
        county = make_authority(session, session.get_one(Org, desk.world.here.org.id), "某县教育局")
        county.kind = OrgKind.county
        site = make_site(session, county, "某县确认点")
        make_arrangement(session, make_plan(session, county, AT), site)
        session.commit()
        return county.name


@pytest.mark.parametrize("dry_run", [True, False], ids=["dry run", "import"])
def test_an_office_below_is_refused_by_row(desk: Desk, below: str, dry_run: bool) -> None:
    foreign = desk.row(1, 认定机构=below, 确认点="某县确认点")
    report = desk.run(desk.row(0), foreign, dry_run=dry_run)
    words = f"{below} belongs to another organisation: its staff import it."
    assert said(report) == [(3, "认定机构", words)]
    assert report.saved == 1


@pytest.mark.parametrize("who", ["centre", "system"])
def test_those_who_act_in_the_branch_import_for_all(desk: Desk, below: str, who: str) -> None:
    actor = SYSTEM if who == "system" else desk.world.centre
    there = desk.world.there
    report = desk.run(
        desk.row(0),
        desk.row(1, 认定机构=below, 确认点="某县确认点"),
        desk.row(2, 认定机构=there.org.name, 确认点=there.site.name),
        actor=actor,
    )
    assert (said(report), report.saved) == ([], 3)


DATES: list[tuple[str, Any, str]] = [
    ("毕业日期", date(1, 1, 1), "between 1900 and 2100"),
    ("毕业日期", "9999-12-31", "between 1900 and 2100"),
    ("提交时间", datetime(9999, 12, 31), "between 1900 and 2100"),
    ("提交时间", "0001-01-01 00:00", "between 1900 and 2100"),
    ("出生日期", "1899-12-31", "between 1900 and 2100"),
    ("毕业日期", time(12, 30), "is no date"),
    ("毕业日期", -5, "is no date"),
    ("简历", "0001-09~2012-06|某中学", "between 1900 and 2100"),
]


@pytest.mark.parametrize(("heading", "value", "words"), DATES)
def test_a_date_of_another_age_is_refused_and_returned(
    desk: Desk, heading: str, value: Any, words: str
) -> None:
    report = desk.run(desk.row(0), desk.row(1, **{heading: value}))
    assert report.saved == 1
    assert {(row, name) for row, name, _ in said(report)} == {(3, heading)}
    assert words in said(report)[0][2]
    assert write_returned(desk.file.with_name("back.xlsx"), report, str) == 1


def test_a_negative_excel_date_is_refused(desk: Desk) -> None:
    """A date format over a number that is no date, which Excel shows as ####."""
    desk.write(desk.row(0))
    book = load_workbook(desk.file)
    sheet = book.worksheets[0]
    heading = next(cell for cell in sheet[1] if cell.value == "毕业日期")
    cell = sheet.cell(2, heading.column, -70_000_000)
    cell.number_format = "yyyy-mm-dd"
    book.save(desk.file)
    report = desk.read()
    assert [(row, name) for row, name, _ in said(report)] == [(2, "毕业日期")]


@pytest.mark.parametrize(
    ("heading", "value", "words"),
    [
        ("邮政编码", "51000", "six digits"),
        ("邮政编码", "５１００００", "six digits"),
        ("电子邮箱", "wang@local", "no e-mail address"),
        ("毕业日期", "1989-07-01", "before the birth"),
        ("手机号码", "23800138000", "eleven digits"),
    ],
)
def test_a_row_is_judged_as_the_form_judges(
    desk: Desk, heading: str, value: str, words: str
) -> None:
    report = desk.run(desk.row(0), desk.row(1, **{heading: value}))
    assert [(row, name) for row, name, _ in said(report)] == [(3, heading)]
    assert words in said(report)[0][2]


def test_a_group_of_subjects_is_no_subject(desk: Desk, session_of: SessionOf) -> None:
    with session_of(SYSTEM) as session:
        session.add(Subject(code="wenke", name="文科类", is_leaf=False))
        session.commit()
    report = desk.run(desk.row(0, 任教学科="文科类"))
    assert said(report) == [(2, "任教学科", "There is no subject 文科类.")]


def test_one_person_in_two_plans_of_a_file_is_one_person(desk: Desk) -> None:
    there = desk.world.there
    second = {"认定机构": there.org.name, "确认点": there.site.name}
    before = desk.stored()["person"]
    report = desk.run(desk.row(0), desk.row(0, **second), actor=SYSTEM)
    assert (said(report), report.saved) == ([], 2)
    assert desk.stored()["person"] - before == 1


def test_one_document_under_two_names_is_refused(desk: Desk) -> None:
    there = desk.world.there
    second = {"认定机构": there.org.name, "确认点": there.site.name, "姓名": "别人"}
    report = desk.run(desk.row(0), desk.row(0, **second), actor=SYSTEM)
    assert said(report) == [(3, "证件号码", "Row 2 gives this document another 姓名.")]
    assert report.saved == 1
