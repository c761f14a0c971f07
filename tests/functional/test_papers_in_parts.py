"""A selection that is too large for one PDF: offered in parts, in the order of the list."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import select

from models.base.session import ActorSession
from models.certification.tables import CertificationApplication
from models.papers.tables import PaperPrint
from tests.factories.lists import make_lists
from tests.factories.records import House
from tests.support.record_pages import Ask, SignIn, Staff

LIST = "/admin/certification_application/"
PAPER = f"{LIST}paper/"
NEWEST_FIRST = {"paper": "pledge", "all_matching": "1", "query": "sort=-apply_no"}


@pytest.fixture
def house(work: ActorSession) -> House:
    """Return two offices; the own one has five applications."""
    made = make_lists(work, 4)
    work.commit()
    return made


@pytest.fixture
def small(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a PDF hold two records."""
    monkeypatch.setitem(app.config, "PAPER_PDF_ROWS", 2)


def rowids(form: str) -> list[str]:
    """Return the records that a form would print."""
    return re.findall(r'name="rowid" value="(\d+)"', form)


def look(staff: Staff) -> tuple[str, list[str]]:
    """Return the form of the print page, and those of the parts."""
    page = staff.post(PAPER, NEWEST_FIRST, page=LIST).text
    whole, *parts = re.findall(rf'<form[^>]* action="{PAPER}".*?</form>', page, re.DOTALL)
    return whole, parts


@pytest.mark.usefixtures("small")
def test_the_parts_hold_each_record_once_in_the_order_of_the_list(
    sign_in: SignIn, work: ActorSession
) -> None:
    whole, parts = look(sign_in("authority"))
    taken = [rowids(part) for part in parts]
    assert [len(part) for part in taken] == [2, 2, 1]
    assert [row for part in taken for row in part] == rowids(whole)
    assert 'value="pdf"' not in whole
    assert "PDF 5–5" in parts[-1]
    numbers = select(CertificationApplication.id, CertificationApplication.apply_no)
    named = {str(row.id): row.apply_no for row in work.execute(numbers)}
    order = [named[row] for row in rowids(whole)]
    assert order == sorted(order, reverse=True)


@pytest.mark.usefixtures("small")
def test_a_part_is_printed_and_more_than_a_part_is_refused(sign_in: SignIn, ask: Ask) -> None:
    staff = sign_in("authority")
    whole, parts = look(staff)
    sent = {"paper": "pledge", "form": "pdf", "seen": "1"}
    refused = staff.post(PAPER, sent | {"rowid": rowids(whole)}, page=LIST)
    assert refused.status_code == 400
    assert "一次最多打印 2 条" in refused.text
    assert ask(select(PaperPrint.id)) is None
    made = staff.post(PAPER, sent | {"rowid": rowids(parts[1])}, page=LIST)
    assert made.data.startswith(b"%PDF-")
    printed = select(PaperPrint.entity_id).order_by(PaperPrint.entity_id).limit(1)
    assert str(ask(printed)) == min(rowids(parts[1]), key=int)


def test_what_fits_into_one_pdf_has_one_button(sign_in: SignIn) -> None:
    whole, parts = look(sign_in("authority"))
    assert parts == []
    assert 'value="pdf"' in whole
