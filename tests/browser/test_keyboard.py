"""The main job by keyboard alone: from signing in to undoing a batch, a record, and the queue."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from models.base.session import ActorSession
from tests.factories.main_job import COUNTS, Job
from tests.factories.records import PASSWORD
from tests.support.keyboard import Keyboard
from tests.support.main_job import LIST, states

pytestmark = pytest.mark.one_database("sqlite")

BATCH = re.compile(r"/admin/batch/\d+/$")


@pytest.fixture
def keyboard(page: Page, job: Job) -> Keyboard:
    assert job
    return Keyboard(page)


def sign_in(keyboard: Keyboard, username: str) -> None:
    keyboard.page.goto("/login")
    expect(keyboard.page.locator("#username")).to_be_focused()
    keyboard.type(username)
    keyboard.tab_to("#password")
    keyboard.type(PASSWORD)
    keyboard.press("Enter")
    expect(keyboard.page).to_have_url(re.compile("/admin/$"))


def go_to_applications(keyboard: Keyboard) -> None:
    keyboard.press("Control+k")
    keyboard.page.keyboard.type("教师资格认定申请")
    keyboard.press("Enter")
    expect(keyboard.page).to_have_url(re.compile(f"{LIST}$"))


def filter_by(keyboard: Keyboard, state: str, rows: int) -> None:
    keyboard.tab_to(f".facets a[href*='eq:{state}'], .facets a[href*='eq%3A{state}']")
    keyboard.press("Enter")
    expect(keyboard.page.locator("tr[data-id]")).to_have_count(rows)


def carry_out(keyboard: Keyboard, words: str) -> None:
    keyboard.tab_to("[data-commit]")
    keyboard.press("Enter")
    expect(keyboard.page.locator(".sentence")).to_contain_text(words)


def test_a_batch_is_moved_and_taken_back(keyboard: Keyboard, job: Job, work: ActorSession) -> None:
    page, rows = keyboard.page, job.rows["confirmed"]
    sign_in(keyboard, "authority")
    go_to_applications(keyboard)
    filter_by(keyboard, "confirmed", COUNTS["confirmed"])
    keyboard.press("j", "x", "j", "x")
    expect(page.locator("[data-picked]")).to_contain_text("2")
    keyboard.tab_to("[data-batchbar] button[value=approve]")
    keyboard.press("Enter")
    expect(page).to_have_url(BATCH)
    carry_out(keyboard, "2")
    assert sorted(states(work, *rows)) == ["approved_unnumbered"] * 2 + ["confirmed"] * 2
    keyboard.tab_to("[data-taking-back] button")
    keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("撤销")
    carry_out(keyboard, "2 项已撤销")
    assert states(work, *rows) == ["confirmed"] * 4


def test_a_record_is_corrected_and_the_next_one_opened(keyboard: Keyboard) -> None:
    page = keyboard.page
    sign_in(keyboard, "confirm")
    go_to_applications(keyboard)
    filter_by(keyboard, "submitted", COUNTS["submitted"] + 1)  # and that of every house
    keyboard.press("j", "o")
    expect(page).to_have_url(re.compile("/details/"))
    first = page.locator("h1").inner_text()
    keyboard.press("e")
    expect(page).to_have_url(re.compile("/edit/"))
    keyboard.tab_to("[name=mobile]")
    keyboard.type("13900005678")
    keyboard.press("Enter")
    expect(page.locator("#history")).to_contain_text("手机号码")
    keyboard.press("j")
    expect(page.locator("h1")).not_to_have_text(first)


def test_a_waiting_record_is_decided(keyboard: Keyboard, work: ActorSession) -> None:
    page = keyboard.page
    sign_in(keyboard, "authority")
    go_to_applications(keyboard)
    filter_by(keyboard, "confirmed", COUNTS["confirmed"])
    keyboard.press("g", "q")
    expect(page).to_have_url(re.compile(r"/queue/\?.*id=\d+"))
    held = int(page.locator("[data-queue]").get_attribute("data-id") or 0)
    keyboard.press("1", "Control+Enter")
    expect(page.locator("[data-queue]")).not_to_have_attribute("data-id", str(held))
    assert states(work, held) == ["approved_unnumbered"]


def test_the_focus_is_seen_wherever_one_stops_on_a_list(keyboard: Keyboard) -> None:
    sign_in(keyboard, "authority")
    keyboard.page.goto(f"{LIST}?filter=status:eq:confirmed&size=20")
    keyboard.press("j", "x")
    stops = keyboard.every_stop()
    for part in ('class="skip"', "data-search", "data-all", 'value="approve"', 'name="size"'):
        assert any(part in each for each in stops), part


@pytest.mark.parametrize(
    ("menu", "inside"),
    [("[data-builder]", "[data-column]"), ("[data-layout]", "ol"), (".tools .menu", ".menu-head")],
)
def test_a_menu_that_closes_gives_the_focus_back(
    keyboard: Keyboard, menu: str, inside: str
) -> None:
    summary = f"{menu} summary"
    page = keyboard.page
    sign_in(keyboard, "authority")
    page.goto(LIST)
    keyboard.tab_to(summary)
    keyboard.press("Enter")
    expect(page.locator(f"{menu} {inside}").first).to_be_visible()
    keyboard.press("Tab", "Escape")
    expect(page.locator("details.menu[open]")).to_have_count(0)
    expect(page.locator(summary)).to_be_focused()
    keyboard.press("Enter")
    keyboard.press("Shift+Tab")
    expect(page.locator("details.menu[open]")).to_have_count(0)
    keyboard.expect_seen()


@pytest.mark.parametrize("path", ["/admin/", LIST, "/admin/help/"])
def test_the_keys_are_shown_and_the_focus_comes_back(keyboard: Keyboard, path: str) -> None:
    page = keyboard.page
    sign_in(keyboard, "authority")
    page.goto(path)
    for opening, dialog in (("?", "[data-keys]"), ("Control+k", "[data-jump-dialog]")):
        keyboard.press(opening)
        expect(page.locator(dialog)).to_be_visible()
        keyboard.press("Escape")
        expect(page.locator(dialog)).to_be_hidden()
        expect(page.locator(":focus")).to_have_count(1)


def test_unticking_all_keeps_the_focus(keyboard: Keyboard) -> None:
    page = keyboard.page
    sign_in(keyboard, "authority")
    page.goto(LIST)
    keyboard.press("j", "x")
    keyboard.tab_to("[data-batchbar] button[type=reset]")
    keyboard.press("Enter")
    expect(page.locator("[data-batchbar]")).to_be_hidden()
    expect(page.locator("[data-all]")).to_be_focused()
