"""No log line holds a personal number, a password, a token or a query, whatever goes wrong."""

from __future__ import annotations

import logging
import os
import re
import socket
import subprocess
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import quote

import pytest
from flask import Flask
from sqlalchemy import Engine, insert
from sqlalchemy.exc import IntegrityError

from admin_app import start
from models.accounts.tables import UserAccount
from tests.factories.records import House
from tests.support.accounts import make_account, make_office, visitor
from tests.support.databases import SessionOf
from tests.support.http import Client
from tests.support.record_pages import SignIn

ID_NO, MOBILE, MAIL = "11010119900101123X", "13800001234", "zhang.san@office.example.cn"
PASSWORD = "Typed-by-mistake-2026"
PERSONAL = (ID_NO, ID_NO.lower(), MOBILE, MAIL, PASSWORD)


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """Capture everything that any library says."""
    caplog.set_level(logging.DEBUG)
    return caplog


def check(text: str) -> None:
    assert [value for value in PERSONAL if value in text] == []


def test_requests_with_personal_values_leave_none_in_the_log(
    sign_in: SignIn, house: House, client: Client, log: pytest.LogCaptureFixture
) -> None:
    assert house
    client.login(ID_NO, PASSWORD)
    client.login(MOBILE, PASSWORD)
    clerk = sign_in("authority")
    rows = "/admin/certification_application/"
    for path in (
        f"{rows}?q={ID_NO}",
        f"{rows}?filter=id_no:eq:{ID_NO}",
        f"{rows}?filter=mobile:between:{MOBILE}",
        f"{rows}details/?id={ID_NO}",
        f"{rows}edit/?id={MOBILE}",
        f"{rows}lookup/subject_id/?q={ID_NO}",
        f"/admin/{ID_NO}/",
        f"/admin/?x={quote(MAIL)}",
    ):
        assert clerk.get(path).status_code < 500, path
    clerk.post(f"{rows}search/", {"q": ID_NO}, page="/admin/")
    clerk.post(f"{rows}edit/?id=1", {"id_no": ID_NO, "mobile": MOBILE}, page="/admin/")
    check(log.text)


def test_a_fault_is_logged_with_its_place_and_without_its_values(
    sign_in: SignIn, house: House, log: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: object) -> None:
        raise RuntimeError(f"cannot read {ID_NO}, {MOBILE} <{MAIL}>")

    clerk = sign_in("authority")
    monkeypatch.setattr("views.base.detail.detail_of", fail)
    key = house.own.application
    answer = clerk.get(f"/admin/certification_application/details/?id={key}&x={ID_NO}")
    assert answer.status_code == 500
    assert f"request {answer.headers['X-Request-ID']} failed" in log.text
    assert "RuntimeError: cannot read ***, *** <…@…>" in log.text
    assert "test_logs.py" in log.text
    check(log.text)
    assert "cannot read" not in answer.text


def test_a_refusal_of_the_database_does_not_quote_the_row(
    app: Flask, engine: Engine, session_of: SessionOf, log: pytest.LogCaptureFixture
) -> None:
    session = session_of(visitor())
    account = make_account(session, make_office(session), ID_NO.lower(), "authority")
    values = {c.name: getattr(account, c.name) for c in UserAccount.__table__.columns}
    session.commit()
    values.pop("id")
    with pytest.raises(IntegrityError) as caught, engine.begin() as connection:
        connection.execute(insert(UserAccount).values(values), execution_options={"unscoped": "x"})
    assert "hidden" in str(caught.value)
    app.logger.error("nobody caught it", exc_info=caught.value)
    assert "IntegrityError" in log.text
    check(log.text)


@pytest.fixture
def server(
    database: str, session_of: SessionOf, tmp_path: Path
) -> Iterator[tuple[int, subprocess.Popen[str]]]:
    """Start the real server as `make run` does, on a port that is free."""
    make_office(session_of(visitor()))
    with socket.socket() as probe:
        probe.bind((start.HOST, 0))
        port = probe.getsockname()[1]
    settings = {
        "ENV": "testing",
        "SECRET_KEY": "a key for tests only",
        "DATABASE_URL": database,
        "INSTANCE": str(tmp_path),
    }
    running = subprocess.Popen(
        [*start.gunicorn_command(port)[:-1], "--log-level=info", "admin_app:create_app()"],
        env={**os.environ, **{f"ADMIN_APP_{name}": value for name, value in settings.items()}},
        cwd=Path(start.__file__).parent.parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert running.stderr
    for line in running.stderr:
        if "Booting worker" in line:
            break
    yield port, running
    running.kill()
    running.communicate()


@pytest.mark.one_database("sqlite")
def test_the_servers_own_log_has_paths_without_queries(
    server: tuple[int, subprocess.Popen[str]],
) -> None:
    port, running = server
    for path in (
        f"/login?next=/admin/&who={ID_NO}",
        f"/admin/{MOBILE}/?q={ID_NO}",
        f"/password?token=one-time-{'t' * 40}",
        "/healthz",
    ):
        connection = HTTPConnection(start.HOST, port, timeout=30)
        connection.request("GET", path)
        assert connection.getresponse().status < 500
        connection.close()
    with socket.create_connection((start.HOST, port), timeout=30) as broken:
        broken.sendall(f"GET /admin/?q={ID_NO} NOT-HTTP\r\n\r\n".encode())
        broken.recv(1000)
    running.terminate()
    access, errors = running.communicate(timeout=60)
    lines = re.findall(r'"GET (\S+)" (\d+) \d+B [0-9.]+s', access)
    assert lines == [
        ("/login", "200"),
        ("/admin/***/", "303"),
        ("/password", "404"),
        ("/healthz", "200"),
    ]
    assert "one-time" not in access + errors
    check(access + errors)
