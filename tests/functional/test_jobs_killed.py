"""A worker killed with -9 at a random moment: all or nothing, and the next one goes on."""

from __future__ import annotations

import random
from threading import Event
from time import monotonic
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from admin_app.jobs import Jobs
from models.audit.tables import AuditLog
from models.base.session import ActorSession
from models.batch.tables import Batch, BatchRow
from models.certification.tables import CertificationApplication
from models.messaging.tables import Message
from models.workflow.tables import WorkflowLog
from tests.factories.main_job import Job, make_rows
from tests.support.main_job import press, send_batch
from tests.support.record_pages import SignIn, Staff
from tests.support.workers import kill, nursery

KILLS = 20
ROWS = 400
#: Two transitions that lead to and fro, so that the same rows serve every time.
WAYS = {
    "confirmed": ("approve", "approved_unnumbered"),
    "approved_unnumbered": ("withdraw_approval", "confirmed"),
}
#: How long the first worker may live: from before it looks for work to after it has done it. The
#: next ones may live half as long again as one took that was left alone, however busy the machine.
LONGEST_LIFE_SECONDS = 0.6
PATIENCE_SECONDS = 60
TICK_SECONDS = 0.02


@pytest.fixture
def rows(work: ActorSession, job: Job) -> list[int]:
    """Store enough applications to be caught in the middle."""
    made = job.rows["confirmed"] + make_rows(work, job.office, "confirmed", ROWS)
    work.commit()
    return made


def queue(clerk: Staff, work: ActorSession, state: str) -> int:
    action, _target = WAYS[state]
    path = press(clerk, action, query=f"filter=status:eq:{state}")
    inputs = {"reason": "录入有误"} if action == "withdraw_approval" else {}
    assert send_batch(clerk, path, "commit", **inputs).status_code == 303
    found = work.scalars(select(Batch.id).order_by(Batch.id.desc()).limit(1)).one()
    work.rollback()
    return found


def facts(work: ActorSession, batch_id: int) -> dict[str, Any]:
    """Return what ledger, records, history and trail say of a batch."""
    log, row = WorkflowLog, BatchRow
    found = {
        "state": work.scalar(select(Batch.state).where(Batch.id == batch_id)),
        "done": work.scalar(select(Batch.done_count).where(Batch.id == batch_id)),
        "rows": work.scalar(
            select(func.count()).where(row.batch_id == batch_id, row.outcome == "done")
        ),
        "history": work.scalar(select(func.count()).where(log.batch_id == batch_id)),
        "trail": work.scalar(select(func.count()).where(AuditLog.batch_id == batch_id)),
        "letters": work.scalar(
            select(func.count()).where(
                Message.entity == Batch.__tablename__, Message.entity_id == batch_id
            )
        ),
        "states": dict(
            work.execute(
                select(CertificationApplication.status, func.count())
                .where(CertificationApplication.status.in_(WAYS))
                .group_by(CertificationApplication.status)
            ).all()
        ),
    }
    work.rollback()
    return found


def expected(before: dict[str, Any], state: str, *, is_done: bool) -> dict[str, Any]:
    """Return what they must say: everything happened, or nothing."""
    states, count = dict(before["states"]), before["states"][state]
    if not is_done:
        return before
    target = WAYS[state][1]
    states[target] = states.get(target, 0) + states.pop(state)
    return {
        "state": "done",
        "done": count,
        "rows": count,
        "history": count,
        "trail": 1,
        "letters": 1,
        "states": states,
    }


def wait_until_done(work: ActorSession, batch_id: int) -> float:
    """Return how many seconds it took."""
    began = monotonic()
    ticks = int(PATIENCE_SECONDS / TICK_SECONDS)
    for _ in range(ticks):
        found = work.scalar(select(Batch.state).where(Batch.id == batch_id))
        work.rollback()
        if found == "done":
            return monotonic() - began
        Event().wait(TICK_SECONDS)
    pytest.fail("the next worker did not carry the batch out")


def test_killed_at_any_moment_it_is_all_or_nothing_and_goes_on(
    app: Flask,
    database: str,
    at_desk: SignIn,
    work: ActorSession,
    rows: list[int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(app.config, "BATCH_INLINE_ROWS", 1)
    jobs: Jobs = app.extensions["jobs"]
    jobs.prepare().flush()
    clerk, chance = at_desk("authority"), random.Random(20)
    state, interrupted, caught, longest = "confirmed", 0, 0, LONGEST_LIFE_SECONDS
    with nursery(database, app.config["INSTANCE"]) as workers:
        for _ in range(KILLS):
            batch_id = queue(clerk, work, state)
            before = facts(work, batch_id)
            assert before["done"] >= len(rows)
            worker = workers.start()
            Event().wait(chance.uniform(0, longest))
            kill(worker)
            found = facts(work, batch_id)
            is_done = found["state"] == "done"
            assert found == expected(before, state, is_done=is_done)
            if not is_done:
                interrupted += 1
                caught += jobs._read(f"batch:{batch_id}") is not None
                survivor = workers.start()
                longest = 1.5 * wait_until_done(work, batch_id)
                kill(survivor)
                assert facts(work, batch_id) == expected(before, state, is_done=True)
            state = WAYS[state][1]
    assert 0 < interrupted < KILLS, "the lives of the workers are too long, or too short"
    assert caught > 0, "no worker was killed while it was at it"
