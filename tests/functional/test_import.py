"""Importing applications from a workbook: what is kept, what is refused, and in which words."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from sqlalchemy import select

from models.certification.importing import import_applications
from models.certification.tables import CertificationApplication
from models.errors import BadInput, Forbidden
from models.reference.tables import Org
from models.restriction.choices import RestrictionType, ReviewState
from models.restriction.tables import RestrictionEntry
from models.transfer.importing import NOT_SEEN, write_returned
from models.transfer.readers import open_sheet
from models.workflow.tables import WorkflowLog
from tests.factories.certification import AT, make_application, make_person
from tests.support.certifying import system, world
from tests.support.databases import SessionOf
from tests.support.importing import IDS, SYSTEM, Cells, Desk, desk, said

__all__ = ["desk", "system", "world"]


def test_good_rows_are_submitted_with_person_resume_and_checklist(desk: Desk) -> None:
    report = desk.run(desk.row(0), desk.row(1))
    assert (report.total, report.saved, report.problems) == (2, 2, [])
    session = desk.session_of(desk.world.here.authority)
    application = session.scalars(
        select(CertificationApplication).order_by(CertificationApplication.id)
    ).first()
    assert application is not None
    assert application.status == "submitted"
    assert application.apply_no
    assert application.apply_no.startswith("B2026")
    assert application.data_source == "import"
    assert application.submitted_at == AT
    assert (application.sex, application.birth_date) == ("2", date(1949, 12, 31))
    assert application.site_id == desk.world.here.site.id
    assert application.person.name == application.name
    assert [line.unit for line in application.resumes] == ["某师范大学", "某中学"]
    assert {m.material_code for m in application.materials} >= {"id_document", "photo"}
    logged = session.scalars(select(WorkflowLog.action)).all()
    assert logged == ["submit", "submit"]
    session.rollback()


def test_a_dry_run_says_the_same_and_stores_nothing(desk: Desk) -> None:
    before = desk.stored()
    rows = (desk.row(0), desk.row(1, 证件号码="440106199001010010"))
    dry = desk.run(*rows, dry_run=True)
    assert desk.stored() == before
    assert (dry.total, dry.saved) == (2, 1)
    real = desk.run(*rows)
    assert said(real) == said(dry)
    assert real.saved == 1


REFUSED = [
    ({"证件号码": "440106199001010010"}, "证件号码", "check digit is wrong"),
    ({"证件号码": "440106199002300012"}, "证件号码", "date of birth"),
    ({"证件号码": 440106199001010000}, "证件号码", "Excel has rounded"),
    ({"证件号码": "４40106199001010019"}, "证件号码", "full-width"),
    ({"证件号码": None}, "证件号码", "must be filled in"),
    ({"认定机构": "无此教育局"}, "认定机构", "no certifying authority"),
    ({"认定机构": "乙市"}, "认定机构", "no certifying authority"),
    ({"确认点": "别处"}, "确认点", "no confirmation site"),
    ({"姓名": None}, "姓名", "must be filled in"),
    ({"姓名": "王\u200b明"}, "姓名", "invisible characters"),
    ({"姓名": "长" * 61}, "姓名", "At most 60 characters"),
    ({"性别": "女"}, "性别", "another sex"),
    ({"出生日期": "1990-01-02"}, "出生日期", "another birth date"),
    ({"民族": "火星族"}, "民族", "not in the list of codes"),
    ({"任教学科": "星际航行"}, "任教学科", "no subject"),
    ({"手机号码": "12345"}, "手机号码", "eleven digits"),
    ({"简历": "很久以前"}, "简历", "Write each line as"),
    ({"认定计划": "不存在"}, "认定计划", "has no plan"),
    ({"提交时间": datetime(2026, 1, 1)}, "认定计划", "No plan of this authority takes"),
    ({"提交时间": datetime(2027, 1, 1)}, "提交时间", "lies ahead"),
    ({"报名号": "20261234"}, "报名号", "An application number is B and 17 digits"),
    ({"申请资格种类": "高等学校"}, "", "does not certify this qualification type"),
]


@pytest.mark.parametrize(
    ("cells", "heading", "words"), REFUSED, ids=[str(n) for n in range(len(REFUSED))]
)
def test_a_bad_row_is_refused_by_column_and_the_good_one_kept(
    desk: Desk, cells: Cells, heading: str, words: str
) -> None:
    if cells.get("性别"):
        cells = {"性别": "女"}
    report = desk.run(desk.row(0), desk.row(1, **cells))
    assert report.saved == 1
    assert report.refused == 1
    assert all(problem.row == 3 for problem in report.problems)
    assert any(p.heading == heading and words in str(p.message) for p in report.problems), said(
        report
    )


def test_a_row_with_several_faults_hears_of_all(desk: Desk) -> None:
    report = desk.run(desk.row(0, 姓名=None, 手机号码="1", 民族="无"))
    assert {problem.heading for problem in report.problems} == {"姓名", "手机号码", "民族"}


def test_a_second_application_in_the_plan_is_refused(desk: Desk) -> None:
    desk.run(desk.row(0))
    again = desk.run(desk.row(0), desk.row(1), desk.row(1, 姓名="李四"))
    assert again.saved == 1
    (there, double) = said(again)
    assert there[2].startswith("This person already has an application in the plan: B")
    assert there[2].endswith("adds applications: to change this one, correct it on its page.")
    assert (there[0], double[0]) == (2, 4)
    assert double[2] == "The same person stands in row 3 already."


def test_a_known_document_of_another_name_is_refused_whoever_entered_it(
    desk: Desk, session_of: SessionOf
) -> None:
    with session_of(SYSTEM) as session:
        person = make_person(session)
        there = desk.world.there
        make_application(session, there, "submitted", person=person)
        session.commit()
        id_no = person.id_no
    report = desk.run(desk.row(0, 证件号码=id_no, 姓名="冒名者"))
    assert said(report) == [
        (
            2,
            "证件号码",
            "This document is on record with another 姓名. Check it against the original.",
        )
    ]


def test_a_row_is_not_held_against_one_that_is_refused(desk: Desk, session_of: SessionOf) -> None:
    with session_of(SYSTEM) as session:
        person = make_person(session)
        make_application(session, desk.world.there, "submitted", person=person)
        session.commit()
        right = desk.row(0, 证件号码=person.id_no, 姓名=person.name)
    report = desk.run(right | {"姓名": "冒名者"}, right, right)
    assert [row for row, _, _ in said(report)] == [2, 4]
    assert said(report)[1][2] == "The same person stands in row 3 already."


def test_a_restriction_of_another_office_bites(desk: Desk, session_of: SessionOf) -> None:
    with session_of(SYSTEM) as session:
        session.add(
            RestrictionEntry(
                id_type="1",
                id_no=IDS[0],
                name="王小明",
                type=RestrictionType.exam_cheat,
                effective_from=date(2026, 1, 1),
                effective_to=date(2028, 12, 31),
                review_state=ReviewState.reviewed,
                reviewed_at=AT,
                org_id=desk.world.there.org.id,
            )
        )
        session.commit()
    report = desk.run(desk.row(0), desk.row(1))
    assert (report.saved, [row for row, _, _ in said(report)]) == (1, [2])
    assert "restriction library" in said(report)[0][2]
    assert desk.world.there.org.name not in said(report)[0][2]


def test_a_row_that_the_preview_refused_is_not_submitted_unseen(
    desk: Desk, session_of: SessionOf
) -> None:
    with session_of(SYSTEM) as session:
        site = session.get_one(Org, desk.world.here.site.id)
        name, site.name = site.name, "改名中"
        session.commit()
        rows = desk.row(0, 确认点=name), desk.row(1, 确认点="改名中")
        seen = desk.run(*rows, dry_run=True).versions
        assert seen == {3: 0}
        session.refresh(site)
        site.name = name
        session.commit()
    report = desk.run(rows[0], rows[1] | {"确认点": name}, seen=seen)
    assert (report.saved, said(report)) == (1, [(2, "", str(NOT_SEEN))])


def test_a_given_number_is_kept_and_cannot_be_given_twice(desk: Desk) -> None:
    number = desk.number(777)
    report = desk.run(desk.row(0, 报名号=number), desk.row(1, 报名号=number))
    assert report.saved == 1
    assert said(report) == [(3, "报名号", "This application number is taken.")]


def test_the_returned_workbook_can_be_corrected_and_sent_again(desk: Desk, tmp_path: Path) -> None:
    report = desk.run(desk.row(0), desk.row(1, 手机号码="1", 证件号码=440106199001010000))
    target = tmp_path / "returned.xlsx"
    assert write_returned(target, report, str) == 1
    sheet = load_workbook(target).active
    assert sheet is not None
    headings, cells = ([cell.value for cell in row] for row in sheet.iter_rows())
    row = dict(zip(headings, cells, strict=True))
    assert row["原行号"] == 3
    assert "证件号码：Excel has rounded" in str(row["原因"])
    assert "手机号码：A mobile number" in str(row["原因"])
    assert row["证件号码"] == "440106199001010000"
    row |= {"手机号码": "13800138000", "证件号码": IDS[1]}
    again = desk.run({str(name): value for name, value in row.items()})
    assert (again.saved, again.problems) == (1, [])


@pytest.mark.parametrize("role", ["confirm"])
def test_a_role_without_the_right_may_not_import(desk: Desk, role: str) -> None:
    with pytest.raises(Forbidden):
        desk.run(desk.row(0), actor=getattr(desk.world.here, role))


def test_missing_and_unknown_headings_refuse_the_file(desk: Desk) -> None:
    book = Workbook()
    assert book.active is not None
    book.active.append(["姓名", "证件号码"])
    book.save(desk.file)
    session = desk.session_of(desk.world.here.authority)
    with (
        open_sheet(desk.file) as sheet,
        pytest.raises(BadInput, match="No column of the file stands for"),
    ):
        import_applications(session, session.need_actor(), sheet, file_name="x.xlsx")
    session.rollback()


def test_number_of_statements_does_not_grow_per_row_beyond_inserts(desk: Desk) -> None:
    """Judging looks things up set-wise: the audit and the ledger get one row set per import."""
    before = desk.stored()
    desk.run(*(desk.row(n) for n in range(3)))
    after = desk.stored()
    assert after["batch"] - before["batch"] == 2  # the import, and its submissions
    assert after["workflow_log"] - before["workflow_log"] == 3
