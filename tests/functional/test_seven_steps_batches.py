"""The main job over plain HTTP, steps 5 and 6: batches on ticked rows and on all that match, and
the certificates that numbering makes.
"""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select

from models import clock
from models.base.session import ActorSession
from models.certification.tables import CertificationApplication
from models.certification.tables_certificate import Certificate
from models.certification.tables_parts import ApplicationMaterial
from models.people.certificate_numbers import decode_certificate_no
from models.reference.tables import Org
from models.workflow.tables import WorkflowLog
from tests.factories.main_job import COUNTS, Job
from tests.support.forms import form_of
from tests.support.lists import ids, total
from tests.support.main_job import (
    BATCH_FORM,
    LIST,
    carry_out,
    press,
    send_batch,
    sentence,
    states,
    words,
)
from tests.support.record_pages import Ask, SignIn

#: Transition → the state before and after, and what it asks for.
MOVES: dict[str, tuple[str, str, dict[str, Any]]] = {
    "confirm": ("submitted", "confirmed", {"complete": "1"}),
    "mark_incomplete": (
        "submitted",
        "materials_incomplete",
        {"reason": "缺照片", "missing": ["photo"]},
    ),
    "reject_confirmation": ("materials_incomplete", "confirm_rejected", {"reason": "不属本辖区"}),
    "reopen_confirmation": ("confirm_rejected", "submitted", {"reason": "录入有误"}),
    "approve": ("confirmed", "approved_unnumbered", {"opinion": "同意"}),
    "refuse": ("confirmed", "review_rejected", {"reason": "学历不符"}),
    "withdraw_approval": ("approved_unnumbered", "confirmed", {"reason": "录入有误"}),
    "reopen_review": ("review_rejected", "confirmed", {"reason": "补充材料"}),
}


def asked(action: str) -> dict[str, Any]:
    """Return what a transition asks for; a deadline is today."""
    deadline = {"deadline": clock.today().isoformat()} if action == "mark_incomplete" else {}
    return MOVES[action][2] | deadline


def logged(work: ActorSession, action: str) -> list[int]:
    """Return the ids of the rows whose course names the transition."""
    cls = WorkflowLog
    found = work.scalars(select(cls.entity_id).where(cls.action == action).order_by(cls.id))
    rows = list(found)
    work.rollback()
    return rows


@pytest.mark.parametrize("action", MOVES)
def test_step_5_ticked_rows_are_moved_once_and_the_others_left_with_a_reason(
    at_desk: SignIn, job: Job, work: ActorSession, action: str
) -> None:
    authority = at_desk("authority")
    source, target, _asked = MOVES[action]
    inputs = asked(action)
    ready, draft = job.rows[source], job.rows["draft"]
    path = press(authority, action, *ready, *draft)
    assert sentence(authority.get(path).text) == [len(ready) + len(draft), len(ready), len(draft)]
    assert "网报未完成" in words(authority.get(path).text)
    assert states(work, *ready) == [source] * len(ready)
    again = send_batch(authority, path, "preview", **inputs)
    assert (again.status_code, again.location) == (303, path)
    form = form_of(authority.get(path).text, BATCH_FORM)
    results = []
    for _press in range(2):
        answer = authority.http.post(f"{path}commit", data=form)
        assert (answer.status_code, answer.location) == (303, path)
        results.append(words(authority.get(path).text))
    assert results[0] == results[1]
    assert sentence(authority.get(path).text) == [len(ready) + len(draft), len(ready), len(draft)]
    assert states(work, *ready) == [target] * len(ready)
    assert states(work, *draft) == ["draft"] * len(draft)
    assert sorted(logged(work, action)) == ready
    note = inputs.get("reason") or inputs.get("opinion") or ""
    assert note in words(authority.get(f"{LIST}details/?id={ready[0]}").text)


def test_step_5_all_that_match_are_moved_and_none_of_another_office(
    at_desk: SignIn, job: Job, work: ActorSession
) -> None:
    authority, query = at_desk("authority"), "filter=status:eq:submitted&size=20"
    count = total(authority.get(f"{LIST}?{query}").text)
    assert count == COUNTS["submitted"] + 2
    path = press(authority, "confirm", query=query)
    assert sentence(authority.get(path).text) == [count, count]
    carry_out(authority, path)
    assert total(authority.get(f"{LIST}?{query}").text) == 0
    moved = [*job.rows["submitted"], job.own.application, job.elsewhere]
    assert states(work, *moved, job.foreign) == ["confirmed"] * count + ["submitted"]
    assert sorted(logged(work, "confirm")) == sorted(moved)


def test_step_5_missing_materials_hold_a_row_until_all_are_said_to_be_in(
    at_desk: SignIn, job: Job, work: ActorSession, ask: Ask
) -> None:
    site, (held, free, *_rest) = at_desk("confirm"), job.rows["submitted"]
    photo = select(ApplicationMaterial).where(
        ApplicationMaterial.application_id == held, ApplicationMaterial.material_code == "photo"
    )
    work.scalars(photo).one().state = "pending"
    work.commit()
    path = press(site, "confirm", held, free, *job.rows["confirmed"])
    page = site.get(path).text
    assert sentence(page) == [6, 1, 5]
    assert "缺少材料：照片" in words(page)
    send_batch(site, path, "preview", complete="1")
    assert sentence(site.get(path).text) == [6, 2, 4]
    carry_out(site, path)
    assert states(work, held, free) == ["confirmed", "confirmed"]
    assert ask(photo).state == "received"
    receipt = select(CertificationApplication.receipt_no).where(CertificationApplication.id == held)
    assert str(ask(receipt)).startswith(f"SL{clock.today().year}11101")


@pytest.mark.parametrize("missing", ["reason", "missing", "deadline"])
def test_step_5_note_materials_and_deadline_are_each_asked_for(
    at_desk: SignIn, job: Job, work: ActorSession, missing: str
) -> None:
    site, row_id = at_desk("confirm"), job.rows["submitted"][0]
    path = press(site, "mark_incomplete", row_id)
    inputs = asked("mark_incomplete") | {missing: ""}
    for step in ("preview", "commit"):
        answer = send_batch(site, path, step, **inputs)
        assert answer.status_code == 400
        assert f'id="input-{missing}-wrong"' in answer.text
        assert answer.text.count('-wrong"') >= 1
    assert states(work, row_id) == ["submitted"]
    assert logged(work, "mark_incomplete") == []


def test_step_5_the_deadline_gives_the_applicant_time_and_names_what_is_missing(
    at_desk: SignIn, job: Job, ask: Ask
) -> None:
    site, row_id = at_desk("confirm"), job.rows["submitted"][0]
    path = press(site, "mark_incomplete", row_id)
    carry_out(site, path, **asked("mark_incomplete"))
    cls = CertificationApplication
    record = ask(select(cls).where(cls.id == row_id))
    assert record.status_note == "缺照片"
    assert record.material_deadline == clock.day_end(clock.today())
    material = select(ApplicationMaterial.state).where(
        ApplicationMaterial.application_id == row_id, ApplicationMaterial.material_code == "photo"
    )
    assert ask(material) == "missing"


def test_step_5_what_changed_since_the_preview_is_left_alone(
    at_desk: SignIn, job: Job, work: ActorSession
) -> None:
    slow, quick = at_desk("authority"), at_desk("authority")
    first, second, *_rest = job.rows["confirmed"]
    path = press(slow, "approve", first, second)
    carry_out(quick, press(quick, "refuse", first), reason="学历不符")
    carry_out(slow, path)
    assert sentence(slow.get(path).text) == [2, 1, 1]
    assert states(work, first, second) == ["review_rejected", "approved_unnumbered"]


def test_step_6_numbers_are_consecutive_ordered_and_become_certificates(
    at_desk: SignIn, job: Job, work: ActorSession
) -> None:
    authority = at_desk("authority")
    rows = job.rows["approved_unnumbered"]
    tied = work.get_one(CertificationApplication, rows[1])
    tied.reviewed_at = work.get_one(CertificationApplication, rows[2]).reviewed_at
    work.commit()
    path = press(authority, "assign_numbers", query="filter=status:eq:approved_unnumbered")
    announced = words(authority.get(path).text)
    result = carry_out(authority, path)
    assert states(work, *rows) == ["approved_numbered"] * 3
    made = work.scalars(select(Certificate).order_by(Certificate.cert_no)).all()
    # Reviewed earlier comes first; of two reviewed at the same instant, the lower id.
    by_serial = sorted(made, key=lambda each: decode_certificate_no(each.cert_no).serial)
    assert [each.application_id for each in by_serial] == [rows[1], rows[2], rows[0]]
    code = work.get_one(Org, job.own.authority).cert_org_code
    for serial, each in enumerate(by_serial, 1):
        number = decode_certificate_no(each.cert_no)
        assert (number.year, number.province, number.authority) == (clock.today().year, "11", code)
        assert (number.qualification_type, number.sex) == (each.qualification_type, each.sex)
        assert number.serial == serial
        assert each.cert_no in result
    assert by_serial[0].cert_no in announced
    assert by_serial[-1].cert_no in announced
    grid = authority.get("/admin/certificate/?sort=cert_no").text
    assert total(grid) == 3
    assert all(each.cert_no in grid for each in made)
    assert made[0].id_no not in grid
    key, found = made[0].id, f"/admin/certificate/?filter=cert_no:eq:{made[0].cert_no}"
    work.rollback()
    assert ids(authority.get(found).text) == [key]
    assert ids(at_desk("neighbour").get("/admin/certificate/").text) == []


def test_step_6_the_counter_goes_on_where_it_stood(
    at_desk: SignIn, job: Job, work: ActorSession, ask: Ask
) -> None:
    authority = at_desk("authority")
    for row_id in reversed(job.rows["approved_unnumbered"]):
        path = press(authority, "assign_numbers", row_id)
        for _press in range(2):
            assert authority.post(f"{path}commit", page=path).status_code == 303
    again = press(authority, "assign_numbers", *job.rows["approved_unnumbered"])
    assert sentence(authority.get(again).text) == [3, 0, 3]
    serials = [
        decode_certificate_no(number).serial
        for number in work.scalars(select(Certificate.cert_no).order_by(Certificate.id))
    ]
    work.rollback()
    assert serials == [1, 2, 3]
    assert ask(select(func.count()).select_from(Certificate)) == 3


def test_step_6_a_number_ends_what_can_be_done(
    at_desk: SignIn, job: Job, work: ActorSession
) -> None:
    authority, (row_id, *_rest) = at_desk("authority"), job.rows["approved_unnumbered"]
    carry_out(authority, press(authority, "assign_numbers", row_id))
    path = press(authority, "withdraw_approval", row_id)
    assert sentence(authority.get(path).text) == [1, 0, 1]
    send_batch(authority, path, "commit", reason="录入有误")
    assert states(work, row_id) == ["approved_numbered"]
    assert authority.send(f"{LIST}edit/?id={row_id}", mobile="13900000000").status_code == 403
