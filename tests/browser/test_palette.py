"""The palette in a real browser: everything by keyboard, in both languages, found sound by axe."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from models.base.session import ActorSession
from tests.factories.lists import make_lists
from tests.factories.records import PASSWORD, House

LIST = "/admin/certification_application/"

pytestmark = pytest.mark.one_database("sqlite")


@pytest.fixture
def desk(page: Page, work: ActorSession) -> Page:
    """Return a window in which the authority's clerk is signed in."""
    house: House = make_lists(work)
    work.commit()
    assert house
    sign_in(page)
    return page


def sign_in(page: Page) -> None:
    page.goto("/login")
    page.fill("#username", "authority")
    page.fill("#password", PASSWORD)
    page.click("form button[type=submit]")
    page.wait_for_url("**/admin/")


def options(page: Page) -> Locator:
    return page.locator("[data-jump-dialog] [role=option]")


def sound(page: Page) -> None:
    for theme in ("light", "dark"):
        page.evaluate("theme => document.documentElement.dataset.bsTheme = theme", theme)
        page.wait_for_timeout(200)  # colours move for up to 150 ms
        assert [v["id"] for v in Axe().run(page).response["violations"]] == []


def test_a_record_is_reached_by_keyboard_and_remembered(desk: Page) -> None:
    desk.keyboard.press("Control+k")
    box = desk.get_by_role("combobox", name="转到")
    expect(box).to_be_focused()
    expect(options(desk).first).to_have_attribute("aria-selected", "true")
    sound(desk)
    desk.keyboard.type("zgf")
    expect(options(desk).first).to_contain_text("曾国藩")
    sound(desk)
    desk.keyboard.press("ArrowDown")
    chosen = options(desk).nth(1)
    expect(chosen).to_have_attribute("aria-selected", "true")
    assert box.get_attribute("aria-activedescendant") == chosen.get_attribute("id")
    number = chosen.locator(".jump-text").inner_text()
    desk.keyboard.press("Enter")
    desk.wait_for_url("**/details/?id=*")
    expect(desk.locator("h1")).to_contain_text(number)
    assert "zgf" not in desk.url
    desk.keyboard.press("Control+k")
    expect(desk.locator(".jump-label").first).to_have_text("最近打开")
    expect(options(desk).first).to_contain_text(number)
    desk.keyboard.press("Escape")
    expect(desk.locator("[data-jump-dialog]")).to_be_hidden()


def test_enter_right_after_typing_means_what_was_typed(desk: Page) -> None:
    desk.keyboard.press("Control+k")
    desk.get_by_role("combobox", name="转到").fill("核对编号")
    desk.keyboard.press("Enter")
    desk.wait_for_url("**/admin/certificate/verify/")


def test_the_rest_is_shown_in_the_list_without_the_text_in_the_address(desk: Page) -> None:
    desk.keyboard.press("Control+k")
    desk.keyboard.type("13800000007")
    expect(options(desk).first).to_contain_text("B20263710101000007")
    desk.get_by_role("combobox", name="转到").fill("曾")
    desk.get_by_role("option", name="在列表中查看全部").first.click()
    desk.wait_for_url(re.compile(r"/admin/certification_application/\?q="))
    expect(desk.locator("mark").first).to_have_text("曾")


def test_nothing_found_is_said_and_nothing_can_be_chosen(desk: Page) -> None:
    desk.keyboard.press("Control+k")
    desk.keyboard.type("qqqq")
    expect(desk.locator("[data-jump-dialog] [role=status]")).to_contain_text("没有找到")
    expect(options(desk)).to_have_count(0)
    sound(desk)
    desk.keyboard.press("Enter")
    expect(desk).to_have_url(re.compile("/admin/$"))


def test_signing_out_by_the_palette_forgets_what_was_opened(desk: Page) -> None:
    desk.keyboard.press("Control+k")
    desk.keyboard.type("证书")
    desk.keyboard.press("Enter")
    desk.wait_for_url("**/admin/certificate/")
    desk.keyboard.press("Control+k")
    desk.keyboard.type("退出登录")
    expect(options(desk).first).to_contain_text("退出登录")
    desk.keyboard.press("Enter")
    desk.wait_for_url("**/login*")
    sign_in(desk)
    desk.keyboard.press("Control+k")
    expect(desk.locator(".jump-label").first).to_have_text("页面")


def test_it_speaks_english(desk: Page) -> None:
    desk.locator(".tools summary").click()
    desk.get_by_role("button", name="English").click()
    expect(desk.locator("html")).to_have_attribute("lang", "en")
    desk.locator("[data-jump]").click()
    desk.keyboard.type("assign")
    expect(options(desk).first).to_contain_text("Assign numbers")
    sound(desk)
