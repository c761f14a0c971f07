"""Papers between judging and printing: held, read and judged again, on record before they leave."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select, update

from models.base.session import ActorSession
from models.certification.tables import CertificationApplication
from models.errors import Conflict
from models.papers.operations import hold
from models.papers.tables import PaperPrint
from models.text import msg
from tests.factories.records import House
from tests.support.record_pages import Ask, SignIn, Staff
from views.base import papers, pdf, typesetting

A = CertificationApplication
LIST = "/admin/certification_application/"
PAPER = f"{LIST}paper/"
Meanwhile = Callable[..., None]


def ask_for(staff: Staff, paper: str, *keys: int, **fields: str) -> Any:
    rows = [str(key) for key in keys]
    return staff.post(PAPER, {"paper": paper, "rowid": rows, **fields}, page=LIST)


@pytest.fixture
def meanwhile(
    work: ActorSession, house: House, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., None]:
    """Return a function that lets a colleague change the application before it can be held."""

    def changes(**values: Any) -> None:
        def held_late(session: ActorSession, paper: Any, ids: Any) -> None:
            change = update(A).where(A.id == house.own.application).values(values)
            work.execute(change, execution_options={"set_wise": True})
            work.commit()
            hold(session, paper, ids)

        monkeypatch.setattr(papers, "hold", held_late)

    return changes


def test_what_was_changed_before_the_lock_is_printed_as_it_is_now(
    sign_in: SignIn, house: House, meanwhile: Meanwhile
) -> None:
    meanwhile(name="曾国荃")
    printed = ask_for(sign_in("authority"), "pledge", house.own.application, form="page")
    assert "曾国荃" in printed.text
    assert "曾国藩" not in printed.text


def test_what_cannot_be_printed_any_more_is_shown_with_the_reason(
    sign_in: SignIn, house: House, meanwhile: Meanwhile, ask: Ask
) -> None:
    meanwhile(status="confirmed")
    answer = ask_for(
        sign_in("authority"), "site_notice", house.own.application, form="page", seen="1"
    )
    assert answer.status_code == 409
    assert "没有这种材料" in answer.text
    assert ask(select(PaperPrint.id)) is None


def test_what_was_looked_through_is_printed_whole_or_looked_at_again(
    sign_in: SignIn, house: House, work: ActorSession, ask: Ask
) -> None:
    own, clerk = house.own.application, sign_in("authority")
    here = {
        "org_id": house.own.authority,
        "site_id": house.own.site,
        "plan_id": house.own.plan,
        "arrangement_id": house.own.arrangement,
    }
    work.execute(
        update(A).where(A.id == house.other.application).values(here),
        execution_options={"set_wise": True},
    )
    work.commit()
    seen = ask_for(clerk, "site_notice", own, house.other.application)
    assert "将打印 2 条" in seen.text
    work.execute(
        update(A).where(A.id == own).values(status="confirmed"),
        execution_options={"set_wise": True},
    )
    work.commit()
    again = ask_for(clerk, "site_notice", own, house.other.application, form="page", seen="1")
    assert "没有这种材料" in again.text
    assert ask(select(PaperPrint.id)) is None
    left = ask_for(clerk, "site_notice", house.other.application, form="page", seen="1")
    assert left.status_code == 200
    assert ask(select(PaperPrint.id)) is not None


def test_what_went_to_another_office_is_not_printed(
    sign_in: SignIn, house: House, meanwhile: Meanwhile, ask: Ask
) -> None:
    other = house.other
    meanwhile(
        org_id=other.authority,
        site_id=other.site,
        plan_id=other.plan,
        arrangement_id=other.arrangement,
    )
    answer = ask_for(sign_in("confirm"), "pledge", house.own.application, form="page")
    assert answer.status_code == 409
    assert "曾国藩" not in answer.text
    assert ask(select(PaperPrint.id)) is None


def test_a_pdf_is_laid_out_when_all_is_on_record_and_nothing_is_held(
    sign_in: SignIn, house: House, work: ActorSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []

    def laid_out(*_arguments: Any, **_named: Any) -> bytes:
        seen.extend(work.scalars(select(PaperPrint.copy_no)))
        change = update(A).where(A.id == house.own.application).values(name="曾国荃")
        work.execute(change, execution_options={"set_wise": True})  # waits where it is held
        work.commit()
        return b"%PDF-made"

    monkeypatch.setattr(typesetting, "pdf_of", laid_out)
    answer = ask_for(sign_in("authority"), "pledge", house.own.application, form="pdf")
    assert answer.data == b"%PDF-made"
    assert seen == [1]


def test_a_server_without_the_library_writes_nothing_down(
    sign_in: SignIn, house: House, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing() -> None:
        raise Conflict(msg("No record was chosen. Tick the records first."))

    monkeypatch.setattr(papers, "require_pdf", missing)
    answer = ask_for(sign_in("authority"), "pledge", house.own.application, form="pdf")
    assert answer.status_code == 409
    assert ask(select(PaperPrint.id)) is None


def test_a_copy_that_failed_to_leave_is_on_record_and_the_next_is_a_reprint(
    sign_in: SignIn, house: House, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_arguments: Any, **_named: Any) -> bytes:
        raise Conflict(msg("It was refused."))

    staff = sign_in("authority")
    with monkeypatch.context() as patched:
        patched.setattr(typesetting, "pdf_of", fails)
        failed = ask_for(staff, "pledge", house.own.application, form="pdf")
    assert failed.status_code == 409
    assert ask(select(PaperPrint.copy_no)) == 1
    again = ask_for(staff, "pledge", house.own.application, form="page")
    assert "补打，第 2 份" in again.text


@pytest.mark.one_database("sqlite")
def test_the_library_that_cannot_be_loaded_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    class Missing:
        def find_spec(self, name: str, *_more: Any) -> None:
            if name == "weasyprint":
                raise OSError("cannot load library")

    import sys

    monkeypatch.setattr(sys, "meta_path", [Missing(), *sys.meta_path])
    for name in [each for each in sys.modules if each.partition(".")[0] == "weasyprint"]:
        monkeypatch.delitem(sys.modules, name)
    with pytest.raises(Conflict, match="Pango is missing"):
        pdf.require_pdf()
