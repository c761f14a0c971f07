"""What an import is sent by mistake or on purpose: names, steps out of turn, too many rows."""

from __future__ import annotations

from io import BytesIO
from urllib.parse import quote, unquote

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from admin_app.config import FORM_BYTES, load
from models.base.session import ActorSession
from models.batch.tables import Batch
from models.errors import BadInput
from models.planning.importing import ORGS as SITES
from models.transfer.declaring import renamed
from models.transfer.readers import Limits, Row, Sheet
from models.transfer.tables import ImportFile
from tests.factories.main_job import Job
from tests.support.import_pages import HEADINGS, ORGS, begun, post, region
from tests.support.main_job import at_desk, job, words
from tests.support.record_pages import Ask, SignIn, Staff, ask, work

__all__ = ["ask", "at_desk", "job", "work"]


def send(client: Staff, name: str, content: str) -> TestResponse:
    """Send a file whose name no browser would send as it stands."""
    head = "--x\r\nContent-Disposition: form-data; name="
    token = f'{head}"csrf_token"\r\n\r\n{client.token("/admin/")}\r\n'
    file = f"{head}\"file\"; filename*=UTF-8''{quote(name)}\r\n\r\n{content}\r\n--x--\r\n"
    form = "multipart/form-data; boundary=x"
    return client.http.post(ORGS, data=(token + file).encode(), content_type=form)


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("甲\n乙\u202e.csv", "甲乙.csv"),
        ("C:\\名单\\甲.csv", "甲.csv"),
        ("名单", "名单"),
        ("\u200b", "file"),
    ],
    ids=["line feed", "folder", "no dot", "nothing"],
)
def test_a_file_is_called_by_its_plain_name(
    at_desk: SignIn, job: Job, work: ActorSession, ask: Ask, sent: str, kept: str
) -> None:
    clerk, place = at_desk("authority"), region(work)
    answer = send(clerk, sent, f"{HEADINGS}\n乙点,什么,{place},2\n")
    assert answer.status_code == 303
    path = answer.location
    assert post(clerk, f"{path}preview").status_code == 303
    assert ask(select(ImportFile.file_name)) == kept
    assert "\n" not in ask(select(Batch.label))
    assert clerk.get(path).status_code == 200
    post(clerk, f"{path}commit")
    answer = clerk.get(f"{path}refused.xlsx")
    assert answer.status_code == 200
    stem = kept.partition(".")[0]
    assert f"{stem}-" in unquote(answer.headers["Content-Disposition"])


def test_a_name_with_nul_is_refused(at_desk: SignIn, job: Job, ask: Ask) -> None:
    answer = send(at_desk("authority"), "a\0.csv", f"{HEADINGS}\n")
    assert answer.status_code == 400
    assert ask(select(ImportFile.id)) is None


def test_an_import_that_waits_for_the_worker_stays_as_it_was_previewed(
    app: Flask, at_desk: SignIn, job: Job, work: ActorSession, ask: Ask,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    clerk, place = at_desk("authority"), region(work)
    path = begun(clerk, f"甲点,确认点,{place},1", f"乙点,确认点,{place},2")
    monkeypatch.setitem(app.config, "IMPORT_INLINE_ROWS", 1)
    assert post(clerk, f"{path}commit", mode="all").status_code == 303
    assert post(clerk, f"{path}preview", column_0="").status_code == 303  # to where it waits
    assert "正在排队" in words(clerk.get(path).text)
    assert post(clerk, f"{path}commit", mode="passing").status_code == 303
    assert ask(select(ImportFile.all_or_nothing)) is True
    assert ask(select(ImportFile.mapping))["名称"] == "name"


def test_rows_are_counted_as_far_as_the_setting_asks(
    app: Flask, at_desk: SignIn, job: Job, work: ActorSession, ask: Ask,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    clerk, place = at_desk("authority"), region(work)
    monkeypatch.setitem(app.config, "IMPORT_INLINE_ROWS", 1_001)
    path = begun(clerk, *(f"点{n},确认点,{place},1" for n in range(1_002)))
    assert ask(select(ImportFile.report)) is None, "it waits for the worker"
    assert "等待逐行判定" in words(clerk.get(path).text)


def test_the_page_tells_the_columns_and_the_limit_of_this_import(
    app: Flask, at_desk: SignIn, job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    clerk = at_desk("authority")
    page = words(clerk.get(ORGS).text)
    assert "不超过 30 MB、20,000 行" in page
    assert "行政区划" in page
    assert "认定机构代码" not in page  # which an authority may not fill
    monkeypatch.setitem(app.config, "IMPORT_LIMITS", Limits(rows=2))
    assert "、2 行" in words(clerk.get(ORGS).text)


def test_the_request_may_be_as_large_as_the_file() -> None:
    settings = {"SECRET_KEY": "x" * 40, "ENV": "testing"}
    config = load(settings | {"IMPORT_MEGABYTES": "100"}, {})
    assert config["MAX_CONTENT_LENGTH"] > config["IMPORT_LIMITS"].bytes == 100 << 20
    assert load(settings, {})["MAX_CONTENT_LENGTH"] == 32 << 20


def test_two_columns_for_one_field_refuse_the_file_of_a_command() -> None:
    sent = Sheet(("名称*", "名称", "类别"), iter([Row(2, {"名称*": "甲", "名称": "乙"})]))
    with pytest.raises(BadInput, match="stand twice: 名称"):
        renamed(SITES.importer(), sent)


def test_a_blank_upload_is_told(at_desk: SignIn, job: Job) -> None:
    answer = post(at_desk("authority"), ORGS, file=(BytesIO(b""), "a.csv"))
    assert answer.status_code == 400


def test_a_file_that_is_too_large_is_told_the_limit_and_led_back(
    app: Flask, at_desk: SignIn, job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    clerk = at_desk("authority")
    here = f"http://localhost{ORGS}"
    monkeypatch.setitem(app.config, "MAX_CONTENT_LENGTH", FORM_BYTES + (1 << 20))
    form = "multipart/form-data; boundary=x"
    sent, headers = b"x" * (4 << 20), {"Referer": here}
    answer = clerk.http.post(ORGS, data=sent, content_type=form, headers=headers)
    assert answer.status_code == 413
    assert "文件最大 1 MB" in words(answer.text)
    assert f'href="{here}"' in answer.text
