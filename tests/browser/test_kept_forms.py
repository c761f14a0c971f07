"""A form sent too late, in a real browser: sign in again, and it is back, filled in, unsaved."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Dialog, Page, expect
from sqlalchemy import select

from models.accounts import sessions
from models.base.session import ActorSession
from models.certification.tables import CertificationApplication
from tests.factories.records import PASSWORD, House
from tests.support.browser import Watch, look_over
from tests.support.record_pages import Ask

pytestmark = pytest.mark.one_database("sqlite")
NEW_ADDRESS = "北京市西城区新街口外大街十九号"


def sign_in(page: Page) -> None:
    page.fill("#username", "authority")
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")


@pytest.fixture
def late(page: Page, watch: Watch, house: House) -> Page:
    """Return a window that has sent an edit form after its session had ended."""
    page.goto("/login")
    sign_in(page)
    page.wait_for_url("**/admin/")
    page.goto(f"/admin/certification_application/edit/?id={house.own.application}")
    page.fill("[name=address]", NEW_ADDRESS)
    watch.put_forward(sessions.IDLE + timedelta(minutes=1))
    page.get_by_role("button", name="保存").click()
    expect(page.locator("#username")).to_be_visible()
    return page


def stored(house: House, ask: Ask) -> str:
    wanted = select(CertificationApplication.address).where(
        CertificationApplication.id == house.own.application
    )
    return str(ask(wanted))


def test_the_form_is_back_filled_in_and_is_saved(late: Page, house: House, ask: Ask) -> None:
    expect(late.get_by_text("已为您暂存")).to_be_visible()
    assert look_over(late) == []
    sign_in(late)
    expect(late.locator("[name=address]")).to_be_visible()
    expect(late.get_by_text("还没有保存。请核对后重新提交")).to_be_visible()
    expect(late.locator("[name=address]")).to_have_value(NEW_ADDRESS)
    assert stored(house, ask) != NEW_ADDRESS
    assert look_over(late) == []
    late.get_by_role("button", name="保存").click()
    expect(late.locator("[data-edit]").first).to_be_visible()
    assert stored(house, ask) == NEW_ADDRESS


def test_leaving_it_asks_first(late: Page, house: House, ask: Ask) -> None:
    questions: list[str] = []
    sign_in(late)
    expect(late.locator("[name=address]")).to_be_visible()

    def agree(dialog: Dialog) -> None:
        questions.append(dialog.message)
        dialog.accept()

    late.on("dialog", agree)
    late.locator("[data-leave]").click()
    expect(late.locator("[data-edit]").first).to_be_visible()
    assert len(questions) == 1
    assert stored(house, ask) != NEW_ADDRESS


@pytest.mark.parametrize("width", [1440, 390])
def test_without_the_script_a_button_leads_on(late: Page, work: ActorSession, width: int) -> None:
    late.set_viewport_size({"width": width, "height": 900})
    late.route("**/kept.js", lambda route: route.abort())
    sign_in(late)
    expect(late.get_by_role("button", name="继续填写")).to_be_visible()
    assert look_over(late) == []
    late.get_by_role("button", name="继续填写").click()
    expect(late.locator("[name=address]")).to_have_value(NEW_ADDRESS)


def test_it_can_be_dropped(late: Page, house: House, ask: Ask) -> None:
    late.route("**/kept.js", lambda route: route.abort())
    sign_in(late)
    late.get_by_role("button", name="放弃").click()
    expect(late.locator("[name=address]")).to_be_visible()
    expect(late.get_by_text("已放弃所填内容")).to_be_visible()
    assert stored(house, ask) != NEW_ADDRESS
