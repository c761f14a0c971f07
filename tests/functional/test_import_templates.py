"""The template of every import: its headings, lists, codes, and what it says of each column."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from models.base.columns import meta
from models.base.session import ActorSession
from models.transfer.declaring import ImportField, guessed, importers
from tests.factories.main_job import Job
from tests.support.import_pages import begun, region
from tests.support.main_job import at_desk, job, words
from tests.support.record_pages import SignIn, ask, work

__all__ = ["ask", "at_desk", "job", "work"]


def template_of(client: Any, table: str) -> Workbook:
    answer = client.get(f"/admin/import/{table}/template.xlsx")
    assert answer.status_code == 200
    return load_workbook(BytesIO(answer.data))


def told(book: Workbook) -> dict[str, tuple[str, str]]:
    """Return what the template says of each heading: whether it is needed, how it is written."""
    rows = book["填写说明"].iter_rows(min_row=2, values_only=True)
    return {str(row[0]): (str(row[1]), str(row[2])) for row in rows}


def listed(book: Workbook, heading: str) -> list[tuple[Any, Any]]:
    """Return what a column offers: words and codes; the list of its cells must lead there."""
    sheet, choices = book.worksheets[0], book["选项"]
    column = next(cell.column for cell in sheet[1] if cell.value == heading)
    place = next((cell.column for cell in choices[1] if cell.value == heading), None)
    if place is None:
        return []
    (rule,) = (
        each
        for each in sheet.data_validations.dataValidation
        if any(area.min_col == column for area in each.sqref.ranges)
    )
    found = list(choices.iter_rows(2, min_col=place, max_col=place + 1, values_only=True))
    kept = [(word, code or None) for word, code in found if word]
    letter = choices.cell(1, place).column_letter
    assert str(rule.formula1).endswith(f"!${letter}$2:${letter}${len(kept) + 1}")
    return kept


def test_a_template_says_what_a_new_record_needs(at_desk: SignIn, job: Job) -> None:
    clerk = at_desk("centre")
    needs = {
        table: {name: need for name, (need, _how) in told(template_of(clerk, table)).items()}
        for table in ("org", "person", "user_account", "certification_application")
    }
    assert [needs["org"][name] for name in ("名称", "类别", "行政区划", "电话")] == [
        "必填",
        "新增时必填",
        "新增时必填",
        "选填",
    ]
    assert [needs["person"][name] for name in ("证件号码", "姓名", "性别")] == [
        "必填",
        "新增时必填",
        "选填",
    ]
    assert [needs["user_account"][name] for name in ("用户名", "角色", "管理机构")] == [
        "必填",
        "新增时必填",
        "选填",
    ]
    assert "新增时必填" in words(clerk.get("/admin/import/org/").text)
    assert "2016-09~2020-06|" in told(template_of(clerk, "certification_application"))["简历"][1]
    assert "留空则自动编号" in told(template_of(clerk, "certification_application"))["报名号"][1]


def test_a_template_lists_what_may_be_chosen_with_its_codes(
    at_desk: SignIn, job: Job, work: ActorSession
) -> None:
    clerk = at_desk("centre")
    applications = template_of(clerk, "certification_application")
    assert ("居民身份证", "1") in listed(applications, "证件类型")
    assert ("语文", None) in listed(applications, "任教学科")
    authorities = listed(applications, "认定机构")
    sites = listed(applications, "确认点")
    assert authorities
    assert sites
    assert not set(authorities) & set(sites)
    assert listed(applications, "认定计划")
    accounts = template_of(clerk, "user_account")
    assert ("现场确认用户", "confirm") in listed(accounts, "角色")
    assert set(listed(accounts, "管辖机构")) >= set(authorities) | set(sites)
    assert region(work)


def test_nothing_is_said_of_a_column_that_no_template_has(at_desk: SignIn, job: Job) -> None:
    clerk = at_desk("authority")
    path = begun(clerk, "甲点,确认点,,1")
    page = words(clerk.get(path).text)
    assert "行政区划" in page
    assert "此项必填" in page
    assert "省级代码" not in page


@pytest.mark.parametrize("table", sorted(importers()))
def test_every_import_has_a_template_that_it_understands(
    at_desk: SignIn, job: Job, table: str
) -> None:
    clerk = at_desk("centre")
    answer = clerk.get(f"/admin/import/{table}/template.xlsx")
    assert answer.status_code == 200
    book = load_workbook(BytesIO(answer.data))
    importer = importers()[table]
    sheet = book.worksheets[0]
    headings = [cell.value for cell in sheet[1]]
    assert len(guessed(importer, [str(each) for each in headings])) == len(headings) > 1
    assert [each.title for each in book.worksheets[1:]] == ["选项", "填写说明"]
    explained = [row[0] for row in book["填写说明"].iter_rows(min_row=2, values_only=True)]
    assert explained == headings
    for number, heading in enumerate(headings, 1):
        if heading in {"证件号码", "手机号码"}:
            (form,) = (f for f in sheet.column_dimensions.values() if f.min <= number <= f.max)
            assert form.number_format == "@"
    listed = {
        area.min_col for each in sheet.data_validations.dataValidation for area in each.sqref.ranges
    }
    closed = [f.label.zh for f in importer.fields if f.column is not None and choices_of(f)]
    assert {headings[column - 1] for column in listed} >= set(closed)
    page = clerk.get(f"/admin/import/{table}/").text
    assert f'href="/admin/import/{table}/template.xlsx"' in page


def choices_of(field: ImportField) -> Any:
    return meta(field.column).choices
