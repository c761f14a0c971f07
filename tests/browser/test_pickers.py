"""Pickers of trees in a real browser: walked down by keyboard or pointer, typed, path shown."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from models.base.session import ActorSession
from tests.factories.lists import make_lists
from tests.factories.records import PASSWORD, House

pytestmark = pytest.mark.one_database("sqlite")


@pytest.fixture
def desk(page: Page, work: ActorSession) -> Page:
    """Return a window in which somebody of the centre is signed in."""
    made: House = make_lists(work)
    work.commit()
    assert made
    page.goto("/login")
    page.fill("#username", "centre")
    page.fill("#password", PASSWORD)
    page.click("form button[type=submit]")
    page.wait_for_url("**/admin/")
    return page


def test_a_form_walks_down_a_tree_by_keyboard_and_shows_the_path(desk: Page) -> None:
    desk.goto("/admin/org/new/")
    box = desk.locator("#parent_id")
    shown = desk.locator(".combo:has(#parent_id) [role=option]")
    box.focus()
    desk.keyboard.press("ArrowDown")
    expect(shown.first).to_contain_text("province")
    desk.keyboard.press("ArrowRight")
    expect(shown.first).to_have_text("‹ province")
    expect(shown.nth(1)).to_contain_text("乙区教育局")
    desk.keyboard.press("ArrowRight")
    expect(shown.first).to_have_text("‹ province / 乙区教育局")
    desk.keyboard.press("ArrowLeft")
    expect(shown.first).to_have_text("‹ province")
    desk.keyboard.press("Enter")
    expect(box).to_have_value("乙区教育局")
    expect(desk.locator(".combo:has(#parent_id) + .combo-path")).to_have_text("province")
    box.fill("甲区")
    expect(shown.first).to_contain_text("甲区教育局")
    expect(shown.first.locator("small")).to_have_text("province")
    desk.keyboard.press("Escape")
    desk.keyboard.press("Tab")
    expect(box).to_have_value("乙区教育局")


def test_a_pointer_goes_down_and_up_again(desk: Page) -> None:
    desk.goto("/admin/org/new/")
    desk.locator("#parent_id").click()
    shown = desk.locator(".combo:has(#parent_id) [role=option]")
    shown.first.locator(".deeper").click()
    expect(shown.first).to_have_text("‹ province")
    shown.first.click()
    expect(shown.first).to_contain_text("province")
    expect(shown.first).not_to_contain_text("‹")


def test_a_condition_names_a_branch_by_walking_to_it(desk: Page) -> None:
    desk.goto("/admin/org/")
    desk.locator("[data-builder] summary").click()
    expect(desk.locator("[data-rule]")).to_have_count(1)
    rule = desk.locator("[data-rule]").last
    rule.locator("[data-column]").select_option("parent")
    expect(rule.locator("[data-op] option[value=within]")).to_have_count(1)
    rule.locator("[data-op]").select_option("within")
    desk.locator("[data-nest] button.btn-primary").click()
    expect(desk.locator("[data-lacking]")).to_be_visible()  # nothing was sent
    expect(rule).to_have_class(re.compile("lacking"))
    box = rule.locator("[role=combobox]")
    box.focus()
    desk.keyboard.press("ArrowDown")
    shown = rule.locator("[role=option]")
    expect(shown.first).to_contain_text("province")
    desk.keyboard.press("ArrowRight")
    expect(shown.nth(1)).to_contain_text("乙区教育局")
    desk.keyboard.press("Enter")
    expect(rule.locator("[data-picked]")).to_contain_text("乙区教育局")
    desk.locator("[data-nest] button.btn-primary").click()
    expect(desk.locator(".chip")).to_contain_text("上级机构 属于（含下级） 乙区教育局")
    expect(desk).to_have_url(re.compile(r"filter=parent:within:\d+(&|$)"))  # and nothing beside it
