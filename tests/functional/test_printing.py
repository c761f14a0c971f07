"""Lists and records on paper: what stands on them, who may, and what the trail keeps."""

from __future__ import annotations

import re
from datetime import date

import pytest
from sqlalchemy import select

from models.audit.tables import AuditLog
from models.base.session import ActorSession
from models.certification.tables_parts import ApplicationResume
from tests.factories.lists import id_no_of
from tests.factories.records import House
from tests.support.http import Client
from tests.support.lists import LIST, OWN
from tests.support.record_pages import SignIn
from views.base import related
from views.base.printing import PrintPages

ROW = '<tr><td class="num">'
RECORD = f"{LIST}print/record/"


def told(work: ActorSession) -> AuditLog:
    """Return the last print that the trail keeps."""
    found = work.scalars(
        select(AuditLog).where(AuditLog.event.like("%:print")).order_by(AuditLog.id.desc())
    ).first()
    assert found
    work.expunge(found)
    work.rollback()
    return found


def test_a_list_goes_on_paper_as_it_stands_masked_and_on_record(
    clerk: Client, work: ActorSession
) -> None:
    query = "filter=status:in:submitted,confirmed&sort=-name&cols=name,id_no,mobile,status"
    page = clerk.get(f"{LIST}print/?{query}")
    assert page.status_code == 200
    assert page.headers["Cache-Control"] == "no-store"
    assert page.text.count(ROW) == 41
    assert "网报成功" in page.text
    assert "姓名（降序）" in page.text
    assert re.search(r"由[^<]*打印", page.text)
    assert id_no_of(7) not in page.text
    assert "13800000007" not in page.text
    assert "138****0007" in page.text
    kept = told(work)
    assert kept.event == "certification:certification_application:print"
    assert kept.changes
    assert kept.changes["rows"] == [None, 41]
    assert "status:in:submitted,confirmed" in kept.changes["conditions"][1]


def test_the_whole_list_is_printed_not_the_page(clerk: Client) -> None:
    assert clerk.get(f"{LIST}print/?size=20").text.count(ROW) == OWN


def test_too_many_rows_for_paper_are_refused_in_words(
    clerk: Client, work: ActorSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PrintPages, "print_most", OWN - 1)
    answer = clerk.get(f"{LIST}print/")
    assert answer.status_code == 400
    assert f"超过 {OWN - 1} 条记录符合条件" in answer.text
    assert work.scalars(select(AuditLog.id).where(AuditLog.event.like("%:print"))).all() == []
    work.rollback()


def test_a_list_that_cannot_be_read_is_not_printed(clerk: Client) -> None:
    assert clerk.get(f"{LIST}print/?filter=nonsense").status_code == 400
    assert clerk.get(f"{LIST}print/?q={id_no_of(7)}").status_code == 400


def test_a_record_goes_on_paper_masked_and_in_full_for_a_purpose(
    clerk: Client, staff: SignIn, listed: House, work: ActorSession
) -> None:
    id_ = listed.own.application
    page = clerk.get(f"{RECORD}?id={id_}").text
    assert 'class="masked"' in page
    assert told(work).entity_id == id_
    refused = clerk.post(RECORD, {"id": str(id_), "purpose": ""}, page=f"{RECORD}?id={id_}")
    assert refused.status_code == 400
    full = clerk.post(RECORD, {"id": str(id_), "purpose": "存档"}, page=f"{RECORD}?id={id_}")
    assert full.status_code == 200
    assert 'class="masked"' not in full.text
    kept = told(work)
    assert kept.reason == "存档"
    assert kept.changes
    assert "id_no" in kept.changes["fields"][1]
    viewer = staff("viewer")
    denied = viewer.post(RECORD, {"id": str(id_), "purpose": "存档"}, page="/admin/")
    assert denied.status_code == 403
    assert clerk.get(f"{RECORD}?id={listed.other.application}").status_code == 404


def test_list_and_record_offer_it(clerk: Client, listed: House) -> None:
    assert (
        'href="print/?filter=status:eq:submitted"'
        in clerk.get(f"{LIST}?filter=status:eq:submitted").text
    )
    page = clerk.get(f"{LIST}details/?id={listed.own.application}").text
    assert f'href="{RECORD}?id={listed.own.application}" data-paper' in page


def test_paper_says_what_it_leaves_out(
    clerk: Client, listed: House, work: ActorSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    id_ = listed.own.application
    more = [
        ApplicationResume(application_id=id_, start_month=date(2011 + n, 9, 1), unit=f"第{n}中学")
        for n in range(2)
    ]
    work.add_all(more)
    work.commit()
    monkeypatch.setattr(related, "ROWS_SHOWN", 2)
    assert "共 3 条，此处仅印出前 2 条" in clerk.get(f"{RECORD}?id={id_}").text
    monkeypatch.setattr(related, "ROWS_SHOWN", 3)
    assert "此处仅印出" not in clerk.get(f"{RECORD}?id={id_}").text
