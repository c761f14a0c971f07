"""The clerk's round, whoever fills in the workbooks: template, filled in, imported, corrected,
imported again, worked through, exported, and two hundred receipts printed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from models.base.session import ActorSession
from models.people.rules import make_id_no
from tests.factories.main_job import Job
from tests.support.browser import NewWindow
from tests.support.main_job import LIST
from tests.support.rounds import PATIENCE, carry_out, press_for_all, press_for_some, sign_in

IMPORT = "/admin/import/certification_application/"
ROWS, BAD, NUMBERED = 200, 5, 3
#: All that was imported and nothing else: names by their beginning.
OURS = "q=欧阳"
PAGES = re.compile(rb"/Type /Page\b")
#: A cell that is typed: its row and column, counted from 0, and its text.
Typed = tuple[int, int, str]
#: Opens a workbook, types into its first sheet, and saves it under another name.
Fill = Callable[[Path, Sequence[Typed], Path], Path]


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


def headings(file: Path) -> list[str]:
    """Return what stands above the columns of a workbook's first sheet."""
    return [str(cell.value) for cell in load_workbook(file).worksheets[0][1]]


def applicants(template: Path, names: Mapping[str, str]) -> Iterator[Typed]:
    """Yield what is typed below the headings of the template."""
    columns = headings(template)
    for number in range(ROWS):
        for heading, text in filled(number, names).items():
            if heading in columns:  # what is called a region is for files of sites
                yield number + 1, columns.index(heading), str(text)


def corrections(returned: Path) -> Iterator[Typed]:
    """Yield what is typed over the telephones that were refused, for the reason that stands
    there.
    """
    columns, sheet = headings(returned), load_workbook(returned).worksheets[0]
    assert "手机号码：" in sheet.cell(2, columns.index("原因") + 1).value
    for row in range(1, BAD + 1):
        yield row, columns.index("手机号码"), f"139{row:08}"


def send(page: Page, file: Path) -> None:
    """Choose a file and go on to what it would change; the columns are guessed."""
    page.goto(IMPORT)
    page.set_input_files("#file", file)
    page.get_by_role("button", name="下一步：对应列").click()
    page.get_by_role("button", name="下一步：查看将有的变动").click()


def go_round(new_window: NewWindow, names: Mapping[str, str], fill: Fill, folder: Path) -> Path:
    """Go the whole round; return the workbook that was exported at its end."""
    clerk = sign_in(new_window(), "authority")
    take_in(clerk, names, fill, folder)
    work_through(clerk, sign_in(new_window(), "confirm"))
    exported = export(clerk, folder / "exported.xlsx")
    print_receipts(clerk)
    return exported


def take_in(clerk: Page, names: Mapping[str, str], fill: Fill, folder: Path) -> None:
    """Fill in the template, import it, correct what was refused, and import that too."""
    clerk.goto(f"{LIST}")
    clerk.get_by_role("link", name="导入", exact=True).click()
    link = clerk.get_by_role("link", name="下载填写模板")
    template = download(clerk, link.click, folder / "template.xlsx")
    send(clerk, fill(template, list(applicants(template, names)), folder / "filled.xlsx"))
    expect(clerk.locator(".sentence .yes b")).to_have_text(str(ROWS - BAD))
    expect(clerk.locator(".sentence .no b")).to_have_text(str(BAD))
    clerk.locator("[data-commit]").click()
    expect(clerk.locator(".sentence .yes")).to_contain_text("已导入")
    link = clerk.get_by_role("link", name="下载未通过的行及原因")
    returned = download(clerk, link.click, folder / "returned.xlsx")
    send(clerk, fill(returned, list(corrections(returned)), folder / "corrected.xlsx"))
    expect(clerk.locator(".sentence .no")).to_have_count(0)
    clerk.locator("[data-commit]").click()
    expect(clerk.locator(".sentence .yes b")).to_have_text(str(BAD))


def work_through(clerk: Page, site: Page) -> None:
    """Confirm all that was imported, approve some and give them their numbers."""
    press_for_all(site, f"{OURS}&filter=status:eq:submitted", "confirm")
    site.get_by_label("材料齐全").check()
    site.locator("[formaction$=preview]").click()
    carry_out(site, ROWS)
    press_for_some(clerk, f"{OURS}&filter=status:eq:confirmed", "approve", NUMBERED)
    carry_out(clerk, NUMBERED)
    press_for_all(clerk, f"{OURS}&filter=status:eq:approved_unnumbered", "assign_numbers")
    carry_out(clerk, NUMBERED)


def export(clerk: Page, target: Path) -> Path:
    """Export what was imported."""
    clerk.goto(f"{LIST}?{OURS}")
    clerk.locator("details.menu summary", has_text="导出").click()
    return download(clerk, clerk.locator("a[href*='export/xlsx/']").first.click, target)


def print_receipts(clerk: Page) -> None:
    """Print the receipts of all in the list, each on one sheet."""
    clerk.locator("input[name=rowid]").first.check()
    clerk.locator("input[name=all_matching]").check()
    clerk.locator(".batchbar summary", has_text="纸质材料").click()
    clerk.locator("button[name=paper][value=receipt]").click()
    expect(clerk.locator("h2", has_text=f"将打印 {ROWS} 条")).to_be_visible()
    clerk.get_by_role("button", name="打印页").click()
    expect(clerk.locator("article")).to_have_count(ROWS, timeout=PATIENCE)
    assert len(PAGES.findall(clerk.pdf(prefer_css_page_size=True))) == ROWS
