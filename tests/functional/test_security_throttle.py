"""Whose address a try counts for: the one that the connection has, or that the trusted proxy
names; never what the visitor claims.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from admin_app import create_app
from admin_app.extensions import db
from models import clock
from models.accounts import throttle
from models.accounts.tables_sign_in import LoginAttempt, LoginOutcome
from models.base.session import ActorSession
from tests.support.accounts import PASSWORD, make_account, make_office, visitor
from tests.support.databases import SessionOf
from tests.support.http import Client

PROXY, REAL = "127.0.0.1", "198.51.100.7"
#: What a visitor may write into the header to look like somebody else.
CLAIMS = ("203.0.113.1", "203.0.113.2, 203.0.113.3", "unknown", "", "10.0.0.1,", "::1")


@pytest.fixture
def session(session_of: SessionOf) -> ActorSession:
    session = session_of(visitor())
    make_account(session, make_office(session), "clerk", "authority")
    session.commit()
    return session


@pytest.fixture
def behind(database: str, tmp_path: Path) -> Iterator[Callable[[int], Flask]]:
    """Return a function that makes an app behind a number of trusted proxies."""
    made: list[Flask] = []

    def app_behind(proxies: int) -> Flask:
        made.append(
            create_app(
                {
                    "ENV": "testing",
                    "SECRET_KEY": "a key for tests only",
                    "INSTANCE": str(tmp_path),
                    "DATABASE_URL": database,
                    "TRUSTED_PROXIES": str(proxies),
                }
            )
        )
        return made[-1]

    yield app_behind
    for app in made:
        with app.app_context():
            db.engine.dispose()


def try_(client: Client, forwarded: str, password: str = "wrong") -> int:
    fields = {"csrf_token": client.token(), "username": "clerk", "password": password}
    return client.http.post(
        "/login", data=fields, headers={"X-Forwarded-For": forwarded}
    ).status_code


def fail_often(session: ActorSession, ip: str, count: int) -> None:
    session.add_all(
        LoginAttempt(at=clock.now(), ip=ip, username_tried=f"u{n}", outcome=LoginOutcome.failed)
        for n in range(count)
    )
    session.commit()


def sources(session: ActorSession) -> set[str | None]:
    session.rollback()
    found = set(session.scalars(select(LoginAttempt.ip)))
    session.rollback()
    return found


@pytest.mark.parametrize(("proxies", "source"), [(0, PROXY), (1, REAL)])
def test_a_forged_header_is_no_other_address(
    behind: Callable[[int], Flask], session: ActorSession, proxies: int, source: str
) -> None:
    client = Client(behind(proxies).test_client())
    fail_often(session, source, throttle.MOST_FAILURES - 1)
    # The trusted proxy writes behind the visitor's claim whom it has really seen.
    forged = [f"{claim}, {REAL}" if proxies else claim for claim in CLAIMS]
    assert try_(client, forged[0]) == 403
    assert {try_(client, each, PASSWORD) for each in forged} == {429}
    assert sources(session) == {source}


def test_behind_a_proxy_another_visitor_is_not_shut_out(
    behind: Callable[[int], Flask], session: ActorSession
) -> None:
    client = Client(behind(1).test_client())
    fail_often(session, REAL, throttle.MOST_FAILURES)
    assert try_(client, REAL, PASSWORD) == 429
    assert try_(client, "203.0.113.9", PASSWORD) == 303


def test_without_a_trusted_proxy_host_and_scheme_are_not_believed_either(
    behind: Callable[[int], Flask], session: ActorSession
) -> None:
    assert session
    forged = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "e.example"}
    plain = behind(0).test_client().get("/admin/", headers=forged)
    assert "Strict-Transport-Security" not in plain.headers
    assert "e.example" not in str(plain.headers)
    trusted = behind(1).test_client().get("/admin/", headers=forged)
    assert "Strict-Transport-Security" in trusted.headers
