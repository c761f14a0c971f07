"""Every page that the panel has, in a real browser: axe finds nothing in either theme or language,
wide or narrow.
"""

from __future__ import annotations

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import Engine

import views
from models.base.session import ActorSession
from tests.factories.branches import make_branches
from tests.support.accounts import PASSWORD
from tests.support.browser import NewWindow, look_over
from tests.support.looking import SIDES, addresses, look_at_twice_the_size, look_from_each_side
from tests.support.routes import first_rows

#: What lies over the page is looked at alone: axe takes what it covers by half for too small.
OPEN = "details.menu[open] .menu-body"

pytestmark = pytest.mark.one_database("sqlite")


@pytest.fixture
def ids(engine: Engine, work: ActorSession) -> dict[str, int]:
    """Store a record of every kind; return the first of each table."""
    make_branches(work)
    work.commit()
    return first_rows(engine)[0]


def sign_in(page: Page, username: str, language: str) -> None:
    page.goto("/login")
    if language == "en":
        page.click("button[value=en]")
    page.fill("#username", username)
    page.fill("#password", PASSWORD)
    page.click("form button[type=submit].btn-primary")
    page.wait_for_url("**/admin/")
    page.emulate_media(reduced_motion="reduce")  # else colours are read while they still move


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_every_page_is_accessible(
    app: Flask, ids: dict[str, int], new_window: NewWindow, language: str
) -> None:
    page = new_window()
    sign_in(page, "super", language)
    found, opened = [], 0
    for path in addresses(app, ids):
        answer = page.goto(path)
        assert answer
        assert answer.status < 500, path
        opened += answer.status == 200
        assert page.locator("html").get_attribute("lang") == language, path
        found += look_from_each_side(page, language) + look_at_twice_the_size(page)
    assert not found, "\n".join(found)
    assert opened > 2 * len(views.GRIDS)


def test_what_opens_on_a_list_is_accessible(ids: dict[str, int], new_window: NewWindow) -> None:
    page = new_window()
    sign_in(page, "super", "zh-CN")
    found = []
    for width in SIDES["zh-CN"]:
        page.set_viewport_size({"width": width, "height": 900})
        page.goto("/admin/site_arrangement/")
        page.locator("a[data-cell]").first.click()
        expect(page.locator("[data-cell-form]")).to_be_visible()
        found += look_over(page, "[data-cell-form]")
        page.keyboard.press("Escape")
        page.click("[data-builder] summary")
        page.locator("[data-add-branch]").first.click()
        page.locator("[data-item] [data-add-rule]").first.click()
        expect(page.locator("[data-rule]")).to_have_count(2)
        found += look_over(page, OPEN)
        for menu in ("[data-layout]", ".filterbar > .menu:last-child", ".actions .menu"):
            page.keyboard.press("Escape")
            page.click(f"{menu} > summary")
            found += look_over(page, OPEN)
        page.keyboard.press("Escape")
        page.keyboard.press("?")
        found += look_over(page, "dialog[open]")
    assert not found, "\n".join(found)
