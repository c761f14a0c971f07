"""The main job in a real browser: correcting a record, a batch from ticks to result, and from
approval to a downloaded workbook. Every page on the way is checked by axe.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from openpyxl import load_workbook
from playwright.sync_api import Page, expect
from sqlalchemy import select

from models.base.session import ActorSession
from models.certification.tables import CertificationApplication
from models.certification.tables_certificate import Certificate
from tests.factories.main_job import COUNTS, Job
from tests.factories.records import PASSWORD
from tests.support.main_job import LIST, states
from tests.support.record_pages import Ask

pytestmark = pytest.mark.one_database("sqlite")


def sign_in(page: Page, username: str) -> None:
    page.goto("/login")
    page.get_by_label("用户名").fill(username)
    page.get_by_label("密码").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/admin/$"))


def sound(page: Page) -> None:
    """Demand that axe finds nothing on the page as it stands."""
    page.wait_for_timeout(200)  # colours move for up to 150 ms
    found = [
        (broken["id"], [node["html"][:120] for node in broken["nodes"][:3]])
        for broken in Axe().run(page).response["violations"]
    ]
    assert found == [], page.url


def filter_by_state(page: Page, state: str) -> None:
    """Narrow the list by the state's own link above it."""
    page.goto(LIST)
    page.locator(f".facets a[href*='status:eq:{state}']").click()
    expect(page).to_have_url(re.compile(f"status(:|%3A)eq(:|%3A){state}"))


def batch(page: Page, action: str) -> None:
    """Press a button of the list; demand the batch's page."""
    page.locator(f"[data-batchbar] button[value={action}]").click()
    expect(page).to_have_url(re.compile(r"/admin/batch/\d+/$"))
    sound(page)


def carry_out(page: Page, moved: int) -> None:
    """Press the button that says the number; demand the result."""
    expect(page.locator("[data-commit]")).to_contain_text(str(moved))
    page.locator("[data-commit]").click()
    expect(page.locator(".batch[data-moved]")).to_be_visible()
    expect(page.locator(".sentence .yes b")).to_have_text(str(moved))
    sound(page)


def test_a_clerk_filters_searches_and_corrects_a_record(
    page: Page, job: Job, ask: Ask, work: ActorSession
) -> None:
    row_id = job.rows["submitted"][0]
    name = work.get_one(CertificationApplication, row_id).name
    work.rollback()
    sign_in(page, "confirm")
    sound(page)
    filter_by_state(page, "submitted")
    expect(page.locator("tr[data-id]")).to_have_count(COUNTS["submitted"] + 1)
    sound(page)
    page.locator("[data-search]").fill(name)
    page.keyboard.press("Enter")
    expect(page.locator(f"tr[data-id='{row_id}']")).to_be_visible()
    sound(page)
    page.locator(f"tr[data-id='{row_id}'] a[data-open]").click()
    expect(page.locator("h1")).to_contain_text(re.compile("."))
    sound(page)
    page.locator("[data-edit]").click()
    sound(page)
    page.locator("[name=mobile]").fill("13900005678")
    page.locator("[data-record-form] button[type=submit]").first.click()
    expect(page).not_to_have_url(re.compile("/edit/"))
    column = select(CertificationApplication.mobile)
    assert ask(column.where(CertificationApplication.id == row_id)) == "13900005678"
    page.goto(f"{LIST}details/?id={row_id}")
    expect(page.locator("#history")).to_contain_text("手机号码")
    sound(page)


def test_ticks_then_all_that_match_are_confirmed_with_their_materials(
    page: Page, job: Job, work: ActorSession
) -> None:
    sign_in(page, "confirm")
    filter_by_state(page, "submitted")
    boxes = page.locator("input[name=rowid]")
    boxes.nth(0).check()
    boxes.nth(1).check()
    expect(page.locator("[data-picked]")).to_contain_text("2")
    page.locator("#all-matching").check()
    sound(page)
    batch(page, "confirm")
    count = COUNTS["submitted"] + 1
    expect(page.locator(".sentence")).to_contain_text(str(count))
    page.get_by_label("材料齐全").check()
    page.locator("[formaction$=preview]").click()
    expect(page.get_by_label("材料齐全")).to_be_checked()
    carry_out(page, count)
    moved = [*job.rows["submitted"], job.own.application]
    assert states(work, *moved, job.elsewhere) == ["confirmed"] * count + ["submitted"]


def test_an_authority_approves_numbers_and_takes_a_workbook_away(
    page: Page, job: Job, work: ActorSession, tmp_path: Path
) -> None:
    sign_in(page, "authority")
    filter_by_state(page, "confirmed")
    page.locator("[data-all]").check()
    batch(page, "approve")
    carry_out(page, COUNTS["confirmed"])
    filter_by_state(page, "approved_unnumbered")
    page.locator("[data-all]").check()
    count = COUNTS["confirmed"] + COUNTS["approved_unnumbered"]
    batch(page, "assign_numbers")
    expect(page.locator(".facts")).to_contain_text(re.compile(r"\d{17} – \d{17}"))
    carry_out(page, count)
    page.goto("/admin/certificate/?sort=cert_no")
    expect(page.locator("tr[data-id]")).to_have_count(count)
    sound(page)
    page.locator("details.menu summary", has_text="导出").click()
    sound(page)
    with page.expect_download() as waiting:
        page.locator("a[href*='export/xlsx/']").first.click()
    assert waiting.value.suggested_filename.startswith("教师资格证书-")
    waiting.value.save_as(file := tmp_path / "certificates.xlsx")
    heads, *lines = load_workbook(file).worksheets[0].iter_rows(values_only=True)
    issued = sorted(work.scalars(select(Certificate.cert_no)))
    work.rollback()
    assert heads[0] == "证书号码"
    assert [line[0] for line in lines] == issued
    assert len(issued) == count
