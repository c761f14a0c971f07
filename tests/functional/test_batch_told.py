"""What the page of a batch tells: which state is left and reached, and afterwards by whom, when and
why.
"""

from __future__ import annotations

import re

from sqlalchemy import select

from models import clock
from models.accounts.tables import UserAccount, UserRole
from models.base.session import ActorSession
from models.batch.tables import Batch
from tests.factories.main_job import Job
from tests.support.main_job import carry_out, press, send_batch, undo, words
from tests.support.record_pages import SignIn


def test_a_preview_names_the_state_left_and_the_state_reached(at_desk: SignIn, job: Job) -> None:
    clerk = at_desk("authority")
    path = press(clerk, "approve", *job.rows["confirmed"], job.rows["submitted"][0])
    count = len(job.rows["confirmed"])
    assert f"{count} 项 已经现场确认，等待资格审核 审核通过未编号" in words(clerk.get(path).text)


def test_a_result_tells_who_did_it_when_and_why(
    at_desk: SignIn, job: Job, work: ActorSession
) -> None:
    account = work.scalar(select(UserAccount).where(UserAccount.username == "confirm"))
    assert account is not None
    account.display_name = "陈静"
    work.commit()
    site = at_desk("confirm")
    path = press(site, "reject_confirmation", job.rows["submitted"][0])
    assert "办理人" not in words(site.get(path).text)
    told = carry_out(site, path, reason="户籍不在本辖区")
    assert "办理人 陈静（confirm）" in told
    assert re.search(r"办理时间 \d{4}-\d\d-\d\d \d\d:\d\d", told)
    assert "户籍不在本辖区" in told
    assert "1 项 网报成功，等待现场确认 确认未通过" in told


def test_a_deadline_is_told_as_it_was_typed(at_desk: SignIn, job: Job) -> None:
    site = at_desk("confirm")
    path = press(site, "mark_incomplete", job.rows["submitted"][0])
    told = carry_out(site, path, reason="缺照片", deadline="2099-12-31", missing=["photo"])
    assert "2099-12-31" in told
    assert "缺照片" in told


def test_an_undo_names_the_states_that_it_brings_back(at_desk: SignIn, job: Job) -> None:
    clerk = at_desk("authority")
    path = press(clerk, "approve", *job.rows["confirmed"])
    carry_out(clerk, path)
    taking = undo(clerk, path)
    count = len(job.rows["confirmed"])
    assert f"{count} 项 审核通过未编号 已经现场确认，等待资格审核" in words(clerk.get(taking).text)
    send_batch(clerk, taking, "commit", reason="选错了批次")
    assert "选错了批次" in words(clerk.get(taking).text)


def test_an_undo_of_a_bulk_edit_has_no_quotes_within_the_same_quotes(
    at_desk: SignIn, job: Job
) -> None:
    clerk = at_desk("authority")
    path = press(clerk, "edit_arrangement_id", *job.rows["submitted"])
    send_batch(clerk, path, "preview", value=str(job.own.second_arrangement))
    carry_out(clerk, path, value=str(job.own.second_arrangement))
    told = words(clerk.get(undo(clerk, path)).text)
    assert "撤销“修改‘确认点安排’”" in told


def test_a_bulk_edit_tells_no_numbers_before_a_value_is_chosen(at_desk: SignIn, job: Job) -> None:
    clerk = at_desk("authority")
    path = press(clerk, "bulk_edit", *job.rows["submitted"])
    page = clerk.get(path).text
    assert "项将修改" not in words(page)
    assert "<meter" not in page
    assert "请先选择要修改的项目" in words(page)
    send_batch(clerk, path, "preview", field="arrangement_id")
    chosen = words(clerk.get(path).text)
    assert "项将修改" not in chosen
    assert "请先确定新值" in chosen
    send_batch(clerk, path, "preview", value=str(job.own.second_arrangement))
    assert f"{len(job.rows['submitted'])} 项将修改" in words(clerk.get(path).text)


def test_a_reason_is_told_only_to_whom_the_column_it_was_written_to_is_open(
    at_desk: SignIn, job: Job, work: ActorSession
) -> None:
    """A system administrator reads the ledger, but not what a review noted."""
    accounts = {each.username: each for each in work.scalars(select(UserAccount))}
    reader, starter, now = accounts["viewer"], accounts["authority"], clock.now()
    role = work.scalars(select(UserRole).where(UserRole.user_id == reader.id)).one()
    role.role_code = "system_admin"
    batch = Batch(
        label="限制库 · 审核不通过",
        kind="transition",
        entity="restriction_entry",
        action="reject",
        state="done",
        user_id=starter.id,
        username=starter.username,
        role="authority",
        org_id=job.own.authority,
        finished_at=now,
        inputs={"reason": "材料存疑"},
    )
    work.add(batch)
    work.flush()
    key = batch.id
    work.commit()
    told = {
        name: at_desk(name).get(f"/admin/batch/{key}/").text for name in ("viewer", "authority")
    }
    assert "办理时间" in told["viewer"]
    assert "材料存疑" not in told["viewer"]
    assert "材料存疑" in told["authority"]
