"""The queue in a real browser, without a pointer: begin, decide, give reasons, skip, stop."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from models.base.session import ActorSession
from models.batch.tables import Claim
from tests.factories.main_job import COUNTS, Job
from tests.factories.records import PASSWORD
from tests.support.main_job import LIST, states
from tests.support.record_pages import Ask

pytestmark = pytest.mark.one_database("sqlite")

HELD = re.compile(r"/queue/\?.*id=\d+")


def sign_in(page: Page, username: str) -> None:
    page.goto("/login")
    page.fill("#username", username)
    page.fill("#password", PASSWORD)
    page.click("form button[type=submit]")
    page.wait_for_url("**/admin/")


def sound(page: Page) -> None:
    for theme in ("light", "dark"):
        page.evaluate("theme => document.documentElement.dataset.bsTheme = theme", theme)
        page.wait_for_timeout(200)  # colours move for up to 150 ms
        found = [
            (broken["id"], [node["html"][:120] for node in broken["nodes"][:3]])
            for broken in Axe().run(page).response["violations"]
        ]
        assert found == [], page.url


def held_id(page: Page) -> int:
    return int(page.locator("[data-queue]").get_attribute("data-id") or 0)


def moved_on(page: Page, before: int) -> int:
    """Wait for the next record; return its id."""
    expect(page.locator("[data-queue]")).not_to_have_attribute("data-id", str(before))
    page.wait_for_load_state()  # its script hears keys from then on
    return held_id(page)


def begin(page: Page) -> int:
    page.goto(f"{LIST}?filter=status:eq:submitted")
    page.keyboard.press("g")
    page.keyboard.press("q")
    expect(page).to_have_url(HELD)
    page.wait_for_load_state()
    return held_id(page)


def test_records_are_decided_by_key(page: Page, job: Job, work: ActorSession, ask: Ask) -> None:
    sign_in(page, "confirm")
    first = begin(page)
    sound(page)
    page.keyboard.press("c")
    expect(page.get_by_label("材料齐全")).to_be_checked()
    page.keyboard.press("1")
    second = moved_on(page, first)
    expect(page.locator(".queue-last")).to_contain_text("确认通过")
    expect(page.locator(".queue-line")).to_contain_text(f"还有 {COUNTS['submitted']} 项")
    page.keyboard.press("s")
    third = moved_on(page, second)
    assert states(work, first, second, third) == ["confirmed", "submitted", "submitted"]
    page.keyboard.press("Escape")
    expect(page).to_have_url(re.compile(rf"{LIST}\?filter=status:eq:submitted$"))
    assert ask(select(func.count()).select_from(Claim)) == 0


def test_a_slip_is_taken_back_by_key(page: Page, job: Job, work: ActorSession) -> None:
    sign_in(page, "confirm")
    first = begin(page)
    page.keyboard.press("c")
    page.keyboard.press("1")
    second = moved_on(page, first)
    assert states(work, first) == ["confirmed"]
    page.keyboard.press("u")
    assert moved_on(page, second) == first
    expect(page.locator(".queue-last")).to_contain_text("撤销“确认通过”")
    assert states(work, first) == ["submitted"]


def test_a_reason_is_typed_once_and_chosen_afterwards(
    page: Page, job: Job, work: ActorSession
) -> None:
    sign_in(page, "confirm")
    first = begin(page)
    key = page.locator("form[data-way]", has_text="确认不通过").get_attribute("data-way") or ""
    page.keyboard.press(key)
    field = page.locator("form[data-way] details[open] textarea")
    expect(field).to_be_focused()
    sound(page)
    page.keyboard.type("不属本辖区 1")
    page.keyboard.press("Control+Enter")
    second = moved_on(page, first)
    page.keyboard.press(key)
    expect(page.locator("details[open] textarea")).to_be_focused()
    page.keyboard.press("Alt+1")
    expect(page.locator("details[open] textarea")).to_have_value("不属本辖区 1")
    sound(page)
    page.keyboard.press("Control+Enter")
    moved_on(page, second)
    assert states(work, first, second) == ["confirm_rejected", "confirm_rejected"]


def test_what_cannot_be_taken_back_wants_a_second_press(
    page: Page, job: Job, work: ActorSession
) -> None:
    sign_in(page, "authority")
    page.goto(f"{LIST}?filter=status:eq:approved_unnumbered")
    page.locator("[data-queue-start] button").click()
    expect(page).to_have_url(HELD)
    row_id = held_id(page)
    number = page.locator("form[data-way]", has_text="编号").first
    key = number.get_attribute("data-way") or ""
    page.keyboard.press(key)
    expect(number.locator("button")).to_be_focused()
    assert states(work, row_id) == ["approved_unnumbered"]
    page.keyboard.press(key)
    moved_on(page, row_id)
    assert states(work, row_id) == ["approved_numbered"]


def test_closing_the_page_lets_the_record_go(page: Page, job: Job, ask: Ask) -> None:
    sign_in(page, "confirm")
    begin(page)
    held = select(func.count()).select_from(Claim)
    assert ask(held) == 1
    page.goto("/admin/help/")
    for _ in range(
        20
    ):  # what a page sends while it closes arrives after the next one was asked for
        page.reload()
        if not ask(held):
            break
    assert ask(held) == 0


def test_before_the_first_and_after_the_last_record(page: Page, job: Job) -> None:
    sign_in(page, "confirm")
    page.goto(f"{LIST}queue/")
    expect(page.locator("[data-first-focus]")).to_be_focused()
    sound(page)
    page.keyboard.press("Enter")
    expect(page).to_have_url(HELD)
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 900})
        assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
        sound(page)
