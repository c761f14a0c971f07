"""A slip in the queue: taken back at once, with its record held again."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from models import clock
from models.accounts.tables import UserRole
from models.base.session import ActorSession
from models.batch.tables import Batch, Claim
from models.reference.tables import Org
from tests.factories.main_job import Job
from tests.support.accounts import make_account
from tests.support.main_job import LIST, states
from tests.support.queueing import QUEUE, begin, decide
from tests.support.record_pages import Ask, SignIn, Staff


@pytest.fixture
def confirm(at_desk: SignIn, job: Job) -> Staff:
    """Return the site's clerk, signed in."""
    assert job
    return at_desk("confirm")


def decided(client: Staff, row_id: int) -> int:
    """Confirm the held record; return the number of its batch."""
    answer = decide(client, row_id, "confirm", complete="1")
    done = re.search(r"done=(\d+)", answer.location or "")
    assert done, answer.text
    return int(done[1])


def test_the_last_decision_is_taken_back_and_its_record_held_again(
    confirm: Staff, work: ActorSession, ask: Ask
) -> None:
    row_id = begin(confirm)
    batch = decided(confirm, row_id)
    assert states(work, row_id) == ["confirmed"]
    answer = confirm.post(f"{QUEUE}undo/", {"batch": str(batch)}, page=LIST)
    assert answer.status_code == 303
    assert f"id={row_id}" in answer.location
    assert states(work, row_id) == ["submitted"]
    assert ask(select(Claim.row_id)) == row_id
    assert "撤销“确认通过”" in confirm.get(answer.location).text
    again = confirm.post(f"{QUEUE}undo/", {"batch": str(batch)}, page=LIST)
    assert again.status_code == 409
    assert "这项办理此前已经撤销" in again.text


def test_what_was_taken_back_counts_as_no_work(confirm: Staff) -> None:
    row_id = begin(confirm)
    batch = decided(confirm, row_id)
    answer = confirm.post(f"{QUEUE}undo/", {"batch": str(batch)}, page=LIST)
    assert "近一小时" not in confirm.get(answer.location).text
    again = decide(confirm, row_id, "confirm", complete="1")
    assert "近一小时办理 1 项" in confirm.get(again.location).text


def test_after_half_a_minute_it_is_undone_on_its_batch_alone(
    confirm: Staff, work: ActorSession
) -> None:
    row_id = begin(confirm)
    batch = decided(confirm, row_id)
    late = clock.now() - timedelta(seconds=31)
    work.execute(
        update(Batch).where(Batch.id == batch).values(finished_at=late),
        execution_options={"unscoped": "test"},
    )
    work.commit()
    answer = confirm.post(f"{QUEUE}undo/", {"batch": str(batch)}, page=LIST)
    assert answer.status_code == 409
    assert states(work, row_id) == ["confirmed"]
    assert "data-undo" not in confirm.get(f"{QUEUE}?done={batch}").text


def test_only_a_decision_of_ones_own_in_this_queue_is_taken_back(
    confirm: Staff, at_desk: SignIn, work: ActorSession
) -> None:
    row_id = begin(confirm)
    batch = str(decided(confirm, row_id))
    stranger = at_desk("authority")
    assert stranger.post(f"{QUEUE}undo/", {"batch": batch}, page=LIST).status_code == 404
    elsewhere = update(Batch).where(Batch.id == int(batch)).values(entity="work_plan")
    work.execute(elsewhere, execution_options={"unscoped": "test"})
    work.commit()
    assert confirm.post(f"{QUEUE}undo/", {"batch": batch}, page=LIST).status_code == 404
    assert states(work, row_id) == ["confirmed"]


def test_who_may_only_look_at_a_record_does_not_hold_it(
    at_desk: SignIn, work: ActorSession, job: Job, ask: Ask
) -> None:
    province = work.get_one(Org, job.province)
    account = make_account(work, province, "above")
    work.add(UserRole(user_id=account.id, role_code="authority", scope_org_id=province.id))
    work.commit()
    above = at_desk("above")
    row_id = job.rows["submitted"][0]
    assert above.get(f"{LIST}details/?id={row_id}").status_code == 200
    assert above.get(f"{QUEUE}?id={row_id}").status_code == 403
    assert above.post(f"{QUEUE}hold/", {"id": str(row_id)}, page=LIST).status_code == 403
    assert ask(select(func.count()).select_from(Claim)) == 0
