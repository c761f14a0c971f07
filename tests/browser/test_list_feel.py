"""How a list feels in a real browser: its weight, that nothing jumps, zoom, motion, waiting."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from models.base.session import ActorSession
from tests.factories.lists import make_lists
from tests.factories.records import PASSWORD, House
from tests.support.browser import NewWindow, look_over

LIST = "/admin/certification_application/"
MOST_BYTES = 250 * 1024
MOST_SHIFT = 0.01
#: Adds up what the browser says has jumped.
WATCH_SHIFTS = """
window.shifted = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifted += entry.value;
}).observe({ type: "layout-shift", buffered: true });
"""

pytestmark = pytest.mark.one_database("sqlite")


@pytest.fixture
def house(work: ActorSession) -> House:
    made = make_lists(work)
    work.commit()
    return made


def enter(page: Page) -> Page:
    page.goto("/login")
    page.fill("#username", "authority")
    page.fill("#password", PASSWORD)
    page.click("form button[type=submit]")
    page.wait_for_url("**/admin/")
    return page


@pytest.fixture
def desk(page: Page, house: House) -> Page:
    """Return a window in which the authority's clerk is signed in."""
    assert house
    return enter(page)


def test_a_list_of_fifty_rows_weighs_little_with_nothing_remembered(desk: Page) -> None:
    network = desk.context.new_cdp_session(desk)
    network.send("Network.enable")
    network.send("Network.setCacheDisabled", {"cacheDisabled": True})
    sizes: list[float] = []

    def note(event: dict[str, Any]) -> None:
        sizes.append(event["encodedDataLength"])

    network.on("Network.loadingFinished", note)
    desk.goto(LIST, wait_until="networkidle")
    assert desk.locator("tbody tr").count() == 50
    assert 20 * 1024 < sum(sizes) < MOST_BYTES, sum(sizes)


@pytest.mark.parametrize("width", [1440, 390])
def test_nothing_jumps_while_a_list_loads(desk: Page, width: int) -> None:
    desk.set_viewport_size({"width": width, "height": 900})
    desk.add_init_script(WATCH_SHIFTS)
    for query in ("", "?filter=status:eq:submitted&facets=qualification_type"):
        desk.goto(LIST + query, wait_until="networkidle")
        desk.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
        assert desk.evaluate("window.shifted") < MOST_SHIFT, query


def test_zoomed_to_twice_the_size_no_page_scrolls_sideways(desk: Page, house: House) -> None:
    desk.set_viewport_size({"width": 720, "height": 450})
    pages = (
        LIST,
        f"{LIST}?facets=qualification_type&filter=status:eq:submitted",
        f"{LIST}details/?id={house.own.application}",
        f"{LIST}edit/?id={house.own.application}",
        "/admin/",
    )
    for path in pages:
        desk.goto(path)
        assert desk.evaluate("document.documentElement.scrollWidth <= innerWidth"), path


def test_nothing_moves_for_who_wants_less_motion(desk: Page) -> None:
    desk.emulate_media(reduced_motion="reduce")
    desk.goto(LIST)
    moving = desk.evaluate(
        """() => [...document.querySelectorAll("*")].filter((each) => {
            const style = getComputedStyle(each);
            const lasts = [style.transitionDuration, style.animationDuration];
            return lasts.some((each) => parseFloat(each) > 0);
        }).map((each) => each.outerHTML.slice(0, 80))"""
    )
    assert moving == []


def test_a_list_that_takes_long_says_that_it_is_being_read(desk: Page) -> None:
    desk.goto(LIST)
    told, main = desk.locator("[data-loading]"), desk.locator("main")
    expect(told).to_be_empty()
    # A page that never comes: the click is heard, and the browser stays where it is.
    desk.evaluate("document.addEventListener('click', (event) => event.preventDefault())")
    desk.locator(".facets a", has_text="网报成功").click()
    expect(told).to_have_text("正在读取记录")
    expect(main).to_have_attribute("aria-busy", "true")
    desk.evaluate("dispatchEvent(new Event('pageshow'))")
    expect(told).to_be_empty()
    desk.locator("a[download]").first.dispatch_event("click")
    expect(main).not_to_have_attribute("aria-busy", "true")


def test_the_pages_of_states_and_paper_are_accessible(
    desk: Page, house: House, new_window: NewWindow
) -> None:
    found = []
    for path in (
        f"{LIST}?facets=qualification_type,is_fresh_graduate",
        f"{LIST}print/?filter=status:eq:submitted",
        f"{LIST}print/record/?id={house.own.application}",
        f"{LIST}print/?filter=nonsense",
        "/admin/user_session/new/",
        "/admin/audit_log/",
    ):
        desk.goto(path)
        found += look_over(desk)
    desk.set_viewport_size({"width": 390, "height": 844})
    for path in (f"{LIST}?facets=qualification_type", f"{LIST}print/", "/admin/audit_log/"):
        desk.goto(path)
        found += look_over(desk)
    assert found == []


def test_p_puts_the_list_on_paper_and_the_sheet_is_a4(desk: Page) -> None:
    desk.goto(f"{LIST}?filter=status:eq:submitted&cols=apply_no,name,status")
    desk.keyboard.press("p")
    desk.wait_for_url("**/print/?*")
    expect(desk.locator("tbody tr")).to_have_count(21)
    desk.emulate_media(media="print")
    expect(desk.locator(".paper-tools")).to_be_hidden()
    sheet = desk.pdf(prefer_css_page_size=True)
    boxes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", sheet)
    assert boxes
    for width, height in boxes:
        assert abs(float(width) - 595) < 2
        assert abs(float(height) - 842) < 2


def test_a_cell_that_cannot_be_opened_leads_to_the_records_form(desk: Page) -> None:
    desk.goto("/admin/site_arrangement/")
    desk.route("**/cell/?*", lambda route: route.fulfill(status=500, body="<h1>Fault</h1>"))
    desk.locator("a[data-cell]").first.click()
    desk.wait_for_url(re.compile(r"/admin/site_arrangement/edit/\?id="))
    expect(desk.locator("body")).not_to_contain_text("Fault")
