"""The trail in a real browser: list, entry, a record with its history and who saw it, restoring."""

from __future__ import annotations

import pytest
from playwright.sync_api import Dialog, Page, expect

from models.base.session import ActorSession
from tests.factories.records import PASSWORD, House, make_house
from tests.support.browser import look_over

LIST = "/admin/certification_application/"
LOG = "/admin/audit_log/"

pytestmark = pytest.mark.one_database("sqlite")


@pytest.fixture
def house(work: ActorSession) -> House:
    made = make_house(work)
    work.commit()
    return made


@pytest.fixture
def desk(page: Page, house: House) -> Page:
    """Return a window in which the centre has changed a record, seen it and been refused."""
    page.goto("/login")
    page.fill("#username", "centre")
    page.fill("#password", PASSWORD)
    page.click("form button[type=submit]")
    page.wait_for_url("**/admin/")
    record = f"?id={house.own.application}"
    page.goto(f"{LIST}edit/{record}")
    page.fill("#zip_code", "100001")
    page.fill("#address", "北京市东城区某胡同二号")
    page.fill("#change_reason", "申请人来电更正")
    page.click(".savebar button[type=submit]")
    page.wait_for_url("**/details/**")
    page.fill("#purpose", "核对证件原件")
    page.click("#reveal button[type=submit]")
    expect(page.locator(".note.warning").first).to_be_visible()
    page.goto(f"{LIST}details/{record}")
    return page


@pytest.mark.parametrize("width", [1440, 390])
def test_the_pages_of_the_trail(desk: Page, house: House, width: int) -> None:
    desk.set_viewport_size({"width": width, "height": 900})
    found = look_over(desk)
    desk.get_by_role("link", name="恢复这些值").first.click()
    desk.wait_for_url("**/restore/**")
    found += look_over(desk)
    for path in (LOG, f"{LOG}?filter=act:eq:edit", f"{LOG}?add=act"):
        desk.goto(path)
        found += look_over(desk)
    desk.goto(f"{LOG}?filter=act:eq:edit")
    desk.locator("table.grid tbody a").first.click()
    desk.wait_for_url("**/details/**")
    found += look_over(desk)
    assert found == []


def test_restoring_by_hand(desk: Page, house: House) -> None:
    expect(desk.locator("#seen")).to_contain_text("核对证件原件")
    expect(desk.locator("#history")).to_contain_text("申请人来电更正")
    desk.locator("#history li").first.get_by_role("link", name="恢复这些值").click()
    desk.wait_for_url("**/restore/**")
    expect(desk.locator("table.grid")).to_contain_text("100001")
    expect(desk.locator(".field.marked")).to_have_count(1)
    expect(desk.locator("#zip_code")).to_have_value("")
    desk.click(".savebar button[type=submit]")
    desk.wait_for_url("**/details/**")
    step = desk.locator("#history li").first
    expect(step).to_contain_text("100001")
    expect(step).to_contain_text("修改前的值")


def test_leaving_what_was_filled_in_asks(desk: Page) -> None:
    desk.get_by_role("link", name="恢复这些值").first.click()
    desk.wait_for_url("**/restore/**")
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.message)
        dialog.dismiss()

    desk.on("dialog", stay)
    desk.click("[data-leave]")
    assert asked
    assert "/restore/" in desk.url
