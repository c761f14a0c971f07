"""Exports: the list's rows and no others, masked, in Chinese, recorded before they leave."""

from __future__ import annotations

import csv
import io
from urllib.parse import unquote

from openpyxl import load_workbook
from sqlalchemy import func, select

from models.accounts.tables_sign_in import UserSession
from models.audit.tables import AuditLog
from models.base.session import ActorSession
from models.certification.tables import CertificationApplication
from models.reference.tables import CodeItem, Region
from tests.factories.lists import COUNT, id_no_of
from tests.support.http import Client
from tests.support.lists import LIST, OWN
from tests.support.record_pages import Ask, SignIn

EXPORTED = "certification:certification_application:export"
DONE = select(func.count()).where(AuditLog.event == EXPORTED, AuditLog.result == "ok")


def rows_of(client: Client, query: str, purpose: str | None = None) -> list[list[str]]:
    """Return the rows of the file; with a purpose, of the file in full."""
    if purpose is None:
        answer = client.get(f"{LIST}export/csv/?{query}")
    else:
        sent = {"query": query, "full": "1", "purpose": purpose}
        answer = client.post(f"{LIST}export/csv/", sent, page=LIST)
    assert answer.status_code == 200, answer.text
    assert answer.data.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))


def test_a_file_holds_exactly_the_rows_of_the_list_in_its_order(clerk: Client) -> None:
    query = (
        "filter=status:eq:confirmed&sort=-name,apply_no&cols=apply_no,name,status,org,ethnic_code"
    )
    heading, *rows = rows_of(clerk, query)
    assert heading == ["报名号", "姓名", "状态", "认定机构", "民族"]
    assert len(rows) == COUNT // 3
    assert {row[2] for row in rows} == {"已经现场确认，等待资格审核"}
    assert {row[3] for row in rows} == {"甲区教育局"}
    assert {row[4] for row in rows} == {"汉族"}
    by_name: dict[str, list[str]] = {}
    for row in rows:
        by_name.setdefault(row[1], []).append(row[0])
    assert list(by_name) == ["张伟", "曾国藩", "单雄信", "李娜", "Ana Silva"]
    assert all(numbers == sorted(numbers) for numbers in by_name.values())


def test_a_label_that_two_codes_share_leaves_with_its_code(
    clerk: Client, work: ActorSession
) -> None:
    (code,) = work.scalars(select(CertificationApplication.ethnic_code).distinct())
    work.add(CodeItem(set_code="ETHNIC", code="Z9", name="汉族"))
    work.commit()
    _heading, *rows = rows_of(clerk, "cols=ethnic_code")
    assert {row[0] for row in rows} == {f"{code} 汉族"}


def test_the_workbook_says_the_same_as_the_text_file(clerk: Client) -> None:
    query = "cols=apply_no,name,id_no,status&sort=apply_no"
    answer = clerk.get(f"{LIST}export/xlsx/?{query}")
    assert answer.status_code == 200
    sheet = load_workbook(io.BytesIO(answer.data), read_only=True).worksheets[0]
    cells = [[cell or "" for cell in row] for row in sheet.iter_rows(values_only=True)]
    assert cells == rows_of(clerk, query)
    assert len(cells) == OWN + 1
    name = answer.headers["Content-Disposition"]
    assert name.isascii()
    assert "教师资格认定申请" in unquote(name)
    assert name.startswith('attachment; filename="Certification-application-')


def test_personal_data_leaves_masked_unless_a_right_asks_for_it(
    clerk: Client, staff: SignIn
) -> None:
    masked = rows_of(clerk, "cols=name,id_no,mobile&sort=apply_no")
    assert id_no_of(7) not in {row[1] for row in masked}
    assert all("*" in row[1] for row in masked[1:])
    full = rows_of(clerk, "cols=name,id_no,mobile&sort=apply_no", "电话核实")
    assert id_no_of(7) in {row[1] for row in full}
    viewer = staff("viewer")
    assert viewer.get(f"{LIST}export/csv/").status_code == 403
    assert (
        viewer.post(f"{LIST}export/csv/", {"full": "1", "purpose": "电话核实"}).status_code == 403
    )
    posted = clerk.post(f"{LIST}export/csv/", {"query": "cols=id_no"}, page=LIST)
    assert posted.status_code == 200
    assert id_no_of(7) not in posted.text


def test_personal_data_in_full_needs_a_form_and_a_purpose(clerk: Client, ask: Ask) -> None:
    for kind in ("csv", "xlsx"):
        linked = clerk.get(f"{LIST}export/{kind}/?cols=name,id_no&full=1")
        assert linked.status_code == 400
        assert "用途" in linked.text
    sent = {"query": "cols=name,id_no", "full": "1", "purpose": "电话核实"}
    assert clerk.http.post(f"{LIST}export/csv/", data=sent).status_code == 400  # no token
    for purpose in ("", " x "):
        answer = clerk.post(f"{LIST}export/csv/", {**sent, "purpose": purpose}, page=LIST)
        assert answer.status_code == 400
        assert id_no_of(7) not in answer.text
    assert ask(DONE) == 0
    assert clerk.post(f"{LIST}export/csv/", sent, page=LIST).status_code == 200
    assert ask(select(UserSession.reveal_purpose)) == "电话核实"
    assert 'value="电话核实"' in clerk.get(LIST).text
    again = clerk.post(f"{LIST}export/xlsx/", {**sent, "purpose": ""}, page=LIST)
    assert again.status_code == 200  # remembered for the session
    reasons = select(func.count()).where(AuditLog.event == EXPORTED, AuditLog.reason == "电话核实")
    assert ask(reasons) == 2


def test_an_export_is_recorded_with_its_conditions_and_count(
    clerk: Client, work: ActorSession
) -> None:
    rows_of(clerk, "filter=status:eq:confirmed&cols=name", "电话核实")
    told = work.scalars(select(AuditLog).where(AuditLog.event == EXPORTED)).all()
    assert len(told) == 1
    assert told[0].username == "authority"
    assert told[0].entity == "certification_application"
    changes = told[0].changes or {}
    assert changes["rows"] == [None, COUNT // 3]
    assert changes["conditions"] == [None, "filter=status:eq:confirmed&cols=name"]
    assert changes["personal_data"] == [None, "full"]
    assert told[0].reason == "电话核实"
    work.rollback()


def test_a_refused_export_leaves_no_trace_of_having_happened(clerk: Client, ask: Ask) -> None:
    assert clerk.get(f"{LIST}export/csv/?filter=nonsense").status_code == 400
    assert clerk.get(f"{LIST}export/pdf/").status_code == 404
    assert ask(DONE) == 0


def test_a_long_list_is_sent_in_pieces(sign_in: SignIn, work: ActorSession, house: object) -> None:
    assert house
    for number in range(1200):
        work.add(Region(code=f"{number:04d}x", name=f"=区{number}", level=3, province_code="99"))
    work.commit()
    answer = sign_in("centre").http.get("/admin/region/export/csv/?filter=province_code:eq:99")
    pieces = list(answer.iter_encoded())
    answer.close()
    assert len(pieces) >= 3
    assert b"".join(pieces).count(b"\r\n") == 1201
    assert b"\t=" in b"".join(pieces)  # a formula stays text


def test_a_reader_who_goes_away_leaves_nothing_open(clerk: Client, ask: Ask) -> None:
    answer = clerk.http.get(f"{LIST}export/csv/")
    next(iter(answer.response))
    answer.close()
    assert ask(DONE) == 1
    assert clerk.get(LIST).status_code == 200
