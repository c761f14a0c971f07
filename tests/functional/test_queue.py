"""The queue over HTTP: begin, decide, skip, leave; one clerk a record; refusals keep what was
typed.
"""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update

import views
from models import clock
from models.accounts.tables import UserAccount
from models.audit.tables import AuditLog
from models.base.session import ActorSession
from models.batch.tables import Batch, Claim
from models.certification.choices import MaterialState
from models.certification.states import MACHINE
from models.certification.tables import CertificationApplication
from models.certification.tables_parts import ApplicationMaterial
from models.reference.tables import CodeItem, CodeSet
from models.workflow.registry import machine_of
from models.workflow.tables import WorkflowLog
from tests.factories.main_job import COUNTS, Job
from tests.support.forms import form_of
from tests.support.main_job import LIST, states, words
from tests.support.queueing import QUEUE, begin, decide, record_in
from tests.support.record_pages import Ask, SignIn, Staff

A = CertificationApplication


@pytest.fixture
def confirm(at_desk: SignIn) -> Staff:
    """Return the site's clerk, signed in."""
    return at_desk("confirm")


def held(ask: Ask) -> list[int]:
    rows = select(func.count()).select_from(Claim)
    return [ask(rows), ask(select(func.max(Claim.row_id)))]


def test_the_list_offers_the_queue_to_whom_something_waits_for(
    confirm: Staff, at_desk: SignIn
) -> None:
    assert 'action="queue/next/" data-queue-start' in confirm.get(LIST).text
    narrowed = confirm.get(f"{LIST}?filter=status:eq:submitted").text
    assert 'name="state" value="submitted"' in narrowed
    viewer = at_desk("viewer")
    assert "data-queue-start" not in viewer.get(LIST).text
    assert viewer.get(QUEUE).status_code == 403
    assert viewer.post(f"{QUEUE}next/", page="/admin/").status_code == 403


def test_the_first_page_tells_what_waits(confirm: Staff, work: ActorSession, job: Job) -> None:
    page = words(confirm.get(QUEUE).text)
    assert f"网报成功，等待现场确认 {COUNTS['submitted'] + 1}" in page
    assert "申请材料不全 1" in page
    work.execute(
        update(A)
        .where(A.status.in_(("submitted", "materials_incomplete")))
        .values(status="confirmed"),
        execution_options={"unscoped": "test", "synchronize_session": False},
    )
    work.commit()
    assert "没有待办" in words(confirm.get(QUEUE).text)


def test_a_decision_is_a_batch_of_one_and_leads_to_the_next(
    confirm: Staff, job: Job, work: ActorSession, ask: Ask
) -> None:
    first = begin(confirm)
    assert first == min([*job.rows["submitted"], job.own.application])
    assert held(ask) == [1, first]
    answer = decide(confirm, first, "confirm", complete="1")
    following = record_in(answer)
    assert following != first
    assert "state=submitted" in answer.location
    assert states(work, first) == ["confirmed"]
    assert held(ask) == [1, following]
    key = ask(select(func.max(Batch.id)))
    batch = work.get_one(Batch, key)
    assert (batch.pinned_count, batch.done_count, batch.state) == (1, 1, "done")
    work.rollback()
    history = select(func.count()).where(
        WorkflowLog.batch_id == key, WorkflowLog.machine == MACHINE.name
    )
    assert ask(history) == 1
    assert ask(select(func.count()).where(AuditLog.batch_id == key)) == 1
    page = words(confirm.get(answer.location).text)
    assert "确认通过" in page
    assert f"还有 {COUNTS['submitted']} 项" in page
    assert "近一小时办理 1 项" in page
    assert "约每小时" not in page, "one decision is no pace"


def test_the_last_decision_is_told_to_who_made_it_alone(
    confirm: Staff, at_desk: SignIn, job: Job
) -> None:
    answer = decide(confirm, begin(confirm), "confirm", complete="1")
    done = re.search(r"done=(\d+)", answer.location)
    assert done
    authority = at_desk("authority")
    assert "queue-last" in confirm.get(f"{QUEUE}?done={done[1]}").text
    assert "queue-last" not in authority.get(f"{QUEUE}?done={done[1]}").text
    for junk in ("0", "-1", "x", "99999999999"):
        assert confirm.get(f"{QUEUE}?done={junk}").status_code == 200


def test_two_clerks_are_given_different_records(
    confirm: Staff, at_desk: SignIn, job: Job, work: ActorSession
) -> None:
    authority = at_desk("authority")
    mine, theirs = begin(confirm), begin(authority)
    assert mine != theirs
    page = authority.get(f"{QUEUE}?id={mine}")
    assert "同事正在办理这条记录" in page.text
    forged = authority.token(LIST)
    fields = {"csrf_token": forged, "id": str(mine), "action": "confirm", "row_version": "1"}
    answer = authority.http.post(f"{QUEUE}decide/", data=fields)
    assert answer.status_code == 409
    assert states(work, mine) == ["submitted"]
    renewed = {"id": str(mine), "csrf_token": forged}
    refused = authority.http.post(f"{QUEUE}hold/", data=renewed)
    assert refused.status_code == 409
    assert "同事正在办理这条记录" in refused.text
    asks = {"Accept": "application/json"}
    answers = [
        client.http.post(f"{QUEUE}hold/", data=fields, headers=asks)
        for client, fields in (
            (authority, renewed),
            (confirm, {"id": str(mine), "csrf_token": confirm.token(LIST)}),
        )
    ]
    assert [(each.status_code, each.text) for each in answers] == [(409, ""), (204, "")]


def test_an_input_that_is_missing_keeps_what_was_typed(
    confirm: Staff, job: Job, work: ActorSession, ask: Ask
) -> None:
    row_id = begin(confirm)
    answer = decide(confirm, row_id, "mark_incomplete", reason="缺体检表")
    assert answer.status_code == 400
    assert "缺体检表</textarea>" in answer.text
    assert "“缺少的材料”" in answer.text
    assert states(work, row_id) == ["submitted"]
    assert held(ask) == [1, row_id]
    assert ask(select(func.count()).select_from(Batch)) == 0
    deadline = (clock.today() + timedelta(days=1)).isoformat()
    good = decide(
        confirm, row_id, "mark_incomplete", reason="缺体检表", missing="photo", deadline=deadline
    )
    assert record_in(good) != row_id
    assert states(work, row_id) == ["materials_incomplete"]
    assert 'data-reason="缺体检表"' in confirm.get(good.location).text


def test_the_usual_reasons_come_first_and_in_their_places(
    confirm: Staff, work: ActorSession
) -> None:
    names = ("重复申请", "证件不符", "停用的理由")
    work.add(CodeSet(code="CONFIRM_REASON", name="确认不通过原因"))
    work.flush()
    work.add_all(
        CodeItem(set_code="CONFIRM_REASON", code=str(9 - place), name=name, sort=place)
        for place, name in enumerate(names)
    )
    work.flush()
    stopped = select(CodeItem).where(CodeItem.name == names[2])
    work.scalars(stopped).one().enabled = False
    work.commit()
    before = begin(confirm)
    after = decide(confirm, before, "reject_confirmation", reason="字迹不清")
    page = confirm.get(after.location).text
    assert re.findall(r'data-reason="([^"]+)"', page) == [*names[:2], "字迹不清"]


def test_a_record_that_may_not_be_moved_stays_with_the_reason(
    confirm: Staff, job: Job, work: ActorSession
) -> None:
    row_id = begin(confirm)
    work.add(
        ApplicationMaterial(
            application_id=row_id,
            material_code="photo" if not _has(work, row_id, "photo") else "health_cert",
            required=True,
            state=MaterialState.missing.value,
        )
    )
    work.commit()
    answer = decide(confirm, row_id, "confirm")
    assert answer.status_code == 409
    assert "未办理。" in answer.text
    assert states(work, row_id) == ["submitted"]


def _has(work: ActorSession, row_id: int, code: str) -> bool:
    found = select(ApplicationMaterial.id).where(
        ApplicationMaterial.application_id == row_id, ApplicationMaterial.material_code == code
    )
    return work.scalar(found) is not None


def test_a_record_changed_meanwhile_is_not_decided_unseen(
    confirm: Staff, job: Job, work: ActorSession
) -> None:
    row_id = begin(confirm)
    version = work.get_one(A, row_id).version
    work.rollback()
    fields = {
        "csrf_token": confirm.token(LIST),
        "id": str(row_id),
        "action": "confirm",
        "row_version": str(version - 1),
        "input_complete": "1",
    }
    answer = confirm.http.post(f"{QUEUE}decide/", data=fields)
    assert answer.status_code == 409
    assert states(work, row_id) == ["submitted"]


def test_skipping_goes_round_and_leaving_lets_go(confirm: Staff, ask: Ask) -> None:
    first = begin(confirm)
    seen, row_id = [first], first
    while (row_id := begin(confirm, after=str(row_id), state="submitted")) != first:
        seen.append(row_id)
    assert seen == sorted(seen)
    assert len(seen) == COUNTS["submitted"] + 1
    answer = confirm.post(f"{QUEUE}leave/", page=LIST)
    assert (answer.status_code, answer.location) == (303, LIST)
    assert ask(select(func.count()).select_from(Claim)) == 0


def test_a_record_that_is_done_waits_no_more(confirm: Staff, job: Job) -> None:
    page = confirm.get(f"{QUEUE}?id={job.rows['confirmed'][0]}")
    assert page.status_code == 200
    assert "这条记录已不再待办" in page.text
    assert confirm.get(f"{QUEUE}?id={job.foreign}").status_code == 404


def test_a_lease_that_ran_out_can_be_taken_by_pressing(
    confirm: Staff, at_desk: SignIn, work: ActorSession, ask: Ask
) -> None:
    row_id = begin(confirm)
    work.execute(
        update(Claim).values(until=clock.now() - timedelta(seconds=1)),
        execution_options={"unscoped": "test"},
    )
    work.commit()
    authority = at_desk("authority")
    page = authority.get(f"{QUEUE}?id={row_id}&state=submitted").text
    assert "这条记录目前没有为您占用" in words(page)
    assert "data-hold" not in page
    assert 'name="action"' not in page, "what is not held is not decided"
    holder = select(UserAccount.username).join(Claim, Claim.user_id == UserAccount.id)
    assert ask(holder) == "confirm", "whoever looks takes nothing"
    assert ask(select(Claim.until)) < clock.now()
    form = form_of(page, "data-continue")
    answer = authority.http.post(f"{QUEUE}hold/", data=form)
    assert record_in(answer) == row_id
    assert "state=submitted" in answer.location
    assert ask(holder) == "authority"
    assert "data-hold" in authority.get(answer.location).text
    assert "同事正在办理这条记录" in confirm.get(f"{QUEUE}?id={row_id}").text


def test_nothing_is_held_or_decided_without_a_token(confirm: Staff, ask: Ask, job: Job) -> None:
    for step in ("next", "decide", "hold", "leave"):
        answer = confirm.http.post(f"{QUEUE}{step}/", data={"id": job.rows["submitted"][0]})
        assert answer.status_code == 400, step
    assert ask(select(func.count()).select_from(Claim)) == 0


@pytest.mark.one_database("sqlite")
def test_every_list_with_states_has_a_queue_and_no_other(app: Flask) -> None:
    rules = {rule.rule for rule in app.url_map.iter_rules()}
    for grid in views.GRIDS:
        model = grid.mapped
        has = machine_of(model) is not None and not model.__part_of__
        assert (f"/admin/{model.__tablename__}/queue/" in rules) is has, model
