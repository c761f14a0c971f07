"""Undo and bulk edit in a real browser, by the buttons of the pages; axe finds nothing."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.factories.main_job import Job
from tests.factories.records import PASSWORD
from tests.support.browser import look_over

LIST = "/admin/certification_application/"

pytestmark = pytest.mark.one_database("sqlite")


@pytest.fixture
def desk(page: Page, job: Job) -> Page:
    """Return a window in which the authority's clerk is signed in."""
    assert job
    page.goto("/login")
    page.fill("#username", "authority")
    page.fill("#password", PASSWORD)
    page.click("form button[type=submit]")
    page.wait_for_url("**/admin/")
    return page


def tick(desk: Page, state: str, count: int) -> None:
    desk.goto(f"{LIST}?filter=status:eq:{state}")
    for place in range(count):
        desk.locator("input[name=rowid]").nth(place).check()


def wait_for_batch(desk: Page) -> None:
    desk.wait_for_url("**/admin/batch/*/")


def test_a_batch_is_taken_back(desk: Page) -> None:
    tick(desk, "confirmed", 3)
    desk.get_by_role("button", name="审核通过", exact=True).click()
    wait_for_batch(desk)
    desk.get_by_role("button", name="通过 3 项").click()
    taking = desk.get_by_role("button", name="撤销 3 项")
    expect(taking).to_be_visible()
    assert look_over(desk) == []
    taking.click()
    expect(desk.get_by_role("heading", level=1)).to_contain_text("撤销“审核通过”")
    assert look_over(desk) == []
    desk.get_by_label("撤销理由").fill("选错了批次")
    desk.locator("[data-commit]").click()
    expect(desk.locator(".sentence")).to_contain_text("3 项已撤销")
    assert look_over(desk) == []
    desk.locator(".facts").get_by_role("link", name="批次 1").click()
    expect(desk.locator("h1")).to_contain_text("审核通过")
    expect(desk.locator(".facts", has_text="撤销于")).to_contain_text("批次 2")
    assert desk.get_by_role("button", name="撤销 3 项").count() == 0


def test_a_step_is_taken_back_from_the_record(desk: Page, job: Job) -> None:
    tick(desk, "confirmed", 1)
    record = desk.locator("input[name=rowid]").first.get_attribute("value")
    desk.get_by_role("button", name="审核通过", exact=True).click()
    wait_for_batch(desk)
    desk.locator("[data-commit]").click()
    desk.get_by_role("link", name="返回").click()
    desk.wait_for_url(re.compile(rf"/details/\?id={record}\b"))
    assert look_over(desk) == []
    desk.get_by_role("button", name="撤销这一步").click()
    wait_for_batch(desk)
    desk.locator("[data-commit]").click()
    expect(desk.locator(".sentence")).to_contain_text("1 项已撤销")
    desk.goto(f"{LIST}details/?id={record}")
    expect(desk.locator("#course")).to_contain_text("撤销“审核通过”")


def test_what_lacks_gets_the_focus(desk: Page) -> None:
    tick(desk, "confirmed", 1)
    desk.locator("button[value=refuse]").click()
    wait_for_batch(desk)
    desk.locator("[data-commit]").click()
    expect(desk.locator("#input-reason")).to_be_focused()
    assert look_over(desk) == []
    desk.goto(f"{LIST}?filter=status:eq:confirmed")
    desk.locator("input[name=rowid]").first.check()
    desk.get_by_text("批量修改", exact=True).first.click()
    desk.locator("button[value=bulk_edit]").click()
    wait_for_batch(desk)
    desk.get_by_label("修改的项目").select_option(label="申请地依据")
    desk.get_by_role("button", name="下一步").click()
    desk.get_by_role("button", name="预览修改").click()
    expect(desk.get_by_label("改为")).to_be_focused()


@pytest.mark.parametrize("width", [1440, 390])
def test_a_column_is_changed_in_bulk(desk: Page, width: int) -> None:
    desk.set_viewport_size({"width": width, "height": 900})
    tick(desk, "confirmed", 3)
    desk.get_by_text("批量修改", exact=True).first.click()
    desk.locator("button[value=bulk_edit]").click()
    wait_for_batch(desk)
    assert look_over(desk) == []
    desk.get_by_label("修改的项目").select_option(label="申请地依据")
    desk.get_by_role("button", name="下一步").click()
    desk.get_by_label("改为").select_option(label="居住地")
    assert look_over(desk) == []
    desk.get_by_role("button", name="预览修改").click()
    expect(desk.locator(".values")).to_contain_text("居住地")
    assert look_over(desk) == []
    desk.get_by_role("button", name="修改 3 项").click()
    expect(desk.locator(".sentence")).to_contain_text("3 项已修改")
    assert look_over(desk) == []
