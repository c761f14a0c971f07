"""An import, or its undo, whose worker is killed with -9: all of it or nothing, and the next worker
goes on.
"""

from __future__ import annotations

from io import BytesIO
from threading import Event
from time import monotonic

import pytest
from flask import Flask
from sqlalchemy import func, select

from models.audit.tables import AuditLog
from models.base.session import ActorSession
from models.batch.tables import Batch, BatchRow
from models.reference.tables import Org
from tests.factories.main_job import Job
from tests.support.record_pages import SignIn, Staff
from tests.support.workers import kill, nursery

ROWS = 80
#: Shares of the time that a worker takes which is left alone, after which the others are killed.
LIVES = (0.2, 0.5, 0.8)
PATIENCE_SECONDS = 90
TICK_SECONDS = 0.02


def queued(clerk: Staff, work: ActorSession, mark: int) -> int:
    """Send a file of new sites and have it wait for a worker; return its batch."""
    region = work.scalar(select(Org.region_code).limit(1))
    work.rollback()
    lines = ["名称,类别,行政区划", *(f"甲{mark}之{n},确认点,{region}" for n in range(ROWS))]
    token = clerk.token("/admin/")

    def post(path: str, **fields: object) -> str:
        answer = clerk.http.post(path, data={"csrf_token": token, **fields})
        assert answer.status_code == 303, answer.text
        return answer.location

    file = (BytesIO("\n".join(lines).encode()), "确认点.csv")
    path = post("/admin/import/org/", file=file)
    post(f"{path}preview")
    return int(path.split("/")[-2])


def facts(work: ActorSession, batch_id: int, mark: int) -> tuple[str, int, int, int]:
    """Return the state, and how many sites, rows of the ledger and entries of the trail."""
    made = select(func.count()).where(Org.name.startswith(f"甲{mark}之"))
    kept = select(func.count()).where(BatchRow.batch_id == batch_id)
    told = select(func.count()).where(
        AuditLog.batch_id == batch_id, AuditLog.event == "reference:org:import"
    )
    state = work.scalar(select(Batch.state).where(Batch.id == batch_id))
    found = (str(state), *(work.scalar(each) or 0 for each in (made, kept, told)))
    work.rollback()
    return found  # type: ignore[return-value]  # three counts


def wait_for(work: ActorSession, batch_id: int, state: str) -> float:
    """Return how many seconds it took until the batch was in a state."""
    began = monotonic()
    for _ in range(int(PATIENCE_SECONDS / TICK_SECONDS)):
        found = work.scalar(select(Batch.state).where(Batch.id == batch_id))
        work.rollback()
        if found == state:
            return monotonic() - began
        Event().wait(TICK_SECONDS)
    pytest.fail(f"no worker brought the import to {state}")


def test_an_import_whose_worker_is_killed_leaves_nothing_and_goes_on(
    app: Flask, database: str, at_desk: SignIn, job: Job, work: ActorSession,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    assert job
    app.extensions["jobs"].prepare().flush()
    clerk, took, interrupted = at_desk("authority"), 0.0, 0
    with nursery(database, app.config["INSTANCE"]) as workers:
        for mark, life in enumerate((None, *LIVES)):
            monkeypatch.setitem(app.config, "IMPORT_INLINE_ROWS", ROWS)
            batch_id = queued(clerk, work, mark)
            monkeypatch.setitem(app.config, "IMPORT_INLINE_ROWS", 1)
            token = {"csrf_token": clerk.token("/admin/")}
            assert clerk.http.post(f"/admin/import/{batch_id}/commit", data=token).status_code
            worker = workers.start()
            if life is not None:
                Event().wait(life * took)
                kill(worker)
                is_done = facts(work, batch_id, mark)[0] == "done"
                nothing, all_ = ("previewed", 0, 0, 0), ("done", ROWS, ROWS, 1)
                assert facts(work, batch_id, mark) == (all_ if is_done else nothing)
                interrupted += not is_done
                worker = workers.start()
            spent = wait_for(work, batch_id, "done")
            took = took or spent
            kill(worker)
            assert facts(work, batch_id, mark) == ("done", ROWS, ROWS, 1)
    assert interrupted > 0, "no worker was killed in time"


def undone_facts(work: ActorSession, undo_id: int, mark: int) -> tuple[str, int, int, int]:
    """Return the state of an undo, and how many sites are left, rows marked and entries told."""
    left = select(func.count()).where(Org.name.startswith(f"甲{mark}之"), ~Org.is_deleted)
    marked = select(func.count()).where(BatchRow.undone_by_id == undo_id)
    told = select(func.count()).where(
        AuditLog.batch_id == undo_id, AuditLog.event == "reference:org:undo_import"
    )
    state = work.scalar(select(Batch.state).where(Batch.id == undo_id))
    found = (str(state), *(work.scalar(each) or 0 for each in (left, marked, told)))
    work.rollback()
    return found  # type: ignore[return-value]  # three counts


def queued_undo(clerk: Staff, work: ActorSession, mark: int) -> int:
    """Import new sites and press undo; return the batch of the undo, previewed."""
    token = {"csrf_token": clerk.token("/admin/")}
    batch_id = queued(clerk, work, mark)
    assert clerk.http.post(f"/admin/import/{batch_id}/commit", data=token).status_code == 303
    return int(
        clerk.http.post(f"/admin/import/{batch_id}/undo", data=token).location.split("/")[-2]
    )


def test_the_undo_of_an_import_whose_worker_is_killed_leaves_everything_and_goes_on(
    app: Flask, database: str, at_desk: SignIn, job: Job, work: ActorSession,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    assert job
    app.extensions["jobs"].prepare().flush()
    clerk, took, interrupted = at_desk("authority"), 0.0, 0
    nothing, all_ = ("previewed", ROWS, 0, 0), ("done", 0, ROWS, 1)
    with nursery(database, app.config["INSTANCE"]) as workers:
        for mark, life in enumerate((None, *LIVES)):
            monkeypatch.setitem(app.config, "IMPORT_INLINE_ROWS", ROWS)
            undo_id = queued_undo(clerk, work, mark)
            monkeypatch.setitem(app.config, "IMPORT_INLINE_ROWS", 1)
            token = {"csrf_token": clerk.token("/admin/")}
            assert clerk.http.post(f"/admin/batch/{undo_id}/commit", data=token).status_code == 303
            worker = workers.start()
            if life is not None:
                Event().wait(life * took)
                kill(worker)
                found = undone_facts(work, undo_id, mark)
                assert found in (nothing, all_)
                interrupted += found == nothing
                worker = workers.start()
            spent = wait_for(work, undo_id, "done")
            took = took or spent
            kill(worker)
            assert undone_facts(work, undo_id, mark) == all_
    assert interrupted > 0, "no worker was killed in time"
