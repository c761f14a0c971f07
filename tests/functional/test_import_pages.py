"""Import on the pages: a file, its columns, what it would do, what it did, and back again."""

from __future__ import annotations

import re
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import String, cast, func, select

from models import clock
from models.accounts.tables_settings import UserPreference
from models.audit.tables import AuditLog
from models.base.session import ActorSession
from models.batch.tables import Batch, BatchState
from models.reference.tables import Org
from models.transfer.readers import open_sheet
from models.transfer.tables import ImportFile
from tests.factories.main_job import Job
from tests.support.import_pages import HEADINGS, ORGS, begun, imported, post, region, upload
from tests.support.main_job import at_desk, job, words
from tests.support.record_pages import Ask, SignIn, ask, work

__all__ = ["ask", "at_desk", "job", "work"]

#: What an import keeps of its file's words, of any import that keeps them.
NOTES = select(ImportFile.batch_id).where(
    ImportFile.report.is_not(None)
    | ImportFile.mapping.is_not(None)
    | (cast(ImportFile.headings, String) != "[]")
)


def test_the_list_offers_the_import_to_who_may(at_desk: SignIn, job: Job) -> None:
    assert f'href="{ORGS}"' in at_desk("authority").get("/admin/org/").text
    viewer = at_desk("viewer")
    assert f'href="{ORGS}"' not in viewer.get("/admin/org/").text
    assert viewer.get(ORGS).status_code == 403
    assert upload(viewer).status_code == 403
    assert at_desk("authority").get("/admin/import/audit_log/").status_code == 404


def test_a_file_goes_from_upload_to_undo(
    at_desk: SignIn, job: Job, work: ActorSession, ask: Ask
) -> None:
    clerk, place = at_desk("authority"), region(work)
    path = begun(clerk, f"甲点,确认点,{place},1", f"乙点,什么,{place},2")
    page = words(clerk.get(path).text)
    assert "1 行将导入" in page
    assert "什么 is not" not in page
    assert ask(select(func.count()).where(Org.name == "甲点")) == 0
    assert post(clerk, f"{path}commit", mode="passing").status_code == 303
    page = words(clerk.get(path).text)
    assert "1 行已导入" in page
    assert ask(select(Org.phone).where(Org.name == "甲点")) == "1"
    assert post(clerk, f"{path}commit").status_code == 303  # pressed twice, done once
    assert ask(select(func.count()).where(Org.name == "甲点")) == 1
    batch = path.replace("import", "batch")
    assert clerk.get(batch).location == path
    shown = post(clerk, f"{path}undo")
    assert shown.status_code == 303
    assert "1 项将撤销" in words(clerk.get(shown.location).text)
    assert ask(select(Org.is_deleted).where(Org.name == "甲点")) is False
    assert post(clerk, f"{shown.location}commit").status_code == 303
    assert ask(select(Org.is_deleted).where(Org.name == "甲点")) is True
    page = clerk.get(path).text
    assert f"{path}undo" not in page
    assert f'href="{shown.location}"' in page


def test_refused_rows_come_back_ready_to_be_sent_again(
    at_desk: SignIn, job: Job, work: ActorSession, ask: Ask
) -> None:
    clerk, place = at_desk("authority"), region(work)
    path = begun(clerk, f"甲点,确认点,{place},1", f"乙点,什么,{place},2")
    post(clerk, f"{path}commit")
    answer = clerk.get(f"{path}refused.xlsx")
    sheet = load_workbook(BytesIO(answer.data)).worksheets[0]
    headings, row = sheet.iter_rows(values_only=True)
    assert headings == ("名称", "类别", "行政区划", "电话", "原因", "原行号")
    assert (row[0], row[-1]) == ("乙点", 3)
    assert str(row[-2]).startswith("类别：")
    assert [sheet.cell(2, n).number_format for n in (1, 4)] == ["@", "@"], "as in the template"
    assert [each.title for each in sheet.parent.worksheets[1:]] == ["选项", "填写说明"]
    lists = [str(each.sqref) for each in sheet.data_validations.dataValidation]
    assert lists == ["B2"]
    sheet["B2"] = "确认点"
    corrected = BytesIO()
    sheet.parent.save(corrected)
    corrected.seek(0)
    again = post(clerk, ORGS, file=(corrected, "确认点-原因.xlsx")).location
    assert post(clerk, f"{again}preview").status_code == 303
    assert post(clerk, f"{again}commit").status_code == 303
    assert ask(select(Org.phone).where(Org.name == "乙点")) == "2"


def test_all_or_nothing_is_the_clerks_choice(
    at_desk: SignIn, job: Job, work: ActorSession, ask: Ask
) -> None:
    clerk, place = at_desk("authority"), region(work)
    both = select(func.count()).where(Org.name.in_(["甲点", "乙点"]))
    path = begun(clerk, f"甲点,确认点,{place},1", f"乙点,什么,{place},2")
    page = clerk.get(path).text
    assert re.search(r'value="all" disabled aria-describedby="mode-all-barred"', page)
    assert "有 1 行不能导入，因此现在不能选" in words(page)
    answer = post(clerk, f"{path}commit", mode="all")
    assert answer.status_code == 400
    assert "要求全部导入，但有 1 行不能导入，因此一行也未导入" in words(answer.text)
    assert ask(both) == 0
    assert post(clerk, f"{path}commit", mode="passing").status_code == 303  # it is open still
    assert ask(both) == 1


def test_nothing_is_saved_of_all_or_nothing_when_a_row_fails_in_between(
    at_desk: SignIn, job: Job, work: ActorSession, ask: Ask
) -> None:
    clerk, place = at_desk("authority"), region(work)
    path = begun(clerk, f"甲点,确认点,{place},1", f"乙点,确认点,{place},2")
    assert "disabled" not in clerk.get(path).text.partition('value="all"')[2][:20]
    imported(clerk, f"乙点,确认点,{place},3")
    post(clerk, f"{path}commit", mode="all")
    page = words(clerk.get(path).text)
    assert "0 行已导入" in page
    assert "要求全部导入，但有 1 行不能导入，因此一行也未导入" in page
    assert ask(select(func.count()).where(Org.name == "甲点")) == 0


def test_columns_are_chosen_and_remembered(
    at_desk: SignIn, job: Job, work: ActorSession, ask: Ask
) -> None:
    clerk, place = at_desk("authority"), region(work)
    content = f"点名,类别,行政区划,别的\n甲点,确认点,{place},x\n".encode()
    path = post(clerk, ORGS, file=(BytesIO(content), "a.csv")).location
    refused = post(clerk, f"{path}preview")
    assert refused.status_code == 400
    assert "没有列对应到：名称" in words(refused.text)
    chosen = {"column_0": "name", "column_1": "kind", "column_2": "region_code", "column_3": ""}
    assert post(clerk, f"{path}preview", **chosen).status_code == 303
    assert "1 行将导入" in words(clerk.get(path).text)
    kept = ask(select(UserPreference.value).where(UserPreference.key == "import:org"))
    assert kept == {"点名": "name", "类别": "kind", "行政区划": "region_code"}, "别的 is not read"
    other = f"名称,类别,行政区划\n乙点,确认点,{place}\n".encode()
    between = post(clerk, ORGS, file=(BytesIO(other), "other.csv")).location
    assert post(clerk, f"{between}preview").status_code == 303
    again = post(clerk, ORGS, file=(BytesIO(content), "b.csv")).location
    assert re.search(r'<option value="name" selected>', clerk.get(again).text)


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"%PDF-1.7", "只能读取 XLSX 和 CSV 文件"), (b"\n", "首行"), (b"a,a\n", "重复")],
    ids=["PDF", "empty", "twice"],
)
def test_a_refused_file_says_why(
    at_desk: SignIn, job: Job, ask: Ask, content: bytes, said: str
) -> None:
    answer = post(at_desk("authority"), ORGS, file=(BytesIO(content), "a.xlsx"))
    assert answer.status_code == 400
    assert said in words(answer.text)
    assert ask(select(func.count()).select_from(ImportFile)) == 0


def test_an_import_is_its_starters_alone(at_desk: SignIn, job: Job, work: ActorSession) -> None:
    path = begun(at_desk("authority"), f"甲点,确认点,{region(work)},1")
    for other in ("confirm", "viewer"):
        client = at_desk(other)
        assert client.get(path).status_code == 404
        assert client.get(f"{path}refused.xlsx").status_code == 404
        assert post(client, f"{path}commit").status_code == 404


def test_nothing_is_imported_without_a_token(at_desk: SignIn, job: Job, work: ActorSession) -> None:
    clerk = at_desk("authority")
    path = begun(clerk, f"甲点,确认点,{region(work)},1")
    for step in ("preview", "commit", "undo", "cancel"):
        assert clerk.http.post(f"{path}{step}").status_code == 400


def test_a_large_import_waits_for_the_worker(
    app: Flask, at_desk: SignIn, job: Job, work: ActorSession, ask: Ask,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setitem(app.config, "IMPORT_INLINE_ROWS", 1)
    clerk, place = at_desk("authority"), region(work)
    path = begun(clerk, f"甲点,确认点,{place},1", f"乙点,确认点,{place},2")
    key = int(path.split("/")[-2])
    carry_out = app.extensions["jobs"]._work
    assert ask(select(ImportFile.report)) is None, "it is judged by the worker"
    assert "等待逐行判定" in words(clerk.get(path).text)
    assert post(clerk, f"{path}preview").status_code == 303  # pressed again: it waits already
    assert post(clerk, f"{path}commit").status_code == 409
    assert app.extensions["jobs"].sweep() in ([], [key])
    carry_out(key)
    assert "2 行将导入" in words(clerk.get(path).text)
    assert ask(select(Batch.queued_at).where(Batch.id == key)) is None
    assert post(clerk, f"{path}commit").status_code == 303
    assert ask(select(Batch.queued_at).where(Batch.id == key)) is not None
    assert ask(select(func.count()).where(Org.name == "甲点")) == 0
    carry_out(key)
    carry_out(key)  # word came twice
    assert ask(select(Batch.state).where(Batch.id == key)) == BatchState.done
    assert ask(select(func.count()).where(Org.name.in_(["甲点", "乙点"]))) == 2


def test_no_upload_has_a_name_that_outlives_whoever_reads_it(
    at_desk: SignIn, job: Job, work: ActorSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    seen: list[list[str]] = []

    def watched(*sent: Any) -> Any:
        seen.append([each.name for each in tmp_path.iterdir()])
        return open_sheet(*sent)

    monkeypatch.setattr("models.transfer.carrying.open_sheet", watched)
    begun(at_desk("authority"), f"甲点,确认点,{region(work)},1")
    assert seen == [[], []]


def test_a_cancelled_import_is_forgotten(
    at_desk: SignIn, job: Job, work: ActorSession, ask: Ask
) -> None:
    clerk = at_desk("authority")
    path = begun(clerk, f"甲点,确认点,{region(work)},1")
    assert post(clerk, f"{path}cancel").status_code == 303
    assert "没有变动" in words(clerk.get(path).text) or "已取消" in words(clerk.get(path).text)
    assert ask(NOTES) is None
    assert post(clerk, f"{path}commit").status_code == 409


def test_a_cancel_that_comes_too_late_leads_to_the_result(
    at_desk: SignIn, job: Job, work: ActorSession, ask: Ask
) -> None:
    clerk = at_desk("authority")
    path = begun(clerk, f"甲点,确认点,{region(work)},1")
    assert post(clerk, f"{path}commit").status_code == 303
    answer = post(clerk, f"{path}cancel")
    assert (answer.status_code, answer.location) == (303, path)
    assert "此批次已办理完毕" in words(clerk.get(path).text)
    assert ask(select(func.count()).where(Org.name == "甲点")) == 1


def test_files_are_forgotten_after_a_day(
    app: Flask, at_desk: SignIn, job: Job, work: ActorSession, ask: Ask
) -> None:
    clerk, place = at_desk("authority"), region(work)
    path = begun(clerk, f"甲点,确认点,{place},1", f"乙点,什么,{place},2")
    post(clerk, f"{path}commit")
    now = clock.now()
    for hours, kept in ((23, True), (25, False)):
        with clock.held(now + timedelta(hours=hours)):
            told = app.test_cli_runner().invoke(args=["batch", "expire"]).output
        assert f"{0 if kept else 1} files of imports forgotten" in told
        assert (ask(select(ImportFile.content)) is not None) is kept
        assert (ask(NOTES) is not None) is kept
    assert "2 行中已导入 1 行" in words(clerk.get(path).text)
    taken = select(func.count()).where(
        AuditLog.event == "batch:batch:export", AuditLog.result == "ok"
    )
    known = ask(taken)
    assert clerk.get(f"{path}refused.xlsx").status_code == 409
    assert ask(taken) == known, "nothing was taken"


def test_what_was_said_of_rows_is_forgotten_however_an_import_ended(
    app: Flask, at_desk: SignIn, job: Job, work: ActorSession, ask: Ask, tmp_path: Path
) -> None:
    clerk, place = at_desk("authority"), region(work)
    path, runner = imported(clerk, f"甲点,确认点,{place},13800001111"), app.test_cli_runner()
    file = tmp_path / "a.csv"
    file.write_text(f"{HEADINGS}\n乙点,什么,{place},13800002222\n丙点,确认点,{place},1\n", "utf-8")
    command = ["import", "org", str(file), "--as", "authority"]
    assert "已导入 1 行" in runner.invoke(args=command).output
    with clock.held(clock.now() + timedelta(hours=25)):
        told = runner.invoke(args=["batch", "expire"]).output
        again = runner.invoke(args=["batch", "expire"]).output
    assert "2 files of imports forgotten" in told
    assert "0 files of imports forgotten" in again
    assert ask(NOTES) is None
    assert "1 行中已导入 1 行" in words(clerk.get(path).text)
