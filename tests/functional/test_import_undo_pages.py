"""The undo of an import on the pages: previewed, carried out once, and large ones by the worker."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import func, select

from admin_app.jobs import Jobs
from models.audit.tables import AuditLog
from models.base.session import ActorSession
from models.batch.tables import Batch, BatchState
from models.messaging.tables import Message
from models.reference.tables import Org
from models.restriction.tables import RestrictionEntry
from tests.factories.main_job import Job
from tests.support.import_pages import begun, imported, key_of, post, region
from tests.support.main_job import words
from tests.support.record_pages import Ask, SignIn, Staff


@pytest.fixture
def clerk(at_desk: SignIn, job: Job) -> Staff:
    assert job
    return at_desk("authority")


@pytest.fixture
def jobs(app: Flask) -> Jobs:
    found: Jobs = app.extensions["jobs"]
    found.prepare().flush()
    return found


@pytest.fixture
def undo(clerk: Staff, work: ActorSession) -> str:
    """Import two sites and press undo; return the address of the undo's batch."""
    place = region(work)
    path = imported(clerk, f"甲点,确认点,{place},1", f"乙点,确认点,{place},2")
    return pressed(clerk, path)


def pressed(clerk: Staff, path: str) -> str:
    answer = post(clerk, f"{path}undo")
    assert answer.status_code == 303, words(answer.text)
    return str(answer.location)


def state(ask: Ask, path: str) -> Any:
    return ask(select(Batch.state).where(Batch.id == key_of(path)))


def in_use(ask: Ask) -> Any:
    named = Org.name.in_(["甲点", "乙点"])
    return ask(select(func.count()).where(named, ~Org.is_deleted))


def test_its_page_says_what_would_go_and_then_what_went(
    clerk: Staff, undo: str, work: ActorSession, ask: Ask
) -> None:
    used = work.scalars(select(Org).where(Org.name == "甲点")).one()
    used.phone = "9"
    work.commit()
    assert post(clerk, f"{undo}preview").status_code == 303
    page = words(clerk.get(undo).text)
    assert "1 项将撤销" in page
    assert "1 项不能撤销" in page
    assert "导入之后记录已有变动，保持不变" in page
    assert "甲点" in page
    assert in_use(ask) == 2
    for _ in range(2):  # pressed twice, done once
        assert post(clerk, f"{undo}commit").status_code == 303
    page = words(clerk.get(undo).text)
    assert "1 项已撤销" in page
    assert "已办理" not in page
    assert in_use(ask) == 1
    told = select(func.count()).where(
        AuditLog.batch_id == key_of(undo), AuditLog.event == "reference:org:undo_import"
    )
    assert ask(told) == 1


def test_every_outcome_can_be_taken_away(clerk: Staff, undo: str) -> None:
    post(clerk, f"{undo}commit")
    sent = clerk.get(f"{undo}rows.xlsx")
    rows = list(load_workbook(BytesIO(sent.data)).worksheets[0].iter_rows(values_only=True))
    assert {(row[1], row[3]) for row in rows[1:]} == {("甲点", "已撤销"), ("乙点", "已撤销")}


def test_the_import_names_each_record_and_what_was_undone(
    clerk: Staff, undo: str, ask: Ask
) -> None:
    path = f"/admin/import/{key_of(undo) - 1}/"
    page = words(clerk.get(path).text)
    assert "每条记录的结果" in page
    assert page.count("甲点") > 1
    assert "已导入" in page
    post(clerk, f"{undo}commit")
    page = words(clerk.get(f"{path}?outcome=undone").text)
    assert f"已由批次 {key_of(undo)} 撤销" in page
    sent = clerk.get(f"/admin/batch/{key_of(undo) - 1}/rows.xlsx")
    rows = list(load_workbook(BytesIO(sent.data)).worksheets[0].iter_rows(values_only=True))
    assert {(row[1], row[3]) for row in rows[1:]} == {("甲点", "已导入"), ("乙点", "已导入")}


def test_a_cancelled_undo_leaves_everything(clerk: Staff, undo: str, ask: Ask) -> None:
    assert post(clerk, f"{undo}cancel").status_code == 303
    assert post(clerk, f"{undo}commit").status_code == 409
    assert state(ask, undo) == BatchState.cancelled
    assert in_use(ask) == 2


def test_of_two_undos_the_second_finds_nothing(clerk: Staff, undo: str, ask: Ask) -> None:
    other = pressed(clerk, f"/admin/import/{key_of(undo) - 1}/")
    assert post(clerk, f"{undo}commit").status_code == 303
    refused = post(clerk, f"{other}commit")
    assert refused.status_code == 409
    assert "已经撤销" in words(refused.text)
    assert in_use(ask) == 0


def test_it_is_its_starters_alone(clerk: Staff, undo: str, at_desk: SignIn) -> None:
    for name in ("confirm", "viewer"):
        other = at_desk(name)
        assert other.get(undo).status_code == 404
        assert post(other, f"{undo}commit").status_code == 404


def test_a_table_with_a_machine_has_the_same_page(clerk: Staff, ask: Ask) -> None:
    lines = (
        "姓名,证件类型,证件号码,限制类型,生效日期",
        "限甲,居民身份证,11010519491231002X,考试作弊（3年）,2020-01-02",
    )
    file = (BytesIO("\n".join(lines).encode()), "限制库.csv")
    path = str(post(clerk, "/admin/import/restriction_entry/", file=file).location)
    for step in ("preview", "commit"):
        assert post(clerk, f"{path}{step}").status_code == 303
    undo = pressed(clerk, path)
    assert "1 项将撤销" in words(clerk.get(undo).text)
    assert post(clerk, f"{undo}commit").status_code == 303
    page = words(clerk.get(undo).text)
    assert "1 项已撤销" in page
    assert "已发出的编号不收回" in page
    assert ask(select(func.count()).where(RestrictionEntry.name == "限甲")) == 0
    assert "/admin/restriction_entry/details/" not in clerk.get(undo).text, "it is gone"


def test_an_undo_cannot_be_undone(clerk: Staff, undo: str) -> None:
    post(clerk, f"{undo}commit")
    assert f'action="{undo}undo"' not in clerk.get(undo).text
    assert post(clerk, f"{undo}undo").status_code == 409


def test_a_large_one_is_judged_and_done_by_the_worker(
    app: Flask, jobs: Jobs, clerk: Staff, work: ActorSession, ask: Ask,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    place = region(work)
    path = imported(clerk, f"甲点,确认点,{place},1", f"乙点,确认点,{place},2")
    monkeypatch.setitem(app.config, "IMPORT_INLINE_ROWS", 1)
    undo = pressed(clerk, path)
    key, carry_out = key_of(undo), jobs._work
    assert "正在等待执行" in words(clerk.get(undo).text)
    assert post(clerk, f"{undo}commit").status_code == 409
    assert post(clerk, f"{undo}preview").status_code == 409
    told = clerk.get(f"{undo}progress").get_json()
    assert (told["is_over"], told["may_cancel"]) == (False, True)
    carry_out(key)
    assert "2 项将撤销" in words(clerk.get(undo).text)
    assert clerk.get(f"{undo}progress").get_json()["is_over"] is True
    for _ in range(2):
        assert post(clerk, f"{undo}commit").status_code == 303
    assert in_use(ask) == 2
    assert "data-progress=" in clerk.get(undo).text
    carry_out(key)
    carry_out(key)  # word came twice
    assert "2 项已撤销" in words(clerk.get(undo).text)
    assert in_use(ask) == 0
    letter = ask(select(Message.body).where(Message.entity_id == key))
    assert letter.startswith("已撤销 2 条记录")


def test_a_waiting_import_can_be_cancelled_on_its_page(
    app: Flask, jobs: Jobs, clerk: Staff, work: ActorSession, ask: Ask,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setitem(app.config, "IMPORT_INLINE_ROWS", 1)
    place = region(work)
    lines = f"甲点,确认点,{place},1", f"乙点,确认点,{place},2"
    for is_judged in (False, True):
        path = begun(clerk, *lines)
        if is_judged:
            jobs._work(key_of(path))
            post(clerk, f"{path}commit")
        page = clerk.get(path).text
        assert "data-progress-cancel" in page
        assert f'action="{path}cancel"' in page
        assert post(clerk, f"{path}cancel").status_code == 303
        jobs._work(key_of(path))  # the worker comes too late
        assert state(ask, path) == BatchState.cancelled
        assert "已取消，未作任何改动" in words(clerk.get(path).text)
    assert in_use(ask) == 0
    assert ask(select(func.count()).select_from(Message).where(Message.entity == "batch")) == 0
