"""Undo on the pages: offered with its end, previewed in the same frame, committed once."""

from __future__ import annotations

import re

from sqlalchemy import func, select

from models.audit.tables import AuditLog
from models.base.session import ActorSession
from models.batch.tables import Batch
from tests.factories.main_job import Job
from tests.support.forms import form_of
from tests.support.main_job import (
    ACTION,
    BATCH_FORM,
    LIST,
    carry_out,
    press,
    send_batch,
    sentence,
    states,
    undo,
    words,
)
from tests.support.record_pages import SignIn, Staff

UNDO = "/undo"


def approve(client: Staff, *ids: int) -> str:
    path = press(client, "approve", *ids)
    carry_out(client, path)
    return path


def test_a_result_offers_undo_until_when_and_the_preview_says_what_would_happen(
    at_desk: SignIn, job: Job, work: ActorSession
) -> None:
    clerk, rows = at_desk("authority"), job.rows["confirmed"]
    path = approve(clerk, *rows)
    result = words(clerk.get(path).text)
    assert re.search(r"可撤销至 \d{4}-\d\d-\d\d \d\d:\d\d", result)
    assert f"撤销 {len(rows)} 项" in result
    moved_on = press(clerk, "withdraw_approval", rows[0])
    carry_out(clerk, moved_on, reason="录入有误")
    taking = undo(clerk, path)
    page = clerk.get(taking).text
    assert sentence(page) == [len(rows), len(rows) - 1, 1]
    shown = words(page)
    assert "撤销“审核通过”" in shown
    assert f"{len(rows) - 1} 项将撤销" in shown
    assert "办理之后已被改动，保持现状" in shown
    assert "选中之后" not in shown
    assert set(states(work, *rows[1:])) == {"approved_unnumbered"}
    done = carry_out(clerk, taking, reason="选错了批次")
    assert f"{len(rows) - 1} 项已撤销" in done
    assert set(states(work, *rows)) == {"confirmed"}
    original = words(clerk.get(path).text)
    assert f"撤销于 批次 {taking.split('/')[-2]}" in original
    assert f'action="{path}undo"' not in clerk.get(path).text  # what is left has moved on
    assert "其余 1 项此后已有变动，不能撤销" in original


def test_a_batch_undone_whole_says_so_and_offers_nothing_more(
    at_desk: SignIn, job: Job, work: ActorSession
) -> None:
    clerk, rows = at_desk("authority"), job.rows["confirmed"]
    path = approve(clerk, *rows)
    taking = undo(clerk, path)
    carry_out(clerk, taking)
    original = clerk.get(path).text
    assert "已撤销" in words(original)
    assert f'action="{path}undo"' not in original
    assert f'action="{taking}undo"' not in clerk.get(taking).text  # an undo is not undone
    narrowed = words(clerk.get(f"{path}?outcome=undone").text)
    assert f"已由批次 {taking.split('/')[-2]} 撤销" in narrowed
    again = clerk.http.post(f"{path}undo", data=form_of(clerk.get(LIST).text, BATCH_FORM))
    assert again.status_code == 409
    assert "此批次已经撤销" in words(again.text)
    assert clerk.http.get(f"{path}undo").location == path


def test_pressing_twice_shows_the_same_result(
    at_desk: SignIn, job: Job, work: ActorSession
) -> None:
    clerk = at_desk("authority")
    taking = undo(clerk, approve(clerk, *job.rows["confirmed"]))
    form = form_of(clerk.get(taking).text, BATCH_FORM)
    answers = [clerk.http.post(f"{taking}commit", data=form) for _press in range(2)]
    assert [(each.status_code, each.location) for each in answers] == [(303, taking)] * 2
    trail = (
        select(func.count()).select_from(AuditLog).where(AuditLog.event.endswith(":undo_approve"))
    )
    assert work.scalar(trail) == 1


def test_a_record_offers_its_latest_step(at_desk: SignIn, job: Job, work: ActorSession) -> None:
    clerk, (first, second, *_rest) = at_desk("authority"), job.rows["confirmed"]
    page = f"{LIST}details/?id={first}"
    assert UNDO not in clerk.get(page).text
    path = approve(clerk, first, second)
    taking = undo(clerk, page)
    assert sentence(clerk.get(taking).text) == [1, 1]
    carry_out(clerk, taking)
    assert states(work, first, second) == ["confirmed", "approved_unnumbered"]
    course = words(clerk.get(page).text)
    assert "撤销“审核通过”" in course
    assert UNDO not in clerk.get(page).text
    assert f'action="{path}undo"' in clerk.get(f"{LIST}details/?id={second}").text


def test_who_may_do_the_reverse_undoes_from_the_record_what_he_did_not_start(
    at_desk: SignIn, job: Job, work: ActorSession
) -> None:
    site, clerk = at_desk("confirm"), at_desk("authority")
    record = job.rows["submitted"][0]
    path = press(site, "reject_confirmation", record)
    carry_out(site, path, reason="材料不符")
    assert clerk.get(path).status_code == 404  # it is the site's batch
    taking = undo(clerk, f"{LIST}details/?id={record}")
    shown = words(clerk.get(taking).text)
    assert "已发给申请人的通知保留" in shown
    carry_out(clerk, taking)
    assert states(work, record) == ["submitted"]
    assert work.scalar(select(Batch.state).where(Batch.undo_of_id.is_(None))) == "undone"
    work.rollback()


def test_others_are_refused(at_desk: SignIn, job: Job) -> None:
    clerk = at_desk("authority")
    path = approve(clerk, *job.rows["confirmed"])
    for name, status in (("neighbour", 404), ("confirm", 404), ("viewer", 404)):
        other = at_desk(name)
        assert UNDO not in other.get(f"{LIST}details/?id={job.rows['confirmed'][0]}").text
        answer = other.post(f"{path}undo", page="/admin/")
        assert answer.status_code == status, name


def test_what_is_not_undoable_has_no_button(at_desk: SignIn, job: Job) -> None:
    clerk = at_desk("authority")
    path = press(clerk, "assign_numbers", *job.rows["approved_unnumbered"])
    carry_out(clerk, path)
    assert UNDO not in clerk.get(path).text
    answer = clerk.post(f"{path}undo", page="/admin/")
    assert answer.status_code == 409
    assert "此操作不能撤销" in words(answer.text)


def test_no_list_begins_an_undo(at_desk: SignIn, job: Job) -> None:
    clerk = at_desk("authority")
    fields = {"action": "undo_approve", "rowid": str(job.rows["confirmed"][0])}
    assert clerk.post(ACTION, fields, page="/admin/").status_code == 400


def test_the_ledger_leads_to_and_fro(at_desk: SignIn, job: Job) -> None:
    clerk = at_desk("authority")
    path = approve(clerk, *job.rows["confirmed"])
    taking = undo(clerk, path)
    assert send_batch(clerk, taking).status_code == 303
    ledger = clerk.get("/admin/batch/").text
    numbers = [each.split("/")[-2] for each in (path, taking)]
    assert f'<a href="{numbers[1]}/">批次 {numbers[1]}</a>' in ledger
    assert f'<a href="{numbers[0]}/">批次 {numbers[0]}</a>' in ledger
    undone = clerk.get("/admin/batch/?filter=state:eq:undone").text
    assert f'<tr data-id="{numbers[0]}" ' in undone
    assert f'<tr data-id="{numbers[1]}" ' not in undone
    kind = clerk.get("/admin/batch/?filter=kind:eq:undo").text
    assert f'<tr data-id="{numbers[1]}" ' in kind
    act = clerk.get("/admin/batch/?filter=action:eq:certification_application:undo_approve")
    assert act.status_code == 200


def test_every_outcome_can_be_downloaded_with_what_undid_it(at_desk: SignIn, job: Job) -> None:
    clerk = at_desk("authority")
    path = approve(clerk, *job.rows["confirmed"])
    carry_out(clerk, undo(clerk, path))
    answer = clerk.get(f"{path}rows.xlsx")
    assert answer.status_code == 200
