"""Signing in with a real browser, under the policy that the app really sends."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from models.base.actor import system_actor
from tests.support.accounts import PASSWORD, make_account, make_office
from tests.support.databases import SessionOf

pytestmark = pytest.mark.one_database("sqlite")


@pytest.fixture
def clerk(session_of: SessionOf) -> str:
    """Make an account and return its name."""
    session = session_of(system_actor("test"))
    make_account(session, make_office(session), "clerk", "authority")
    session.commit()
    return "clerk"


def test_a_clerk_signs_in_by_keyboard_and_out(page: Page, clerk: str) -> None:
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto("/admin/")
    expect(page).to_have_url("/login?next=/admin/")
    page.get_by_label("用户名").fill(clerk)
    page.get_by_label("密码").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url("/admin/")
    expect(page.get_by_text("clerk 先生").first).to_be_attached()
    assert page.locator("html").get_attribute("lang") == "zh-CN"
    assert complaints == []


def test_a_wrong_password_is_said_on_the_page(page: Page, clerk: str) -> None:
    page.goto("/login")
    page.get_by_label("用户名").fill(clerk)
    page.get_by_label("密码").fill("wrong")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("用户名或密码不正确")
