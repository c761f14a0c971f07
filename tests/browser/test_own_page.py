"""One's own page in a real browser: devices, display, roles; axe finds nothing in either theme."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from models.base.session import ActorSession
from tests.support.accounts import PASSWORD
from tests.support.browser import NewWindow, look_over

pytestmark = pytest.mark.one_database("sqlite")

SECTIONS = ("", "password/", "second-factor/", "devices/", "display/")


def sign_in(page: Page) -> None:
    page.goto("/login")
    page.fill("#username", "clerk")
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/admin/")


@pytest.mark.parametrize("width", [1440, 390])
def test_nothing_is_wrong_with_any_section(page: Page, office: ActorSession, width: int) -> None:
    sign_in(page)
    page.set_viewport_size({"width": width, "height": 900})
    found = []
    for section in SECTIONS:
        page.goto(f"/admin/me/{section}")
        found += look_over(page)
    assert found == []


def test_a_session_is_ended_from_another_device(
    page: Page, new_window: NewWindow, office: ActorSession
) -> None:
    other = new_window()
    sign_in(other)
    sign_in(page)
    page.locator(".tools summary").click()
    page.get_by_role("link", name="我的账号").click()
    page.get_by_role("link", name="登录设备").click()
    expect(page.get_by_text("本设备")).to_have_count(1)
    page.get_by_role("button", name="退出 Chrome").click()
    expect(page.get_by_role("status")).to_contain_text("该设备已退出登录")
    other.goto("/admin/org/")
    expect(other).to_have_url("/login?next=/admin/org/")
    expect(other.get_by_role("status")).to_contain_text("在其他设备上被退出")
    page.reload()
    expect(page).to_have_url("/admin/me/devices/")


def test_display_goes_with_the_person_without_a_flash(
    page: Page, new_window: NewWindow, office: ActorSession
) -> None:
    sign_in(page)
    page.goto("/admin/me/display/")
    page.get_by_label("深色").check()
    page.get_by_label("紧凑").check()
    page.get_by_role("button", name="保存").click()
    root = page.locator("html")
    expect(root).to_have_attribute("data-bs-theme", "dark")
    other = new_window()
    sign_in(other)
    answer = other.request.get("/admin/")
    assert 'data-bs-theme="dark"' in answer.text()
    row = other.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--row')")
    assert row.strip() == "36px"
    assert look_over(other) == []


def test_the_role_is_switched_by_keyboard(page: Page, office: ActorSession) -> None:
    sign_in(page)
    switch = page.locator(".acting summary")
    expect(switch).to_have_text("认定机构用户")
    switch.focus()
    page.keyboard.press("Enter")
    entry = page.get_by_role("button", name="资格中心 测试省厅")
    expect(entry).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(entry).to_be_focused()
    assert look_over(page) == []
    page.keyboard.press("Enter")
    page.wait_for_url("**/admin/")
    expect(page.locator(".acting summary")).to_have_text("资格中心")
