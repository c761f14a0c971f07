"""Jobs that end, or are confirmed, while somebody else looks at them."""

from __future__ import annotations

from threading import Thread
from typing import Any

import pytest
from flask import Flask

from admin_app.jobs import Jobs
from models.accounts.queries import actor_named
from models.base.engine import make_engine
from models.base.session import ActorSession
from models.batch.operations import preview, queue
from models.batch.tables import Batch
from models.errors import Conflict
from tests.factories.main_job import Job
from tests.support.main_job import press, send_batch
from tests.support.record_pages import SignIn


@pytest.fixture
def jobs(app: Flask) -> Jobs:
    """Return the app's jobs with an empty queue."""
    found: Jobs = app.extensions["jobs"]
    found.prepare().flush()
    return found


def test_a_job_of_a_dead_worker_is_nobodys(jobs: Jobs) -> None:
    jobs.prepare()
    jobs._tell(7, "apply")
    assert jobs.progress(7)["percent"] > 0
    told = jobs._read("batch:7")
    assert told is not None
    jobs.huey.put("batch:7", told | {"pid": 2**22 + 1})
    assert jobs.progress(7) == {}
    jobs.huey.put("batch:7", told | {"host": "elsewhere", "at": told["at"] - 3600})
    assert jobs.progress(7) == {}


def test_what_ends_while_it_is_told_of_is_at_work_no_more(
    jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs.prepare()
    jobs._tell(7, "apply")
    ending, write = Thread(target=jobs._forget, args=(7,)), jobs._write

    def write_as_it_ends(key: str, told: dict[str, Any]) -> None:
        if key == "batch:7":
            ending.start()
            ending.join(0.2)  # without the lock it would be through by now
        write(key, told)

    monkeypatch.setattr(jobs, "_write", write_as_it_ends)
    jobs.show_life()
    ending.join()
    assert not jobs._is_at_work(7)
    jobs.show_life()
    assert not jobs._is_at_work(7)


@pytest.mark.one_database("postgresql")
def test_what_was_confirmed_is_not_changed_by_who_looked_before_it_waited(
    at_desk: SignIn, job: Job, work: ActorSession, database: str
) -> None:
    clerk = at_desk("authority")
    path = press(clerk, "refuse", *job.rows["confirmed"])
    assert send_batch(clerk, path, "preview", reason="学历不符").status_code == 303
    key, who = int(path.rstrip("/").rpartition("/")[2]), actor_named(work, "authority")
    engine = make_engine(database)
    with ActorSession(bind=engine) as early, ActorSession(bind=engine) as other:
        for each in (early, other):
            each.act_as(who)
        batch = early.get_one(Batch, key)
        assert batch.queued_at is None
        queue(other, other.get_one(Batch, key), {"input_reason": "学历不符"})
        other.commit()
        with pytest.raises(Conflict):
            preview(early, batch, {"input_reason": "另一个理由"})
        early.rollback()
        batch = early.get_one(Batch, key)
        assert queue(early, batch, {"input_reason": "另一个理由"}).inputs == {"reason": "学历不符"}
    engine.dispose()


def test_a_word_too_many_leaves_a_batch_that_does_not_wait(
    at_desk: SignIn, job: Job, jobs: Jobs, work: ActorSession
) -> None:
    clerk = at_desk("authority")
    path = press(clerk, "refuse", *job.rows["confirmed"])
    assert send_batch(clerk, path, "preview", reason="学历不符").status_code == 303
    key = int(path.rstrip("/").rpartition("/")[2])
    jobs._work(key)
    batch = work.get_one(Batch, key)
    assert (batch.state, batch.failure) == ("previewed", None)
