"""Papers of applications: who prints which in what state, copies counted, names checked first."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from models.audit.tables import AuditLog
from models.base.session import ActorSession
from models.certification.tables import CertificationApplication
from models.certification.tables_parts import ApplicationResume
from models.papers.paper import Paper, papers_of, register
from models.papers.tables import PaperPrint
from tests.factories.records import House
from tests.support.pdfs import pages_in
from tests.support.record_pages import Ask, SignIn, Staff

A = CertificationApplication
LIST = "/admin/certification_application/"
PAPER = f"{LIST}paper/"
RECEIPT_NO = "SL202611101000001"
Print = Callable[..., Any]


@pytest.fixture
def confirmed(work: ActorSession, house: House) -> int:
    """Return the application of the own office, confirmed and with a receipt number."""
    stamped = {
        "status": "confirmed",
        "receipt_no": RECEIPT_NO,
        "confirmed_at": datetime(2026, 11, 24, 1, tzinfo=UTC),
    }
    change(work, house.own.application, **stamped)
    return house.own.application


def change(work: ActorSession, key: int, **values: Any) -> None:
    work.execute(update(A).where(A.id == key).values(values), execution_options={"set_wise": True})
    work.commit()


def state_for(paper: str) -> str:
    """Return a state in which there is such a paper."""
    return "confirmed" if paper == "receipt" else "submitted"


def ask_for(staff: Staff, paper: str, *keys: int, **fields: str) -> Any:
    rows = [str(key) for key in keys]
    return staff.post(PAPER, {"paper": paper, "rowid": rows, **fields}, page=LIST)


def test_a_receipt_bears_the_number_that_confirmation_issued(
    sign_in: SignIn, confirmed: int
) -> None:
    answer = ask_for(sign_in("confirm"), "receipt", confirmed, form="page")
    assert answer.status_code == 200
    assert answer.text.count(f"编号：{RECEIPT_NO}") == 2
    assert "曾国藩" in answer.text
    assert "甲区确认点" in answer.text
    assert "2026-11-24" in answer.text
    assert "补打" not in answer.text
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("paper", [paper.name for paper in papers_of(A)])
@pytest.mark.parametrize("form", ["page", "pdf"])
def test_every_paper_has_a_page_and_a_pdf(
    sign_in: SignIn, work: ActorSession, house: House, paper: str, form: str
) -> None:
    change(work, house.own.application, receipt_no=RECEIPT_NO, status=state_for(paper))
    answer = ask_for(sign_in("authority"), paper, house.own.application, form=form)
    assert answer.status_code == 200
    if form == "pdf":
        assert answer.data.startswith(b"%PDF-")
        assert "filename*=UTF-8''" in answer.headers["Content-Disposition"]
        assert pages_in(answer.data) == (2 if paper == "application_form" else 1)
    else:
        assert answer.text.count("<article") == 1
        assert "曾国藩" in answer.text


@pytest.mark.parametrize("paper", [paper.name for paper in papers_of(A)])
def test_markup_in_data_stands_on_the_paper_as_it_was_typed(
    sign_in: SignIn, work: ActorSession, house: House, paper: str
) -> None:
    typed = "<img src=x onerror=alert(1)>"
    told = {"name": typed, "work_unit": typed, "status": state_for(paper)}
    change(work, house.own.application, receipt_no=RECEIPT_NO, **told)
    work.execute(
        update(ApplicationResume).values(unit=typed, witness=typed),
        execution_options={"set_wise": True},
    )
    work.commit()
    answer = ask_for(sign_in("authority"), paper, house.own.application, form="page")
    assert answer.status_code == 200
    assert "<img" not in answer.text
    assert "&lt;img src=x onerror=alert(1)&gt;" in answer.text


def test_copies_are_counted_and_a_reprint_says_so(
    sign_in: SignIn, confirmed: int, work: ActorSession, ask: Ask
) -> None:
    staff = sign_in("authority")
    version = ask(select(A.version).where(A.id == confirmed))
    first = ask_for(staff, "receipt", confirmed, form="page")
    stamp = ask(select(A.receipt_printed_at).where(A.id == confirmed))
    again = ask_for(sign_in("confirm"), "receipt", confirmed, form="page")
    assert "补打" not in first.text
    assert "补打，第 2 份" in again.text
    prints = select(PaperPrint).where(PaperPrint.entity_id == confirmed).order_by(PaperPrint.id)
    rows = list(work.scalars(prints))
    assert [(row.paper, row.copy_no) for row in rows] == [("receipt", 1), ("receipt", 2)]
    assert stamp is not None
    assert ask(select(A.receipt_printed_at).where(A.id == confirmed)) == stamp
    assert ask(select(A.version).where(A.id == confirmed)) == version


def test_the_form_keeps_how_often_it_was_printed(sign_in: SignIn, house: House, ask: Ask) -> None:
    staff = sign_in("authority")
    for _time in range(2):
        ask_for(staff, "application_form", house.own.application, form="page")
    assert ask(select(A.form_print_count).where(A.id == house.own.application)) == 2


def test_a_print_is_in_the_trail_with_what_personal_data_it_shows(
    sign_in: SignIn, confirmed: int, work: ActorSession
) -> None:
    staff = sign_in("authority")
    ask_for(staff, "receipt", confirmed, form="page")
    told = select(AuditLog).where(AuditLog.event == "certification:certification_application:print")
    row = work.scalars(told).one()
    assert row.entity_id == confirmed
    assert row.changes
    assert row.changes["fields"] == [None, ["id_no"]]
    assert row.changes["copy_no"] == [None, 1]
    assert "受理凭证" in staff.get(f"{LIST}details/?id={confirmed}").text


@pytest.mark.parametrize(
    ("paper", "values", "why"),
    [
        ("receipt", {"status": "confirmed"}, "还没有“受理凭证号”"),
        # Its confirmation was taken back; the number stays.
        ("receipt", {"status": "submitted", "receipt_no": RECEIPT_NO}, "没有这种材料"),
        ("site_notice", {"status": "confirmed"}, "没有这种材料"),
    ],
)
def test_a_paper_that_cannot_be_printed_says_why(
    sign_in: SignIn,
    work: ActorSession,
    house: House,
    ask: Ask,
    paper: str,
    values: dict[str, str],
    why: str,
) -> None:
    change(work, house.own.application, **values)
    answer = ask_for(sign_in("authority"), paper, house.own.application, form="page")
    assert answer.status_code == 409
    assert why in answer.text
    assert ask(select(PaperPrint.id)) is None


def test_rare_characters_are_named_before_anything_is_printed(
    sign_in: SignIn, work: ActorSession, house: House, ask: Ask
) -> None:
    change(work, house.own.application, name="王\ue863")
    staff = sign_in("authority")
    looked = ask_for(staff, "pledge", house.own.application, form="page")
    assert "U+E863" in looked.text
    assert "<article" not in looked.text
    assert ask(select(PaperPrint.id)) is None
    printed = ask_for(staff, "pledge", house.own.application, form="page", seen="1")
    assert "<article" in printed.text


def test_rare_but_known_characters_pass(sign_in: SignIn, work: ActorSession, house: House) -> None:
    change(work, house.own.application, name="王䶮𠮷")
    answer = ask_for(sign_in("authority"), "pledge", house.own.application, form="page")
    assert "王䶮𠮷" in answer.text
    assert "<article" in answer.text


def test_a_selection_is_looked_through_first_then_printed_sheet_by_sheet(
    sign_in: SignIn, confirmed: int, work: ActorSession, house: House
) -> None:
    staff = sign_in("authority")
    looked = staff.post(PAPER, {"paper": "pledge", "all_matching": "1", "query": ""}, page=LIST)
    assert looked.status_code == 200
    assert "将打印 1 条" in looked.text
    printed = ask_for(staff, "pledge", confirmed, form="page", seen="1")
    assert printed.text.count("<article") == 1


def test_more_than_the_limit_is_refused_in_words(
    app: Flask, sign_in: SignIn, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "PAPER_MOST_ROWS", 0)
    answer = ask_for(sign_in("authority"), "pledge", house.own.application, form="page")
    assert answer.status_code == 400
    assert "一次最多打印 0 条" in answer.text


def test_another_office_and_other_roles_print_nothing(
    sign_in: SignIn, confirmed: int, ask: Ask
) -> None:
    assert ask_for(sign_in("neighbour"), "receipt", confirmed, form="page").status_code == 404
    assert ask_for(sign_in("viewer"), "receipt", confirmed, form="page").status_code == 403
    assert ask(select(PaperPrint.id)) is None


def test_an_unknown_paper_and_no_record_are_refused(sign_in: SignIn, house: House) -> None:
    staff = sign_in("authority")
    assert ask_for(staff, "diploma", house.own.application, form="page").status_code == 404
    assert ask_for(staff, "receipt", form="page").status_code == 400
    assert ask_for(staff, "receipt", 10**12, form="page").status_code in (400, 404)


@pytest.mark.parametrize(
    ("declared", "unknown"),
    [
        ({"fields": "name nonsense"}, "'nonsense'"),
        ({"fields": "name", "reads": {"persons": "name"}}, "'persons'"),
        ({"fields": "name", "reads": {"person": "name nonsense"}}, "'person.nonsense'"),
        ({"fields": "name", "picks": {"resumes": bool}}, "'resumes'"),
        ({"fields": "name", "photo": "picture"}, "'picture'"),
    ],
)
def test_a_paper_is_a_declaration_of_what_exists(declared: dict[str, Any], unknown: str) -> None:
    wrong = Paper("wrong", papers_of(A)[0].label, A, **declared)
    with pytest.raises(ValueError, match=rf"unknown columns: .{unknown}."):
        register(wrong)


def test_no_two_papers_have_one_name() -> None:
    with pytest.raises(ValueError, match="two papers receipt"):
        register(papers_of(A)[0])
