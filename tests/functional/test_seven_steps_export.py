"""The main job, step 7: the filtered list as CSV and XLSX, over the test client and from a real
server, which ends the request's context before it streams.
"""

from __future__ import annotations

import csv
import http.cookiejar
import io
import re
import urllib.parse
import urllib.request
from email.message import Message
from typing import Any
from urllib.parse import unquote

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from models import clock
from models.audit.tables import AuditLog
from models.base.session import ActorSession
from models.certification.tables import CertificationApplication
from tests.factories.main_job import COUNTS, Job
from tests.factories.records import PASSWORD
from tests.support.main_job import LIST, carry_out, press
from tests.support.record_pages import SignIn

QUERY = "filter=status:eq:confirmed&sort=submitted_at&cols=apply_no,name,id_no,mobile,status"
HEADINGS = ["报名号", "姓名", "证件号码", "手机号码", "状态"]
EVENT = "certification:certification_application:export"


def lines_of(body: bytes) -> list[list[str]]:
    """Return the lines of a CSV file that begins with a byte-order mark."""
    assert body.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(body.decode("utf-8-sig"), newline="")))


def cells_of(body: bytes) -> list[list[Any]]:
    """Return the rows of a workbook's first sheet, having checked that every cell is text."""
    sheet = load_workbook(io.BytesIO(body)).worksheets[0]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n"}
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def name_of(disposition: str) -> str:
    """Return the file name of a header as RFC 5987 writes it, in ASCII bytes alone."""
    assert disposition.isascii()
    found = re.search(r"filename\*=UTF-8''([^;]+)", disposition)
    assert found
    return unquote(found[1])


def expected(work: ActorSession, job: Job) -> list[tuple[str | None, str, str, str | None]]:
    """Return number, name, document and mobile of the confirmed rows, submitted first to last."""
    rows = [work.get_one(CertificationApplication, each) for each in job.rows["confirmed"][::-1]]
    found = [(row.apply_no, row.name, row.id_no, row.mobile) for row in rows]
    work.rollback()
    return found


def test_step_7_both_files_hold_the_filtered_list_masked(
    at_desk: SignIn, job: Job, work: ActorSession
) -> None:
    authority, wanted = at_desk("authority"), expected(work, job)
    for kind, read in (("csv", lines_of), ("xlsx", cells_of)):
        page = authority.get(f"{LIST}?{QUERY}").text
        assert f"export/{kind}/?" in page
        answer = authority.get(f"{LIST}export/{kind}/?{QUERY}")
        assert answer.status_code == 200
        name = name_of(answer.headers["Content-Disposition"])
        assert name == f"教师资格认定申请-{clock.today().isoformat()}.{kind}"
        heading, *rows = read(answer.data)
        assert heading == HEADINGS
        assert [(row[0], row[1]) for row in rows] == [(number, name) for number, name, *_ in wanted]
        for row, (_number, _name, id_no, mobile) in zip(rows, wanted, strict=True):
            assert row[2] != id_no
            assert "*" in row[2]
            assert row[3] != mobile
            assert row[4] == "已经现场确认，等待资格审核"


def test_step_7_full_needs_the_right_and_stands_in_the_trail(
    at_desk: SignIn, job: Job, work: ActorSession
) -> None:
    authority, wanted = at_desk("authority"), expected(work, job)
    sent = {"query": QUERY, "full": "1", "purpose": "核对名单"}
    rows = lines_of(authority.post(f"{LIST}export/csv/", sent, page=LIST).data)[1:]
    assert [tuple(row[:4]) for row in rows] == wanted
    assert authority.get(f"{LIST}export/csv/?{QUERY}&full=1").status_code == 400
    assert at_desk("viewer").post(f"{LIST}export/csv/", sent).status_code == 403
    told = work.scalars(select(AuditLog).where(AuditLog.event == EVENT).order_by(AuditLog.id)).all()
    said = [(entry.username, entry.result) for entry in told]
    assert said == [("authority", "ok"), ("viewer", "refused")]
    changes = told[0].changes or {}
    work.rollback()
    assert told[0].reason == "核对名单"
    assert changes["personal_data"] == [None, "full"]
    assert changes["rows"] == [None, COUNTS["confirmed"]]
    assert "status:eq:confirmed" in changes["conditions"][1]


def test_step_7_a_certificates_number_stays_text(at_desk: SignIn, job: Job) -> None:
    authority = at_desk("authority")
    carry_out(authority, press(authority, "assign_numbers", *job.rows["approved_unnumbered"]))
    cells = cells_of(authority.get("/admin/certificate/export/xlsx/?cols=cert_no,name").data)
    assert cells[0] == ["证书号码", "姓名"]
    assert len(cells) == 4
    assert all(isinstance(row[0], str) and re.fullmatch(r"\d{17}", row[0]) for row in cells[1:])


class Visitor:
    """A program of the standard library alone that signs in and downloads."""

    def __init__(self, address: str) -> None:
        self.address = address
        # The session's cookie is "Secure": like a browser, trust the loopback address without TLS.
        trusting = http.cookiejar.DefaultCookiePolicy(secure_protocols=("http", "https"))
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar(trusting))
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), jar)

    def fetch(self, path: str, fields: dict[str, str] | None = None) -> tuple[int, Message, bytes]:
        """Ask for a page, or send a form; return status, headers and the whole body."""
        data = urllib.parse.urlencode(fields).encode() if fields else None
        with self.opener.open(self.address + path, data, timeout=30) as answer:
            return answer.status, answer.headers, answer.read()

    def login(self, username: str) -> None:
        """Sign in by the form of the sign-in page."""
        page = self.fetch("/login")[2].decode()
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
        assert found
        fields = {"csrf_token": found[1], "username": username, "password": PASSWORD}
        assert b"/logout" in self.fetch("/login", fields)[2]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_step_7_a_real_server_streams_the_same_file(
    live_server: str, at_desk: SignIn, job: Job, work: ActorSession, kind: str
) -> None:
    visitor = Visitor(live_server)
    visitor.login("authority")
    desk, address = at_desk("authority"), f"{LIST}export/{kind}/"
    sent = {"query": QUERY, "full": "1", "purpose": "核对名单"}
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', visitor.fetch(LIST)[2].decode())
    assert found
    for status, headers, body, same in (
        (*visitor.fetch(f"{address}?{QUERY}"), desk.get(f"{address}?{QUERY}").data),
        (
            *visitor.fetch(address, {**sent, "csrf_token": found[1]}),
            desk.post(address, sent, page=LIST).data,
        ),
    ):
        assert status == 200
        assert name_of(headers["Content-Disposition"]).endswith(f".{kind}")
        read = lines_of if kind == "csv" else cells_of
        assert read(body) == read(same)
        assert len(read(body)) == COUNTS["confirmed"] + 1
    told = work.scalars(select(AuditLog.event).where(AuditLog.event == EVENT)).all()
    work.rollback()
    assert len(told) == 4
