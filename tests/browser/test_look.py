"""The look in a real browser: axe finds nothing in either theme; theme, menu and jump box work."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from models.base.session import ActorSession
from tests.factories.lists import make_lists
from tests.factories.records import PASSWORD, House
from tests.support.browser import look_over

LIST = "/admin/certification_application/"
NARROW: ViewportSize = {"width": 390, "height": 844}

pytestmark = pytest.mark.one_database("sqlite")


@pytest.fixture
def house(work: ActorSession) -> House:
    made = make_lists(work)
    work.commit()
    return made


@pytest.fixture
def desk(page: Page, house: House) -> Page:
    """Return a window in which the authority's clerk is signed in."""
    page.goto("/login")
    page.fill("#username", "authority")
    page.fill("#password", PASSWORD)
    page.click("form button[type=submit]")
    page.wait_for_url("**/admin/")
    return page


def preview(desk: Page, action: str) -> None:
    desk.goto(LIST)
    desk.locator("input[name=rowid]").first.check()
    desk.locator("input[name=rowid]").nth(1).check()
    desk.locator(f"button[name=action][value={action}]").click()
    desk.wait_for_url("**/admin/batch/*/")


def test_sign_in_page(page: Page, house: House) -> None:
    page.goto("/login")
    assert look_over(page) == []
    page.fill("#username", "authority")
    page.fill("#password", "wrong")
    page.click("form button[type=submit]")
    assert look_over(page) == []


@pytest.mark.parametrize("width", [1440, 390])
def test_pages_of_the_panel(desk: Page, house: House, width: int) -> None:
    desk.set_viewport_size({"width": width, "height": 900})
    record = f"?id={house.own.application}"
    pages = [
        "/admin/",
        "/admin/help/",
        LIST,
        f"{LIST}?filter=status:eq:nonsense",
        f"{LIST}?filter=status:eq:draft",
        f"{LIST}details/{record}",
        f"{LIST}edit/{record}",
        "/admin/work_plan/new/",
        "/admin/org/",
        "/admin/nothing/",
    ]
    found = []
    for path in pages:
        desk.goto(path)
        found += look_over(desk)
    assert found == []


def test_batch_from_preview_to_result(desk: Page) -> None:
    preview(desk, "mark_incomplete")
    found = look_over(desk)
    desk.locator("[formaction$=preview]").click()
    desk.wait_for_url("**/preview")
    found += look_over(desk)
    preview(desk, "approve")
    found += look_over(desk)
    desk.set_viewport_size(NARROW)
    found += look_over(desk)
    assert found == []


def test_the_theme_is_kept_and_shown_before_the_first_paint(desk: Page) -> None:
    desk.locator(".tools summary").click()
    with desk.expect_response("**/admin/me/display/"):
        desk.locator("[data-theme-choice] button[value=dark]").click()
    root = desk.locator("html")
    expect(root).to_have_attribute("data-bs-theme", "dark")
    desk.goto(LIST)
    expect(root).to_have_attribute("data-bs-theme", "dark")
    waits = "script => !script.async && !script.defer && script.type !== 'module'"
    assert desk.locator("head script").first.evaluate(waits)


def test_the_menu_folds_to_icons_and_stays_so(desk: Page) -> None:
    desk.locator("[data-collapse]").click()
    desk.goto(LIST)
    side = desk.locator(".side")
    box = side.bounding_box()
    assert box
    assert box["width"] == 60
    expect(side.locator("[aria-current]")).to_be_visible()
    assert look_over(desk) == []


def test_waiting_work_stands_beside_its_list(desk: Page) -> None:
    expect(desk.locator("[data-waiting=certification_application]")).to_have_text("61")


def test_ctrl_k_goes_to_a_page_by_name(desk: Page) -> None:
    desk.keyboard.press("Control+k")
    desk.keyboard.type("证书")
    assert look_over(desk) == []
    desk.keyboard.press("Enter")
    desk.wait_for_url("**/admin/certificate/")


def test_the_menu_opens_on_a_narrow_window(desk: Page) -> None:
    desk.set_viewport_size(NARROW)
    desk.goto(LIST)
    expect(desk.locator(".side")).to_be_hidden()
    desk.locator("[data-open-menu]").click()
    expect(desk.locator(".side")).to_be_visible()
    desk.keyboard.press("Escape")
    expect(desk.locator(".side")).to_be_hidden()


def test_the_skip_link_comes_first(desk: Page) -> None:
    desk.keyboard.press("Tab")
    expect(desk.locator(".skip")).to_be_focused()
    desk.keyboard.press("Enter")
    expect(desk.locator("main")).to_be_focused()
