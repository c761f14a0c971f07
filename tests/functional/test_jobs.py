"""Large batches: queued in the ledger, carried out by the job worker, all of them or nothing."""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from admin_app.jobs import Jobs
from models.accounts.tables import UserAccount, UserRole
from models.base.session import ActorSession
from models.batch.queueing import MOST_ATTEMPTS
from models.batch.tables import Batch
from models.errors import Conflict
from models.messaging.tables import Message
from models.text import msg
from tests.factories.main_job import Job
from tests.support.main_job import press, send_batch, sentence, states, words
from tests.support.record_pages import SignIn, Staff


@pytest.fixture
def jobs(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Jobs:
    """Return the app's jobs with an empty queue; every batch of two rows is a large one."""
    monkeypatch.setitem(app.config, "BATCH_INLINE_ROWS", 1)
    found: Jobs = app.extensions["jobs"]
    found.prepare().flush()
    return found


@pytest.fixture
def redis_url() -> Iterator[str]:
    """Return the address of a Redis of the test's own."""
    with tempfile.TemporaryDirectory(prefix="panel-redis-") as folder:
        socket = f"{folder}/socket"
        command = [
            "redis-server",
            "--port",
            "0",
            "--unixsocket",
            socket,
            "--save",
            "",
            "--dir",
            folder,
        ]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
            assert server.stdout is not None
            assert any("ready to accept connections" in line.lower() for line in server.stdout)
            yield f"unix://{socket}"
            server.terminate()


@pytest.fixture
def clerk(at_desk: SignIn) -> Staff:
    return at_desk("authority")


def queued(clerk: Staff, job: Job) -> str:
    """Press 审核通过 for the confirmed applications and commit; return the batch's address."""
    path = press(clerk, "approve", *job.rows["confirmed"])
    answer = send_batch(clerk, path)
    assert (answer.status_code, answer.location) == (303, path), answer.text
    return path


def number(path: str) -> int:
    found = re.search(r"/(\d+)/", path)
    assert found
    return int(found[1])


def serve(jobs: Jobs) -> None:
    """Do what a worker does with everything that is in the queue."""
    queue = jobs.prepare()
    while (task := queue.dequeue()) is not None:
        queue.execute(task)


def progress(clerk: Staff, path: str) -> dict[str, Any]:
    told: dict[str, Any] = clerk.get(f"{path}progress").get_json()
    return told


def letters(work: ActorSession) -> list[Message]:
    found = list(work.scalars(select(Message).where(Message.entity == "batch")))
    work.rollback()
    return found


def test_a_large_batch_waits_and_a_worker_carries_it_out(
    jobs: Jobs, clerk: Staff, job: Job, work: ActorSession
) -> None:
    rows = job.rows["confirmed"]
    path = queued(clerk, job)
    assert states(work, *rows) == ["confirmed"] * 4
    page = clerk.get(path).text
    assert "data-progress=" in page
    assert "没有任务程序在运行" in words(page)
    assert "执行中" not in words(page)
    assert "等待执行" in words(page)
    ledger = "/admin/batch/?filter=state:eq:"
    assert f'data-id="{number(path)}"' in clerk.get(f"{ledger}queued").text
    assert f'data-id="{number(path)}"' not in clerk.get(f"{ledger}running").text
    told = progress(clerk, path)
    assert (told["is_over"], told["percent"], told["may_cancel"]) == (False, 0, True)

    serve(jobs)

    assert states(work, *rows) == ["approved_unnumbered"] * 4
    page = clerk.get(path).text
    assert sentence(page) == [4, 4]
    assert "data-progress=" not in page
    assert progress(clerk, path)["is_over"] is True
    (letter,) = letters(work)
    assert letter.entity_id == number(path)
    assert "已办理 4" in letter.body
    assert letter.recipient_id == work.scalar(
        select(UserAccount.id).where(UserAccount.username == "authority")
    )


def test_on_redis_it_is_the_same(
    app: Flask,
    jobs: Jobs,
    clerk: Staff,
    job: Job,
    work: ActorSession,
    redis_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert jobs.app is app
    monkeypatch.setitem(app.config, "REDIS_URL", redis_url)
    on_redis = Jobs(app)
    monkeypatch.setitem(app.extensions, "jobs", on_redis)
    path = queued(clerk, job)
    assert [task.args for task in on_redis.prepare().pending()] == [(number(path),)]
    assert jobs.prepare().pending() == []
    on_redis.show_life()
    assert "正在排队等待办理" in words(clerk.get(path).text)
    serve(on_redis)
    assert sentence(clerk.get(path).text) == [4, 4]
    assert on_redis.progress(number(path)) == {}


def test_a_queue_out_of_reach_loses_nothing(
    app: Flask,
    jobs: Jobs,
    clerk: Staff,
    job: Job,
    work: ActorSession,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(app.config, "REDIS_URL", "unix:///nowhere/redis")
    monkeypatch.setitem(app.extensions, "jobs", Jobs(app))
    path = queued(clerk, job)
    assert clerk.get(path).status_code == 200
    assert jobs.sweep() == [number(path)]
    serve(jobs)
    assert states(work, *job.rows["confirmed"]) == ["approved_unnumbered"] * 4


def test_a_small_batch_is_carried_out_at_once(
    jobs: Jobs, clerk: Staff, job: Job, work: ActorSession
) -> None:
    first = job.rows["confirmed"][0]
    path = press(clerk, "approve", first)
    send_batch(clerk, path)
    assert states(work, first) == ["approved_unnumbered"]
    assert jobs.prepare().pending() == []


def test_pressing_again_queues_it_once(
    jobs: Jobs, clerk: Staff, job: Job, work: ActorSession
) -> None:
    path = press(clerk, "approve", *job.rows["confirmed"])
    page = clerk.get(path).text
    for _ in range(2):
        answer = clerk.post(f"{path}commit", {"inputs_shown": "1"}, page=path)
        assert answer.status_code == 303, page
    serve(jobs)
    assert sentence(clerk.get(path).text) == [4, 4]
    assert work.get_one(Batch, number(path)).attempts == 1
    assert len(letters(work)) == 1


def test_a_waiting_batch_can_be_cancelled_but_not_previewed_again(
    jobs: Jobs, clerk: Staff, job: Job, work: ActorSession
) -> None:
    path = queued(clerk, job)
    refused = clerk.post(f"{path}preview", page=path)
    assert refused.status_code == 409
    assert "等待办理" in words(refused.text)
    assert clerk.post(f"{path}cancel", page=path).status_code == 303
    serve(jobs)
    assert states(work, *job.rows["confirmed"]) == ["confirmed"] * 4
    assert work.get_one(Batch, number(path)).state == "cancelled"
    assert letters(work) == []


def test_who_lost_the_role_meanwhile_changes_nothing(
    jobs: Jobs, clerk: Staff, job: Job, work: ActorSession, at_desk: SignIn
) -> None:
    path = queued(clerk, job)
    account = select(UserAccount.id).where(UserAccount.username == "authority").scalar_subquery()
    for role in work.scalars(select(UserRole).where(UserRole.user_id == account)):
        work.delete(role)
    work.commit()
    serve(jobs)
    assert states(work, *job.rows["confirmed"]) == ["confirmed"] * 4
    batch = work.get_one(Batch, number(path))
    assert batch.state == "failed"
    assert batch.failure is not None
    assert "disabled" in batch.failure["msgid"]


def test_a_refusal_of_the_rules_fails_the_batch_with_its_reason(
    jobs: Jobs,
    clerk: Staff,
    job: Job,
    work: ActorSession,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = queued(clerk, job)

    def refuse(*_args: object) -> None:
        raise Conflict(msg("The counter is full: %(office)s.", office="测试"))

    monkeypatch.setattr("models.batch.operations.move", refuse)
    serve(jobs)
    page = words(clerk.get(path).text)
    assert "The counter is full: 测试." in page
    assert states(work, *job.rows["confirmed"]) == ["confirmed"] * 4
    (letter,) = letters(work)
    assert "The counter is full: 测试." in letter.body


def test_what_the_queue_lost_is_found_in_the_ledger(
    jobs: Jobs, clerk: Staff, job: Job, work: ActorSession
) -> None:
    path = queued(clerk, job)
    jobs.prepare().flush()  # as if a worker had taken it and been killed
    assert jobs.sweep() == [number(path)]
    assert jobs.sweep() == []
    serve(jobs)
    assert states(work, *job.rows["confirmed"]) == ["approved_unnumbered"] * 4
    assert jobs.sweep() == []


def test_a_fault_of_ours_is_tried_again_but_not_for_ever(
    jobs: Jobs,
    clerk: Staff,
    job: Job,
    work: ActorSession,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    path = queued(clerk, job)

    def break_down(*_args: object) -> None:
        raise RuntimeError("a fault")

    monkeypatch.setattr("models.batch.operations.move", break_down)
    for _ in range(MOST_ATTEMPTS):
        serve(jobs)
        work.expire_all()
        assert work.get_one(Batch, number(path)).state == "previewed"
        work.rollback()
        assert jobs.sweep() == [number(path)]
    serve(jobs)
    work.expire_all()
    assert work.get_one(Batch, number(path)).state == "failed"
    assert caplog.text.count("RuntimeError: a fault") == MOST_ATTEMPTS
    assert "没有任何改动" in words(clerk.get(path).text)


def test_others_see_neither_page_nor_progress(
    jobs: Jobs, clerk: Staff, job: Job, at_desk: SignIn
) -> None:
    path = queued(clerk, job)
    neighbour = at_desk("neighbour")
    assert neighbour.get(path).status_code == 404
    assert neighbour.get(f"{path}progress").status_code == 404
