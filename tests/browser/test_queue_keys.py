"""The keys of the queue in a real browser: the same key for the same action, and a word for a key
that does nothing; the decisions in reach on a narrow window.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, ViewportSize, expect
from sqlalchemy import select

from models.base.session import ActorSession
from models.batch.tables import Claim
from tests.browser.test_queue import HELD, begin, held_id, moved_on, sign_in, sound
from tests.factories.main_job import Job
from tests.support.main_job import LIST, states
from tests.support.queueing import restrict
from tests.support.record_pages import Ask

pytestmark = pytest.mark.one_database("sqlite")

NARROW: ViewportSize = {"width": 390, "height": 844}
#: What has the focus where the bar lies over it, once the page has come to rest.
COVERED = """async () => {
  for (let y = -1; y !== scrollY; await new Promise((done) => setTimeout(done, 80))) y = scrollY;
  const here = document.activeElement, bar = document.querySelector(".decide");
  const hidden = here.getBoundingClientRect().bottom > bar.getBoundingClientRect().top;
  return hidden && !bar.contains(here) ? here.outerHTML.slice(0, 160) : "";
}"""


def work_through(page: Page, state: str) -> int:
    """Begin the queue of a state from its list; return the record that is held."""
    page.goto(f"{LIST}?filter=status:eq:{state}")
    page.locator("[data-queue-start] button").click()
    expect(page).to_have_url(HELD)
    page.wait_for_load_state()  # its script hears keys from then on
    return held_id(page)


def said(page: Page) -> str:
    place = page.locator("[data-said]")
    expect(place).not_to_be_empty()
    return place.inner_text()


def test_u_says_why_nothing_is_undone(page: Page, job: Job, work: ActorSession) -> None:
    sign_in(page, "authority")
    first = work_through(page, "approved_unnumbered")
    page.keyboard.press("u")
    assert said(page) == "没有可撤销的办理：在此还没有办理过记录。"
    number = page.locator("form[data-way]", has_text="编号").first
    key = number.get_attribute("data-way") or ""
    page.keyboard.press(key)
    page.keyboard.press(key)
    moved_on(page, first)
    page.keyboard.press("u")
    assert said(page) == "未撤销：“编号”不能撤销，在其他页面也不能。"
    sound(page)
    assert states(work, first) == ["approved_numbered"]


def test_the_number_that_was_issued_is_told(page: Page, job: Job) -> None:
    sign_in(page, "authority")
    first = work_through(page, "approved_unnumbered")
    page.locator("form[data-way]", has_text="编号").first.locator("button").click()
    moved_on(page, first)
    expect(page.locator(".queue-last .issued")).to_have_text("20261110131000001")


def test_a_key_of_a_closed_way_says_why_and_decides_nothing(
    page: Page, job: Job, work: ActorSession
) -> None:
    first, second = sorted(job.rows["confirmed"])[:2]
    restrict(work, first)
    sign_in(page, "authority")
    assert work_through(page, "confirmed") == first
    page.keyboard.press("1")
    assert said(page).startswith("审核通过：")
    assert "限制" in said(page)
    sound(page)
    page.keyboard.press("s")
    assert moved_on(page, first) == second
    page.keyboard.press("1")
    moved_on(page, second)
    assert states(work, first, second) == ["confirmed", "approved_unnumbered"]


def test_the_decisions_stay_in_reach_on_a_narrow_window(page: Page, job: Job) -> None:
    page.set_viewport_size(NARROW)
    sign_in(page, "confirm")
    work_through(page, "submitted")
    bar = page.locator(".decide")
    for place in (0, 600, 100_000):
        page.evaluate("y => scrollTo(0, y)", place)
        expect(bar.locator("button, summary").first).to_be_in_viewport(ratio=1)
    last = page.locator(".queue .panel").filter(has_not=page.locator("[data-said]")).last
    below = last.bounding_box()
    edge = bar.bounding_box()
    assert below
    assert edge
    assert below["y"] + below["height"] <= edge["y"], "at the end nothing lies under the bar"
    expect(page.locator("h1")).to_contain_text("曾国藩")
    sound(page)


def test_the_bar_hides_nothing_that_has_the_focus(page: Page, job: Job) -> None:
    page.set_viewport_size(NARROW)
    sign_in(page, "confirm")
    work_through(page, "submitted")
    page.locator("h1").click()
    reached = 0
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement === document.body"):
            break
        assert page.evaluate(COVERED) == ""
        reached += 1
    assert reached > 10


def test_a_page_loaded_again_takes_its_record_again(page: Page, job: Job, ask: Ask) -> None:
    sign_in(page, "confirm")
    first = begin(page)
    page.reload()
    expect(page.locator("[data-queue]")).to_have_attribute("data-id", str(first))
    page.goto("/admin/help/")
    page.goto(f"{LIST}queue/?id={first}&state=submitted")
    button = page.get_by_role("button", name="接着办理")
    expect(button).to_be_focused()
    sound(page)
    page.keyboard.press("Enter")
    expect(page.locator("[data-queue]")).to_have_attribute("data-id", str(first))
    assert ask(select(Claim.row_id)) == first


def test_a_key_without_an_action_says_so_and_a_dangerous_one_asks_again(
    page: Page, job: Job, work: ActorSession
) -> None:
    sign_in(page, "authority")
    first = work_through(page, "approved_unnumbered")
    page.keyboard.press("9")
    assert said(page) == "此处没有对应该键的操作。"
    number = page.locator("form[data-way]", has_text="编号").first
    page.keyboard.press(number.get_attribute("data-way") or "")
    expect(page.locator("[data-said]")).to_have_text("再按一次该键或回车键即办理。")
    assert states(work, first) == ["approved_unnumbered"]
