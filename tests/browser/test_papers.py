"""Papers and pictures in a real browser: two hundred receipts, a scan beside its fields."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect
from sqlalchemy import select

from models.base.session import ActorSession
from models.certification.tables import CertificationApplication
from models.certification.tables_parts import ApplicationMaterial
from models.people.tables import PersonCredential
from models.reference.tables import CodeItem, CodeSet
from tests.factories.lists import make_lists
from tests.factories.records import PASSWORD, House
from tests.support.browser import look_over
from tests.support.pdfs import pages_in

LIST = "/admin/certification_application/"
CREDENTIALS = "/admin/person_credential/"
PARTS = ("-1-100.pdf", "-101-200.pdf")
PAGES = re.compile(rb"/Type /Page\b")

pytestmark = pytest.mark.one_database("sqlite")


@pytest.fixture
def house(work: ActorSession) -> House:
    """Return two offices; of 600 applications of the own every other has a receipt number, and two
    of three are confirmed.
    """
    made = make_lists(work, 600)
    application = work.get(CertificationApplication, made.own.application)
    assert application
    person = application.person_id
    add_materials(work, 17)
    work.add(PersonCredential(person_id=person, kind="putonghua", number="PTH1", mode="manual"))
    work.commit()
    return made


def add_materials(work: ActorSession, most: int) -> None:
    """Let the first confirmed application with a receipt have brought all materials there are."""
    a = CertificationApplication
    wanted = select(a.id).where(a.status == "confirmed", a.receipt_no.is_not(None))
    key = work.scalars(wanted.order_by(a.id).limit(1)).one()
    if work.scalar(select(CodeSet.id).where(CodeSet.code == "MATERIAL_TYPE")) is None:
        work.add(CodeSet(code="MATERIAL_TYPE", name="申请材料"))
        work.flush()
    for number in range(most):
        name = f"{number}专业技术职务或工人技术等级证书"
        work.add(CodeItem(set_code="MATERIAL_TYPE", code=f"m{number}", name=name))
        work.add(
            ApplicationMaterial(application_id=key, material_code=f"m{number}", state="received")
        )


@pytest.fixture
def desk(page: Page, house: House) -> Page:
    """Return a window in which the authority's clerk is signed in."""
    assert house
    page.goto("/login")
    page.fill("#username", "authority")
    page.fill("#password", PASSWORD)
    page.click("form button[type=submit]")
    page.wait_for_url("**/admin/")
    return page


def test_two_hundred_receipts_are_looked_through_and_printed(desk: Page) -> None:
    desk.goto(f"{LIST}?filter=status:in:confirmed,approved_unnumbered")
    desk.locator("input[name=rowid]").first.check()
    desk.locator("input[name=all_matching]").check()
    desk.locator(".batchbar summary", has_text="纸质材料").click()
    desk.locator("button[name=paper][value=receipt]").click()
    expect(desk.locator("h2", has_text="将打印 200 条")).to_be_visible()
    expect(desk.locator("h2", has_text="200 条不能打印")).to_be_visible()
    found = look_over(desk)
    desk.get_by_role("button", name="打印页").click()
    expect(desk.locator("article")).to_have_count(200, timeout=60_000)
    printed = desk.pdf(prefer_css_page_size=True)
    assert len(PAGES.findall(printed)) == 200
    assert found == []


def test_two_hundred_receipts_are_fetched_as_pdf_part_by_part(desk: Page) -> None:
    desk.goto(f"{LIST}?filter=status:in:confirmed,approved_unnumbered")
    desk.locator("input[name=rowid]").first.check()
    desk.locator("input[name=all_matching]").check()
    desk.locator(".batchbar summary", has_text="纸质材料").click()
    desk.locator("button[name=paper][value=receipt]").click()
    parts = desk.locator(".parts button")
    expect(parts).to_have_text(["PDF 1–100", "PDF 101–200"])
    made, names = [], []
    for each in parts.all():
        with desk.expect_download(timeout=120_000) as taken:
            each.click()
        made.append(Path(taken.value.path()).read_bytes())
        names.append(taken.value.suggested_filename)
    expect(desk.locator(".parts [role=status]")).to_have_text(["已取", "已取"])
    assert [pages_in(each) for each in made] == [100, 100]
    assert [name[-len(part) :] for name, part in zip(names, PARTS, strict=True)] == list(PARTS)
    assert look_over(desk) == []


def test_a_paper_fits_narrow_and_wide_windows(desk: Page, house: House) -> None:
    desk.set_viewport_size({"width": 390, "height": 844})
    desk.goto(f"{LIST}details/?id={house.own.application}")
    desk.locator("form:has([value=application_form]) button[value=page]").click()
    expect(desk.locator("article")).to_have_count(1)
    found = look_over(desk)
    desk.set_viewport_size({"width": 1440, "height": 900})
    assert [*found, *look_over(desk)] == []


def test_a_scan_is_uploaded_and_checked_beside_its_fields(desk: Page, tmp_path: Path) -> None:
    scan = tmp_path / "证书.jpg"
    Image.new("RGB", (900, 640), "ivory").save(scan)
    desk.goto(CREDENTIALS)
    desk.locator("tbody a").first.click()
    desk.set_input_files("input[type=file]", scan)
    desk.get_by_role("button", name="上传").click()
    expect(desk.get_by_text("文件已保存。")).to_be_visible()
    expect(desk.get_by_text("图片已隐藏。查看事由：")).to_be_visible()
    found = look_over(desk)
    desk.goto(CREDENTIALS)
    desk.locator("[data-queue-start] button").click()
    expect(desk.locator("figure.scan")).to_have_count(0)
    found += look_over(desk)
    desk.get_by_label("图片已隐藏。查看事由：").fill("核对普通话证书")
    desk.keyboard.press("Enter")
    picture = desk.locator("figure.scan img")
    expect(picture).to_be_visible()
    expect(picture).to_have_js_property("naturalWidth", 900)
    found += look_over(desk)
    desk.set_viewport_size({"width": 390, "height": 844})
    found += look_over(desk)
    assert found == []
