"""Steps of a day's work in a real browser: signing in, and batches from the list to the result."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.factories.records import PASSWORD
from tests.support.main_job import LIST

#: Milliseconds that a step with hundreds of rows may take on a busy machine.
PATIENCE = 60_000


def sign_in(page: Page, username: str) -> Page:
    """Sign a user in; return the window."""
    page.set_default_timeout(PATIENCE)
    page.goto("/login")
    page.get_by_label("用户名").fill(username)
    page.get_by_label("密码").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/admin/")
    return page


def press_for_all(page: Page, query: str, action: str) -> None:
    """Choose all that a list matches and press a button; demand the batch's page."""
    page.goto(f"{LIST}?{query}")
    page.locator("input[name=rowid]").first.check()
    page.locator("#all-matching").check()
    _press(page, action)


def press_for_some(page: Page, query: str, action: str, count: int) -> None:
    """Tick the first rows of a list and press a button; demand the batch's page."""
    page.goto(f"{LIST}?{query}")
    for number in range(count):
        page.locator("input[name=rowid]").nth(number).check()
    _press(page, action)


def _press(page: Page, action: str) -> None:
    page.locator(f"[data-batchbar] button[value={action}]").click()
    expect(page).to_have_url(re.compile(r"/admin/batch/\d+/$"), timeout=PATIENCE)


def carry_out(page: Page, moved: int) -> None:
    """Press the button that says the number; demand the result."""
    expect(page.locator("[data-commit]")).to_contain_text(str(moved))
    page.locator("[data-commit]").click()
    expect(page.locator(".batch[data-moved]")).to_be_visible(timeout=PATIENCE)
    expect(page.locator(".sentence .yes b")).to_have_text(str(moved))
