"""Initial passwords on the page of their batch and as files, over HTTP."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from models import clock
from models.accounts.tables import UserAccount
from models.accounts.tables_initial import InitialPassword
from models.audit.tables import AuditLog, AuditResult
from models.errors import Conflict
from models.text import msg
from tests.support.bureau import NOW, Bureau
from tests.support.counter import At, carry_out, passwords_in, said
from tests.support.http import Client
from views.accounts import passwords


@pytest.fixture
def boss(at: At) -> Client:
    return at("boss")


@pytest.fixture
def done(bureau: Bureau, boss: Client) -> str:
    """Return the address of a batch that gave two accounts new passwords."""
    ids = [bureau.accounts[name] for name in ("clerk", "office_clerk")]
    return carry_out(boss, "reset_password", *ids)


def take(client: Client, path: str, form: str) -> bytes:
    answer = client.post(f"{path}passwords/take", {"form": form})
    assert answer.status_code == 200, answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    data: bytes = answer.data
    return data


def test_no_get_shows_them_and_one_post_does(boss: Client, done: str) -> None:
    page = boss.get(done)
    assert "显示初始密码（仅一次）" in page.text
    assert passwords_in(page.text) == []
    for step in ("show", "take"):
        answer = boss.get(f"{done}passwords/{step}")
        assert (answer.status_code, answer.location) == (303, done)
    shown = boss.post(f"{done}passwords/show")
    assert shown.headers["Cache-Control"] == "no-store"
    assert len(set(passwords_in(shown.text))) == 2
    assert passwords_in(boss.get(done).text) == []
    assert "已于" in said(boss.get(done).text)


def test_a_second_look_is_refused_in_words(boss: Client, done: str) -> None:
    boss.post(f"{done}passwords/show")
    again = boss.post(f"{done}passwords/show")
    assert again.status_code == 409
    assert "已经交付过" in again.text
    assert passwords_in(again.text) == []
    take(boss, done, "csv")
    for form in ("csv", "xlsx", "slips", "pdf"):
        assert boss.post(f"{done}passwords/take", {"form": form}).status_code == 409


@pytest.mark.parametrize("form", ["csv", "xlsx", "slips"])
def test_each_form_holds_what_a_person_needs(boss: Client, done: str, form: str) -> None:
    shown = passwords_in(boss.post(f"{done}passwords/show").text)
    rows = READERS[form](take(boss, done, form))
    assert [row["password"] for row in rows] == shown
    assert [row["username"] for row in rows] == ["clerk", "office_clerk"]
    assert {row["org"] for row in rows} == {"here点", "甲市"}
    assert {row["address"] for row in rows} == {"http://localhost/login"}


COLUMNS = ("org", "name", "username", "password", "address")


def read_csv(data: bytes) -> list[dict[str, str]]:
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
    assert rows[0] == ["机构", "姓名", "用户名", "初始密码", "登录网址"]
    return [dict(zip(COLUMNS, row, strict=True)) for row in rows[1:]]


def read_xlsx(data: bytes) -> list[dict[str, str]]:
    book = load_workbook(io.BytesIO(data), read_only=True)
    rows = [[str(cell) for cell in row] for row in book.worksheets[0].iter_rows(values_only=True)]
    book.close()
    return [dict(zip(COLUMNS, row, strict=True)) for row in rows[1:]]


def read_slips(data: bytes) -> list[dict[str, str]]:
    found = []
    for slip in re.findall(r'<li class="slip">(.*?)</dl>', data.decode(), re.DOTALL):
        values = re.findall(r"<p[^>]*>(.*?)</p>|<h2>(.*?)</h2>|<dd[^>]*>(.*?)</dd>", slip)
        texts = [re.sub(r"<[^>]+>", "", "".join(value)) for value in values]
        found.append(dict(zip(COLUMNS, texts, strict=True)))
    return found


READERS = {"csv": read_csv, "xlsx": read_xlsx, "slips": read_slips}


def test_slips_are_taken_as_pdf_once_and_never_without_the_library(
    boss: Client, done: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing() -> None:
        raise Conflict(msg("It was refused."))

    with monkeypatch.context() as patched:
        patched.setattr(passwords, "require_pdf", missing)
        assert boss.post(f"{done}passwords/take", {"form": "pdf"}).status_code == 409
    answer = boss.post(f"{done}passwords/take", {"form": "pdf"})
    assert answer.data.startswith(b"%PDF-")
    assert "filename*=UTF-8''" in answer.headers["Content-Disposition"]
    assert "PDF 密码条" in boss.get(done).text
    assert boss.post(f"{done}passwords/take", {"form": "slips"}).status_code == 409


@pytest.mark.parametrize("form", ["slips", "pdf"])
def test_slips_with_holes_are_looked_at_before_anything_is_taken(
    bureau: Bureau, boss: Client, done: str, form: str
) -> None:
    """A name that the font cannot set would be a box on the only slip there will ever be."""
    clerk = bureau.system.get_one(UserAccount, bureau.accounts["clerk"])
    clerk.display_name = "孙\U0002b740三"
    bureau.system.commit()
    answer = boss.post(f"{done}passwords/take", {"form": form})
    assert answer.status_code == 409
    told = said(answer.text)
    assert "尚未带走" in told
    assert "孙\U0002b740三: \U0002b740 U+2B740" in told
    assert "PDF 密码条" not in boss.get(done).text.partition("已于")[2]
    taken = boss.post(f"{done}passwords/take", {"form": form, "seen": "1"})
    assert taken.status_code == 200
    assert boss.post(f"{done}passwords/take", {"form": form, "seen": "1"}).status_code == 409


def test_a_form_that_does_not_exist_gives_nothing_away(boss: Client, done: str) -> None:
    for form in ("", "docx", "shown"):
        assert boss.post(f"{done}passwords/take", {"form": form}).status_code == 400
    assert len(read_csv(take(boss, done, "csv"))) == 2


def test_nobody_else_gets_them(bureau: Bureau, at: At, done: str) -> None:
    for name in ("peer", "centre", "sysadmin"):
        other = at(name)
        for step, fields in (("show", {}), ("take", {"form": "csv"})):
            answer = other.post(f"{done}passwords/{step}", fields)
            assert answer.status_code == 404, name
        page = other.get(done)
        assert "显示初始密码" not in page.text


def test_after_a_day_they_are_gone(boss: Client, done: str, at: At) -> None:
    with clock.held(NOW + timedelta(hours=24)):
        later = at("boss")
        assert later.post(f"{done}passwords/show").status_code == 409
        assert "已销毁" in said(later.get(done).text)


def test_a_password_stands_in_no_address_log_or_trail(
    bureau: Bureau, boss: Client, done: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("DEBUG"):
        shown = passwords_in(boss.post(f"{done}passwords/show").text)
        take(boss, done, "csv")
    assert not any(password in caplog.text for password in shown)
    rows = bureau.stored(select(AuditLog))
    told = str([(row.changes, row.reason, row.entity_text) for row in rows])
    assert not any(password in told for password in shown)
    assert bureau.stored(select(InitialPassword.sealed)) == [None, None]


def test_a_refused_look_is_on_record(bureau: Bureau, at: At, done: str) -> None:
    at("peer").post(f"{done}passwords/show")
    rows = bureau.stored(select(AuditLog).where(AuditLog.result == AuditResult.refused))
    assert [(row.event, row.username) for row in rows][-1] == (
        "accounts:user_account:show_passwords",
        "peer",
    )


def test_a_batch_of_another_act_has_none(bureau: Bureau, boss: Client) -> None:
    path = carry_out(boss, "disable", bureau.accounts["clerk"])
    assert "初始密码" not in boss.get(path).text
    assert boss.post(f"{path}passwords/show").status_code == 409
