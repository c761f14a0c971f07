"""The pages of an import as they look, wide and narrow: columns, a preview with refused rows, the
refusal of what could save nothing, and where initial passwords are.
"""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from models.base.session import ActorSession
from models.reference.tables import Org, OrgKind
from tests.browser.test_main_job import sign_in, sound
from tests.factories.main_job import Job
from tests.support.import_pages import ORGS, region
from tests.support.record_pages import Ask

pytestmark = pytest.mark.one_database("sqlite")

SIZES = ({"width": 1440, "height": 900}, {"width": 390, "height": 844})


def send(page: Page, address: str, *lines: str) -> None:
    """Upload a file; its columns are shown then."""
    page.goto(address)
    file = {"name": "名单.csv", "mimeType": "text/csv", "buffer": "\n".join(lines).encode()}
    page.set_input_files("#file", file)  # type: ignore[arg-type]  # a payload is one file
    page.locator("form.panel button.btn-primary").click()
    expect(page).to_have_url(re.compile(r"/admin/import/\d+/$"))


def look(page: Page) -> None:
    """Look a page over in every size."""
    for size in SIZES:
        page.set_viewport_size(size)  # type: ignore[arg-type]  # the two numbers
        sound(page)
    page.set_viewport_size(SIZES[0])  # type: ignore[arg-type]  # the two numbers


def test_columns_preview_and_what_cannot_be_chosen(
    page: Page, job: Job, work: ActorSession
) -> None:
    assert job
    place = region(work)
    sign_in(page, "authority")
    lines = (f"甲点,确认点,{place},x", f"乙点,什么,{place},", f"丙点,确认点,{place},")
    send(page, ORGS, "名称,类别,行政区划,别的", *lines)
    expect(page.locator("#sample-0")).to_contain_text("甲点")
    look(page)
    page.locator("form[action$=preview] button.btn-primary").click()
    expect(page.locator("#mode-all")).to_be_disabled()
    expect(page.locator("#column-0")).to_be_hidden()
    look(page)
    page.locator(".mapping summary").click()
    expect(page.locator("#column-0")).to_be_visible()
    look(page)
    page.locator("[data-commit]").click()
    expect(page.locator(".sentence .yes")).to_contain_text("2")


def test_an_import_of_accounts_leads_to_the_passwords(page: Page, job: Job, ask: Ask) -> None:
    assert job
    site = ask(select(Org.name).where(Org.kind == OrgKind.site.value).limit(1))
    sign_in(page, "centre")
    person = f"xinren,新同志,{site},现场确认用户"
    send(page, "/admin/import/user_account/", "用户名,姓名,管理机构,角色", person)
    page.locator("form[action$=preview] button.btn-primary").click()
    look(page)
    page.locator("[data-commit]").click()
    way = page.locator("a.btn-primary", has_text="查看初始密码")
    look(page)
    way.click()
    expect(page.locator("#passwords")).to_be_visible()


def test_a_missing_purpose_is_marked_in_the_form_of_an_export(page: Page, job: Job) -> None:
    assert job
    sign_in(page, "authority")
    page.goto("/admin/certification_application/export/")
    page.locator("#full-shown").check()
    page.locator(".savebar .btn-primary").click()
    expect(page.locator("#export-purpose-wrong")).to_be_visible()
    expect(page.locator("#export-purpose")).to_be_focused()
    look(page)
