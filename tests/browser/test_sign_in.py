"""Signing in with a real browser, under the policy that the app really sends."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from models.base.session import ActorSession
from tests.support.accounts import PASSWORD
from tests.support.browser import NewWindow, Watch, look_over
from tests.support.entrance import NEW_PASSWORD, code_now

pytestmark = pytest.mark.one_database("sqlite")


def sign_in(page: Page, username: str = "clerk", password: str = PASSWORD) -> None:
    page.goto("/login")
    page.get_by_label("用户名").fill(username)
    page.get_by_label("密码").fill(password)
    page.keyboard.press("Enter")


def test_a_clerk_signs_in_by_keyboard_and_out(page: Page, office: ActorSession) -> None:
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto("/admin/")
    expect(page).to_have_url("/login?next=/admin/")
    page.get_by_label("用户名").fill("clerk")
    page.get_by_label("密码").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url("/admin/")
    expect(page.get_by_text("clerk 先生").first).to_be_attached()
    assert page.locator("html").get_attribute("lang") == "zh-CN"
    page.locator(".tools summary").click()
    page.get_by_role("button", name="退出登录").click()
    expect(page).to_have_url("/login")
    assert complaints == []


def test_three_wrong_passwords_lock_for_ten_minutes(
    page: Page, office: ActorSession, watch: Watch
) -> None:
    for _ in range(3):
        sign_in(page, password="wrong")
        expect(page.get_by_role("alert")).to_contain_text("用户名或密码不正确")
    for after in (timedelta(0), timedelta(minutes=9, seconds=59)):
        watch.put_forward(after)
        sign_in(page)
        expect(page.get_by_role("alert")).to_contain_text("账号锁定 10 分钟")
    assert look_over(page) == []
    watch.put_forward(timedelta(seconds=1))
    sign_in(page)
    expect(page).to_have_url("/admin/")


def test_a_newcomer_changes_the_password_first(page: Page, office: ActorSession) -> None:
    page.goto("/admin/org/")
    page.get_by_label("用户名").fill("newcomer")
    page.get_by_label("密码").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url("/admin/me/password/?next=/admin/org/")
    page.goto("/admin/")
    expect(page.get_by_role("heading", level=1)).to_have_text("修改密码")
    page.goto("/admin/org/")
    old, new, again = (
        page.locator(f"#{n}") for n in ("old_password", "new_password", "new_password_again")
    )
    old.fill(PASSWORD)
    new.fill("abc")
    again.fill("abd")
    page.locator("[data-show-secret=new_password]").click()
    expect(new).to_have_attribute("type", "text")
    page.keyboard.press("Enter")
    expect(page.locator("#new_password-wrong li")).to_have_count(4)
    expect(new).to_have_value("")
    assert look_over(page) == []
    page.set_viewport_size({"width": 390, "height": 844})
    assert look_over(page) == []
    for field, typed in ((old, PASSWORD), (new, NEW_PASSWORD), (again, NEW_PASSWORD)):
        field.fill(typed)
    page.keyboard.press("Enter")
    expect(page).to_have_url("/admin/org/")
    expect(page.get_by_role("status").filter(has_text="密码已修改")).to_be_visible()


def test_the_second_factor_from_the_picture_to_the_recovery_code(
    page: Page, new_window: NewWindow, office: ActorSession, watch: Watch
) -> None:
    sign_in(page)
    expect(page).to_have_url("/admin/")
    page.goto("/admin/me/second-factor/")
    page.locator("#begin-password").fill(PASSWORD)
    page.get_by_role("button", name="设置两步验证").click()
    expect(page.get_by_role("img", name="二维码")).to_be_visible()
    assert page.locator(".qr").evaluate("image => image.naturalWidth") > 100
    assert look_over(page) == []
    secret = "".join(page.locator(".groups span").all_inner_texts())
    page.get_by_label("动态口令").fill(code_now(secret))
    page.keyboard.press("Enter")
    expect(page.locator(".codes li")).to_have_count(10)
    assert look_over(page) == []
    with page.expect_download() as kept:
        page.get_by_role("link", name="下载文本文件").click()
    codes = page.locator(".codes li").all_inner_texts()
    assert kept.value.suggested_filename == "恢复码.txt"
    assert all(code in kept.value.path().read_text("utf-8-sig") for code in codes)
    watch.put_forward(timedelta(minutes=1))
    other = new_window()
    sign_in(other)
    expect(other).to_have_url("/login/code")
    other.get_by_label("动态口令").fill("000000")
    other.keyboard.press("Enter")
    expect(other.get_by_role("alert")).to_contain_text("动态口令不正确")
    assert look_over(other) == []
    other.get_by_label("动态口令").fill(code_now(secret))
    other.keyboard.press("Enter")
    expect(other).to_have_url("/admin/")
    lost = new_window()
    sign_in(lost)
    lost.get_by_label("动态口令").fill(codes[3])
    lost.keyboard.press("Enter")
    expect(lost).to_have_url("/admin/")
    lost.goto("/admin/me/second-factor/")
    expect(lost.get_by_text("剩余 9 个")).to_be_visible()
    assert look_over(lost) == []


def test_a_role_that_needs_it_leads_to_the_second_factor_first(
    app: Flask, page: Page, office: ActorSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "TOTP_ROLES", frozenset({"authority"}))
    page.set_viewport_size({"width": 390, "height": 844})
    sign_in(page)
    expect(page).to_have_url("/admin/me/second-factor/?next=/admin/")
    found = look_over(page)
    page.get_by_role("button", name="设置两步验证").click()
    expect(page.get_by_role("img", name="二维码")).to_be_visible()
    found += look_over(page)
    page.get_by_label("动态口令").fill("000000")
    page.keyboard.press("Enter")
    expect(page.locator("#code-wrong")).to_contain_text("动态口令不正确")
    found += look_over(page)
    secret = "".join(page.locator(".groups span").all_inner_texts())
    page.get_by_label("动态口令").fill(code_now(secret))
    page.keyboard.press("Enter")
    expect(page.locator(".codes li")).to_have_count(10)
    found += look_over(page)
    page.get_by_role("link", name="已妥善保存，继续").click()
    expect(page).to_have_url("/admin/")
    assert found == []


def test_an_idle_session_ends_and_says_so(page: Page, office: ActorSession, watch: Watch) -> None:
    sign_in(page)
    expect(page).to_have_url("/admin/")
    watch.put_forward(timedelta(minutes=30))
    page.reload()
    expect(page).to_have_url("/login?next=/admin/")
    expect(page.get_by_role("status")).to_contain_text("超过 30 分钟没有操作")
    assert look_over(page) == []
