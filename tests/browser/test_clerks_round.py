"""The clerk's round in a real browser, and the pages of an import in every width and theme."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from tests.support.browser import NewWindow, look_over
from tests.support.clerks_round import ROWS, Typed, go_round, names
from tests.support.rounds import sign_in

__all__ = ["names"]

pytestmark = pytest.mark.one_database("sqlite")

SITES = "/admin/import/org/"


def fill(file: Path, typed: Sequence[Typed], target: Path) -> Path:
    """Type into the first sheet of a workbook, and save it under another name."""
    book = load_workbook(file)
    for row, column, text in typed:
        book.worksheets[0].cell(row + 1, column + 1).value = text
    book.save(target)
    return target


def test_from_the_template_to_two_hundred_receipts(
    new_window: NewWindow, names: dict[str, str], tmp_path: Path
) -> None:
    exported = go_round(new_window, names, fill, tmp_path)
    assert load_workbook(exported).worksheets[0].max_row == ROWS + 1


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
