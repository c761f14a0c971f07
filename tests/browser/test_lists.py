"""Lists in a real browser: their layout and their saved views."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from models.base.session import ActorSession
from tests.factories.lists import make_lists
from tests.factories.records import PASSWORD, House

LIST = "/admin/certification_application/"

pytestmark = pytest.mark.one_database("sqlite")


@pytest.fixture
def house(work: ActorSession) -> House:
    made = make_lists(work)
    work.commit()
    return made


@pytest.fixture
def desk(page: Page, house: House) -> Page:
    """Return a window in which the authority's clerk looks at the list of applications."""
    assert house
    page.goto("/login")
    page.fill("#username", "authority")
    page.fill("#password", PASSWORD)
    page.click("form button[type=submit]")
    page.wait_for_url("**/admin/")
    page.goto(LIST)
    return page


def test_columns_are_moved_by_buttons_and_remembered(desk: Page) -> None:
    desk.click("[data-layout] summary")
    name = desk.locator("[data-columns] li", has=desk.locator("input[value=name]"))
    name.locator("[data-move='-1']").click()
    expect(desk.locator("[data-columns] [data-told]")).to_contain_text("现为第 1 列")
    desk.locator("#col-site").uncheck()
    desk.locator("#density-compact").check()
    desk.click("text=应用并记住")
    expect(desk.locator("thead th").nth(1)).to_have_text("姓名")
    expect(desk.locator("thead")).not_to_contain_text("确认点")
    desk.goto("/admin/")
    desk.goto(LIST)
    expect(desk.locator("thead th").nth(1)).to_have_text("姓名")
    box = desk.locator("tbody tr").first.bounding_box()
    assert box
    assert box["height"] < 40


def test_a_view_is_saved_changed_and_deleted(desk: Page) -> None:
    desk.goto(f"{LIST}?filter=status:eq:confirmed")
    desk.click("summary:has-text('视图')")
    desk.fill("#new-view-name", "等待审核")
    desk.click("button:has-text('存为新视图')")
    tab = desk.locator(".tabs.views [aria-current]")
    expect(tab).to_have_text("等待审核")
    desk.locator(".facets a", has_text="网报成功").click()
    expect(tab).to_contain_text("已改动")
    desk.click("summary:has-text('视图')")
    desk.once("dialog", lambda dialog: dialog.accept())
    desk.click(".viewform button[value=delete]")
    expect(desk.locator(".tabs.views")).to_have_count(0)
