"""Deleting in a real browser: the question, what hangs on the record, the trash, the way back."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from models.base.session import ActorSession
from models.reference.tables import Subject
from tests.factories.records import PASSWORD, House
from tests.support.browser import look_over

pytestmark = pytest.mark.one_database("sqlite")

LIST = "/admin/subject/"


@pytest.fixture
def spare(work: ActorSession, house: House) -> int:
    """Store a subject of which no application is."""
    assert house
    subject = Subject(code="0999", name="手语")
    work.add(subject)
    work.commit()
    id_: int = subject.id
    work.rollback()
    return id_


def test_into_the_trash_and_back_by_keyboard(page: Page, house: House, spare: int) -> None:
    page.goto("/login")
    page.fill("#username", "centre")
    page.fill("#password", PASSWORD)
    page.click("form button[type=submit]")
    page.wait_for_url("**/admin/")
    page.goto(f"{LIST}details/?id={house.own.subject}")
    page.locator("form[data-remove] button").press("Enter")
    expect(page.locator(".hanging .stays")).to_contain_text("教师资格认定申请")
    assert look_over(page) == []
    page.goto(f"{LIST}details/?id={spare}")
    page.locator("form[data-remove] button").press("Enter")
    expect(page.get_by_text("没有记录与它关联")).to_be_visible()
    page.get_by_role("button", name="移入回收站").press("Enter")
    expect(page.locator(".trashed")).to_contain_text("此记录在回收站中")
    assert look_over(page) == []
    page.goto(LIST)
    expect(page.locator(f"#row-{spare}")).to_have_count(0)
    page.get_by_role("link", name="回收站").press("Enter")
    expect(page.locator("tbody tr")).to_have_count(1)
    assert look_over(page) == []
    page.locator(f"#row-{spare} a").first.press("Enter")
    page.locator("form[data-put-back] button").press("Enter")
    expect(page.get_by_text("“手语”已恢复")).to_be_visible()
    expect(page).to_have_url(re.compile("from=filter"))
