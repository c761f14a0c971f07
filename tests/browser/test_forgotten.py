"""A forgotten password in a real browser, from the sign-in page to the new password."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from admin_app.mail import Post
from models.base.actor import system_actor
from models.base.session import ActorSession
from tests.support.accounts import make_account, make_office
from tests.support.browser import look_over
from tests.support.databases import SessionOf
from tests.support.mail import letters, link_of

pytestmark = pytest.mark.one_database("sqlite")
NEW = "kite#river7"


@pytest.fixture
def clerk(session_of: SessionOf) -> ActorSession:
    session = session_of(system_actor("test"))
    make_account(session, make_office(session), "clerk", "authority").email = "clerk@office.example"
    session.commit()
    return session


@pytest.mark.usefixtures("clerk")
def test_from_the_forgotten_password_to_the_new_one(page: Page, outbox: Post) -> None:
    page.goto("/login")
    page.get_by_role("link", name="忘记密码").click()
    found = look_over(page)
    page.get_by_label("用户名").fill("clerk")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("如果该账号存在")
    found += look_over(page)
    (letter,) = letters(outbox)
    page.goto(link_of(letter))
    found += look_over(page)
    page.get_by_label("新密码", exact=True).fill("short")
    page.get_by_label("再次输入新密码").fill("other")
    page.keyboard.press("Enter")
    expect(page.get_by_text("两次输入的新密码不一致")).to_be_visible()
    page.set_viewport_size({"width": 390, "height": 844})
    found += look_over(page)
    page.get_by_label("新密码", exact=True).fill(NEW)
    page.get_by_label("再次输入新密码").fill(NEW)
    page.keyboard.press("Enter")
    expect(page.get_by_text("新密码已设置")).to_be_visible()
    page.get_by_label("用户名").fill("clerk")
    page.get_by_label("密码").fill(NEW)
    page.keyboard.press("Enter")
    page.wait_for_url("**/admin/")
    assert found == []


@pytest.mark.usefixtures("clerk")
def test_without_mail_the_page_is_in_order_too(page: Page) -> None:
    page.goto("/forgotten")
    expect(page.get_by_text("管理员").first).to_be_visible()
    assert look_over(page) == []
