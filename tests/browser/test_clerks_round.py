"""The clerk's round in a real browser: template, filled in, imported, corrected, imported again,
worked through, exported, and two hundred receipts printed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from playwright.sync_api import Page, expect

from models.base.session import ActorSession
from models.people.rules import make_id_no
from tests.factories.main_job import Job
from tests.support.browser import NewWindow, look_over
from tests.support.main_job import LIST
from tests.support.rounds import PATIENCE, carry_out, press_for_all, press_for_some, sign_in

pytestmark = pytest.mark.one_database("sqlite")

IMPORT = "/admin/import/certification_application/"
SITES = "/admin/import/org/"
ROWS, BAD, NUMBERED = 200, 5, 3
#: All that was imported and nothing else: names by their beginning.
OURS = "q=欧阳"
PAGES = re.compile(rb"/Type /Page\b")


@pytest.fixture
def names(work: ActorSession, job: Job) -> dict[str, str]:
    """Return what the rows of a file call things; the database is free again."""
    office = job.office
    found = {
        "认定机构": office.org.name,
        "确认点": office.site.name,
        "任教学科": office.subject.name,
        "行政区划": str(office.org.region_code),
    }
    work.rollback()
    return found


def filled(number: int, names: Mapping[str, str]) -> dict[str, Any]:
    """Return what a clerk types of one applicant; the first few have a telephone cut short."""
    born = date(1999, 1, 1) + timedelta(days=number)
    return {
        **names,
        "姓名": f"欧阳{'明红强丽伟'[number % 5]}{'一二三四五六七八九十'[number // 5 % 10]}",
        "证件类型": "居民身份证",
        "证件号码": make_id_no("110101", born, number % 900 + 1),
        "民族": "汉族",
        "政治面貌": "群众",
        "考试形式": "国家统一考试",
        "申请资格种类": "初级中学",
        "申请地依据": "户籍所在地",
        "最高学历": "大学本科毕业",
        "毕业学校": "某师范大学",
        "通讯地址": f"某市某路 {number + 1} 号",
        "手机号码": "138" if number < BAD else f"138{number:08}",
    }


def download(page: Page, press: Callable[[], None], target: Path) -> Path:
    with page.expect_download() as waiting:
        press()
    waiting.value.save_as(target)
    return target


def change(file: Path, act: Callable[[Any], None]) -> Path:
    """Open a workbook, change its first sheet, and save it as a clerk would."""
    book: Workbook = load_workbook(file)
    act(book.worksheets[0])
    book.save(file)
    return file


def send(page: Page, file: Path) -> None:
    """Choose a file and go on to what it would change; the columns are guessed."""
    page.goto(IMPORT)
    page.set_input_files("#file", file)
    page.get_by_role("button", name="下一步：对应列").click()
    page.get_by_role("button", name="下一步：查看将有的变动").click()


def test_from_the_template_to_two_hundred_receipts(
    new_window: NewWindow, names: dict[str, str], tmp_path: Path
) -> None:
    clerk = sign_in(new_window(), "authority")
    clerk.goto(f"{LIST}")
    clerk.get_by_role("link", name="导入", exact=True).click()
    link = clerk.get_by_role("link", name="下载填写模板")
    template = download(clerk, link.click, tmp_path / "template.xlsx")

    def fill(sheet: Any) -> None:
        headings = [cell.value for cell in sheet[1]]
        for number in range(ROWS):
            row = filled(number, names)
            for column, heading in enumerate(headings, 1):
                sheet.cell(number + 2, column).value = row.get(heading)

    send(clerk, change(template, fill))
    expect(clerk.locator(".sentence .yes b")).to_have_text(str(ROWS - BAD))
    expect(clerk.locator(".sentence .no b")).to_have_text(str(BAD))
    clerk.locator("[data-commit]").click()
    expect(clerk.locator(".sentence .yes")).to_contain_text("已导入")
    link = clerk.get_by_role("link", name="下载未通过的行及原因")
    returned = download(clerk, link.click, tmp_path / "returned.xlsx")

    def correct(sheet: Any) -> None:
        headings = [cell.value for cell in sheet[1]]
        assert "手机号码：" in sheet.cell(2, headings.index("原因") + 1).value
        for row in range(2, BAD + 2):
            sheet.cell(row, headings.index("手机号码") + 1).value = f"139{row:08}"

    send(clerk, change(returned, correct))
    expect(clerk.locator(".sentence .no")).to_have_count(0)
    clerk.locator("[data-commit]").click()
    expect(clerk.locator(".sentence .yes b")).to_have_text(str(BAD))

    site = sign_in(new_window(), "confirm")
    press_for_all(site, f"{OURS}&filter=status:eq:submitted", "confirm")
    site.get_by_label("材料齐全").check()
    site.locator("[formaction$=preview]").click()
    carry_out(site, ROWS)

    press_for_some(clerk, f"{OURS}&filter=status:eq:confirmed", "approve", NUMBERED)
    carry_out(clerk, NUMBERED)
    press_for_all(clerk, f"{OURS}&filter=status:eq:approved_unnumbered", "assign_numbers")
    carry_out(clerk, NUMBERED)

    clerk.goto(f"{LIST}?{OURS}")
    clerk.locator("details.menu summary", has_text="导出").click()
    link = clerk.locator("a[href*='export/xlsx/']").first
    exported = download(clerk, link.click, tmp_path / "exported.xlsx")
    assert load_workbook(exported).worksheets[0].max_row == ROWS + 1

    clerk.locator("input[name=rowid]").first.check()
    clerk.locator("input[name=all_matching]").check()
    clerk.locator(".batchbar summary", has_text="纸质材料").click()
    clerk.locator("button[name=paper][value=receipt]").click()
    expect(clerk.locator("h2", has_text=f"将打印 {ROWS} 条")).to_be_visible()
    clerk.get_by_role("button", name="打印页").click()
    expect(clerk.locator("article")).to_have_count(ROWS, timeout=PATIENCE)
    assert len(PAGES.findall(clerk.pdf(prefer_css_page_size=True))) == ROWS


def test_the_pages_of_an_import_are_sound_wide_and_narrow(
    page: Page, names: dict[str, str]
) -> None:
    sign_in(page, "authority")
    region = names["行政区划"]
    lines = ["名称,类别,行政区划,电话", f"甲点,确认点,{region},1", f"乙点,什么,{region},2"]
    file = {"name": "确认点.csv", "mimeType": "text/csv", "buffer": "\n".join(lines).encode()}
    page.goto(SITES)
    found = both(page)
    page.set_input_files("#file", file)  # type: ignore[arg-type]  # a dict is a FilePayload
    page.get_by_role("button", name="下一步：对应列").click()
    found += both(page)
    page.get_by_role("button", name="下一步：查看将有的变动").click()
    found += both(page)
    page.locator("[data-commit]").click()
    expect(page.locator(".sentence .yes")).to_contain_text("已导入")
    found += both(page)
    page.locator("[data-taking-back] button").click()
    expect(page).to_have_url(re.compile(r"/admin/batch/\d+/$"))
    expect(page.locator(".sentence .yes b")).to_have_text("1")
    found += both(page)
    page.locator("[data-commit]").click()
    expect(page.locator(".batch[data-moved]")).to_be_visible()
    found += both(page)
    page.goto("/admin/help/")
    assert [*found, *both(page)] == []


def both(page: Page) -> list[str]:
    """Look a page over in a wide and a narrow window."""
    found = []
    for width, height in ((390, 844), (1440, 900)):
        page.set_viewport_size({"width": width, "height": height})
        found += look_over(page)
    return found
