"""An administrator at the accounts in a real browser: unlock, reset, hand over, make, take away."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.support.accounts import PASSWORD
from tests.support.browser import NewWindow, Watch, look_over
from tests.support.bureau import Bureau
from tests.support.counter import LIST

pytestmark = pytest.mark.one_database("sqlite")


def sign_in(page: Page, name: str, password: str = PASSWORD) -> Page:
    page.goto("/login")
    page.fill("#username", name)
    page.fill("#password", password)
    page.click("form button[type=submit]")
    page.wait_for_url(re.compile(r"/admin/|/password|/me/"))
    return page


@pytest.fixture
def boss(page: Page, bureau: Bureau, watch: Watch) -> Page:
    """Return a window in which the authority's boss is signed in, at the bureau's time."""
    return sign_in(page, "boss")


def tick(page: Page, bureau: Bureau, *names: str) -> None:
    page.goto(LIST)
    for name in names:
        page.locator(f'input[name=rowid][value="{bureau.accounts[name]}"]').check()


def choose(page: Page, name: str, text: str) -> None:
    box = page.locator(f'[data-field="{name}"] [role=combobox]')
    box.fill(text)
    page.locator(f'[data-field="{name}"] [role=option]', has_text=text).first.click()


def test_unlock_from_the_record(boss: Page, bureau: Bureau) -> None:
    bureau.lock("clerk")
    boss.goto(f"{LIST}details/?id={bureau.accounts['clerk']}")
    expect(boss.locator("main")).to_contain_text("已锁定")
    boss.locator("form:has(input[name=action][value=unlock]) button").click()
    boss.wait_for_url("**/admin/batch/*/")
    assert look_over(boss) == []
    boss.locator("[data-commit]").click()
    expect(boss.locator(".sentence")).to_contain_text("1")
    assert bureau.account("clerk").locked_until is None
    boss.goto(f"{LIST}details/?id={bureau.accounts['clerk']}")
    expect(boss.locator("main")).to_contain_text("正常")


def test_reset_for_several_and_hand_over(boss: Page, bureau: Bureau, new_window: NewWindow) -> None:
    tick(boss, bureau, "clerk", "office_clerk", "peer")
    boss.locator(".batchbar summary").click()
    boss.locator("button[name=action][value=reset_password]").click()
    boss.wait_for_url("**/admin/batch/*/")
    expect(boss.locator(".reasons")).to_contain_text("您无权")
    boss.locator("[data-commit]").click()
    boss.locator("#passwords").wait_for()
    assert look_over(boss) == []
    boss.locator("#passwords button", has_text="显示初始密码").click()
    secrets = boss.locator("code.secret")
    expect(secrets).to_have_count(2)
    assert look_over(boss) == []
    first = secrets.first.inner_text()
    boss.set_viewport_size({"width": 390, "height": 844})
    assert look_over(boss) == []
    boss.set_viewport_size({"width": 1440, "height": 900})
    boss.locator("button[name=form][value=slips]").click()
    slips = boss.locator(".slip")
    expect(slips).to_have_count(2)
    expect(slips.first).to_contain_text(first)
    assert look_over(boss) == []
    expect(boss.locator("[data-print]")).to_be_visible()
    boss.emulate_media(media="print")
    expect(boss.locator(".bar")).to_be_hidden()
    boss.emulate_media(media="screen")
    boss.locator("a", has_text="返回批次").click()
    expect(boss.locator("#passwords")).to_contain_text("已于")
    expect(boss.locator("#passwords button")).to_have_count(0)
    newcomer = new_window()
    newcomer.goto("/login")
    newcomer.fill("#username", "clerk")
    newcomer.fill("#password", first)
    newcomer.click("form button[type=submit]")
    expect(newcomer.locator("main")).to_contain_text("密码")
    newcomer.goto("/admin/")
    expect(newcomer.locator("main")).to_contain_text("新密码")


def test_make_an_account(boss: Page, bureau: Bureau) -> None:
    boss.goto(LIST)
    assert look_over(boss) == []
    boss.locator('.actions a[href="new/"]').click()
    assert look_over(boss) == []
    boss.fill("[name=username]", "boss")
    boss.fill("[name=display_name]", "新同志")
    choose(boss, "role_code", "现场确认用户")
    choose(boss, "scope_org_id", "here点")
    boss.locator(".savebar button[type=submit]").click()
    expect(boss.locator("[data-summary]")).to_contain_text("已被使用")
    assert look_over(boss) == []
    boss.fill("[name=username]", "xinren")
    boss.locator(".savebar button[type=submit]").click()
    boss.wait_for_url("**/admin/batch/*/")
    boss.locator("#passwords button", has_text="显示初始密码").click()
    expect(boss.locator("code.secret")).to_have_count(1)


def test_whoever_is_disabled_is_out(boss: Page, bureau: Bureau, new_window: NewWindow) -> None:
    clerk = sign_in(new_window(), "clerk")
    clerk.goto("/admin/")
    boss.goto(f"{LIST}details/?id={bureau.accounts['clerk']}")
    boss.locator("form:has(input[name=action][value=disable]) button").click()
    boss.locator("[name=input_reason]").fill("离岗")
    boss.locator("[data-commit]").click()
    expect(boss.locator(".sentence")).to_contain_text("1")
    clerk.goto("/admin/")
    expect(clerk).to_have_url(re.compile("/login"))
