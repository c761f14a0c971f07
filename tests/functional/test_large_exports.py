"""A workbook of many rows is made by the job worker, for its starter alone, and not for ever."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import select

from admin_app.jobs import Jobs
from models.audit.tables import AuditLog
from models.base.session import ActorSession
from models.batch.tables import Batch
from models.messaging.tables import Message
from tests.factories.lists import id_no_of
from tests.support.http import Client
from tests.support.lists import LIST, OWN, ids
from tests.support.main_job import words
from tests.support.record_pages import SignIn

QUERY = "sort=apply_no&cols=apply_no,name,id_no"
EXPORTED = "certification:certification_application:export"


@pytest.fixture
def jobs(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Jobs:
    """Return the app's jobs with an empty queue; six rows are many."""
    monkeypatch.setitem(app.config, "EXPORT_INLINE_ROWS", 5)
    found: Jobs = app.extensions["jobs"]
    found.prepare().flush()
    return found


def asked(clerk: Client, **more: Any) -> str:
    """Ask for a workbook by the form; return the address of its page."""
    answer = clerk.post(f"{LIST}export/xlsx/", {"query": QUERY, **more}, page=LIST)
    assert answer.status_code == 303, words(answer.text)
    assert answer.location.startswith("/admin/export/")
    return answer.location


def serve(jobs: Jobs) -> None:
    """Do what a worker does with everything that is in the queue."""
    queue = jobs.prepare()
    while (task := queue.dequeue()) is not None:
        queue.execute(task)


def cells(content: bytes) -> list[tuple[Any, ...]]:
    sheet = load_workbook(io.BytesIO(content), read_only=True).worksheets[0]
    return list(sheet.iter_rows(values_only=True))


def trail(work: ActorSession) -> list[AuditLog]:
    wanted = select(AuditLog).where(AuditLog.event.endswith(":export"), AuditLog.result == "ok")
    found = list(work.scalars(wanted.order_by(AuditLog.id)))
    work.rollback()
    return found


def kept(app: Flask) -> list[Path]:
    return [each for each in Path(app.config["FILES"]).glob("*/*") if each.is_file()]


def test_a_workbook_of_many_rows_is_made_by_the_worker(
    jobs: Jobs, clerk: Client, work: ActorSession, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = asked(clerk)
    page = clerk.get(path).text
    assert "data-progress=" in page
    assert "没有任务程序在运行" in words(page)
    assert clerk.get(f"{path}file").status_code == 409
    assert trail(work) == []

    serve(jobs)

    page = clerk.get(path).text
    assert "data-progress=" not in page
    assert f'href="{path}file"' in page
    assert f"{OWN} 行" in words(page)
    made = clerk.get(f"{path}file")
    assert "filename*=UTF-8''" in made.headers["Content-Disposition"]
    monkeypatch.setitem(app.config, "EXPORT_INLINE_ROWS", 1000)
    assert cells(made.data) == cells(clerk.get(f"{LIST}export/xlsx/?{QUERY}").data)
    done, fetched, _inline = trail(work)
    assert (done.event, done.username) == (EXPORTED, "authority")
    assert (done.changes or {})["rows"] == [None, OWN]
    assert (done.changes or {})["conditions"] == [None, QUERY]
    assert (fetched.event, fetched.batch_id) == ("batch:batch:export", done.batch_id)
    letter = work.scalars(select(Message).where(Message.entity == "batch")).one()
    assert f"{OWN} 行" in letter.body
    work.rollback()


def test_the_batch_leads_to_the_page_of_the_file(jobs: Jobs, clerk: Client) -> None:
    path = asked(clerk)
    assert clerk.get(path.replace("/export/", "/batch/")).location == path
    told = clerk.get(f"{path.replace('/export/', '/batch/')}progress").get_json()
    assert (told["is_over"], told["percent"]) == (False, 0)


def test_nobody_else_fetches_it(jobs: Jobs, clerk: Client, staff: SignIn) -> None:
    path = asked(clerk)
    serve(jobs)
    for other in (staff("centre"), staff("viewer")):
        assert other.get(path).status_code == 404
        assert other.get(f"{path}file").status_code == 404
    assert clerk.get(f"{path}file").status_code == 200


def test_a_link_leads_to_the_form_and_begins_nothing(
    jobs: Jobs, clerk: Client, work: ActorSession
) -> None:
    answer = clerk.get(f"{LIST}export/xlsx/?{QUERY}")
    assert (answer.status_code, answer.location) == (303, f"{LIST}export/?{QUERY}")
    assert "超过 5 行" in words(clerk.get(answer.location).text)
    assert work.scalars(select(Batch)).all() == []
    work.rollback()
    assert clerk.get(f"{LIST}export/csv/?{QUERY}").status_code == 200


def test_ticked_rows_come_at_once(jobs: Jobs, clerk: Client) -> None:
    ticked = [str(each) for each in ids(clerk.get(LIST).text)[:7]]
    answer = clerk.post(f"{LIST}export/xlsx/", {"rowid": ticked}, page=LIST)
    assert len(cells(answer.data)) == 8


def test_personal_data_in_full_need_a_purpose_that_the_trail_keeps(
    jobs: Jobs, clerk: Client, work: ActorSession
) -> None:
    sent = {"query": QUERY, "full": "1", "purpose": ""}
    assert clerk.post(f"{LIST}export/xlsx/", sent, page=LIST).status_code == 400
    path = asked(clerk, full="1", purpose="电话核实", values="codes")
    serve(jobs)
    assert id_no_of(7) in {row[2] for row in cells(clerk.get(f"{path}file").data)}
    told = trail(work)[0]
    assert (told.reason, (told.changes or {})["personal_data"]) == ("电话核实", [None, "full"])
    assert (told.changes or {})["values"] == [None, "codes"]


def test_one_that_was_cancelled_is_not_made(
    jobs: Jobs, clerk: Client, app: Flask, work: ActorSession
) -> None:
    path = asked(clerk)
    before = kept(app)
    batch = path.replace("/export/", "/batch/")
    assert clerk.post(f"{batch}cancel", {}, page=path).status_code == 303
    serve(jobs)
    assert "已取消" in words(clerk.get(path).text)
    assert clerk.get(f"{path}file").status_code == 409
    assert (kept(app), trail(work)) == (before, [])
    again = clerk.post(f"{batch}cancel", {}, page=path)
    assert (again.status_code, again.location) == (303, batch)
    assert "此批次已取消" in words(clerk.get(path).text)


def test_it_is_kept_for_some_hours_only(
    jobs: Jobs, clerk: Client, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "EXPORT_HOURS", 0)
    before = set(kept(app))
    path = asked(clerk)
    serve(jobs)
    assert len(set(kept(app)) - before) == 1
    assert "不再保留" in words(clerk.get(path).text)
    assert clerk.get(f"{path}file").status_code == 409
    done = app.test_cli_runner().invoke(args=["batch", "expire"])
    assert ", 1 of exports;" in done.output
    assert set(kept(app)) == before


def test_a_file_that_is_gone_is_told_and_no_taking_is_on_record(
    jobs: Jobs, clerk: Client, work: ActorSession, app: Flask
) -> None:
    before = set(kept(app))
    path = asked(clerk)
    serve(jobs)
    known = len(trail(work))
    for made in set(kept(app)) - before:
        made.unlink()
    answer = clerk.get(f"{path}file")
    assert (answer.status_code, "请重新导出该列表" in words(answer.text)) == (409, True)
    assert len(trail(work)) == known
