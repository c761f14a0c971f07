"""Signing in and out over HTTP: what opens a session, what ends it, and what it must not tell."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from models import clock
from models.accounts import sessions, throttle
from models.accounts.tables_sign_in import LoginAttempt, UserSession
from models.audit.tables import AuditLog
from models.base.session import ActorSession
from tests.support.accounts import PASSWORD
from tests.support.entrance import is_in
from tests.support.http import Client

WRONG = "用户名或密码不正确"
COOKIE = "__Host-session"


def without_token(page: str) -> str:
    return re.sub(r'(?<=name="csrf_token" value=")[^"]+', "", page)


def test_signing_in_leads_to_the_panel(client: Client, office: ActorSession) -> None:
    answer = client.login("clerk", PASSWORD)
    assert (answer.status_code, answer.location) == (303, "/admin/")
    page = client.get("/admin/")
    assert page.status_code == 200
    assert "clerk 先生" in page.text


@pytest.mark.parametrize("spelling", ["CLERK", " clerk ", "ｃｌｅｒｋ"])
def test_a_user_name_has_one_spelling(client: Client, office: ActorSession, spelling: str) -> None:
    assert client.login(spelling, PASSWORD).status_code == 303


@pytest.mark.parametrize(
    ("username", "password", "reason"),
    [
        ("clerk", "wrong", WRONG),
        ("nobody", PASSWORD, WRONG),
        ("", "", WRONG),
        ("' OR 1=1 --", "x", WRONG),
        ("n" * 5000, "x" * 5000, WRONG),
        ("gone", PASSWORD, WRONG),
        ("gone", "wrong", WRONG),
        ("jobless", PASSWORD, "角色"),
    ],
)
def test_a_refused_sign_in_says_why_and_nothing_more(
    client: Client, office: ActorSession, username: str, password: str, reason: str
) -> None:
    answer = client.login(username, password)
    assert answer.status_code == 403
    assert reason in answer.text
    assert client.get("/admin/").status_code == 303


def test_unknown_and_known_users_get_the_same_page(client: Client, office: ActorSession) -> None:
    known, unknown = (client.login(name, "wrong").text for name in ("clerk", "klerc"))
    assert without_token(known).replace("clerk", "klerc") == without_token(unknown)


@pytest.mark.one_database("sqlite")
def test_an_unknown_user_costs_a_hash_too(
    client: Client, office: ActorSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[str | None] = []

    def count(stored: str | None, _password: str) -> bool:
        checked.append(stored)
        return False

    monkeypatch.setattr("models.accounts.passwords.verify_or_waste", count)
    client.login("clerk", "wrong")
    client.login("nobody", "wrong")
    assert len(checked) == 2
    assert checked[1] is None


@pytest.mark.parametrize("username", ["nobody", "gone", "locked"])
def test_every_refusal_is_the_same_page(
    client: Client, office: ActorSession, username: str
) -> None:
    wrong = client.login("clerk", "wrong")
    if username == "locked":
        username = "clerk"
        for _ in range(2):
            client.login("clerk", "wrong")
    other = client.login(username, PASSWORD)
    assert (other.status_code, wrong.status_code) == (403, 403)
    assert without_token(other.text).replace(username, "clerk") == without_token(wrong.text)


@pytest.mark.parametrize(
    ("after", "status"),
    [
        (timedelta(minutes=9, seconds=59), 403),
        (timedelta(minutes=10), 303),
    ],
)
def test_three_wrong_passwords_lock_for_ten_minutes(
    client: Client, office: ActorSession, after: timedelta, status: int
) -> None:
    with clock.held(clock.now()) as start:
        for _ in range(3):
            client.login("clerk", "wrong")
        assert client.login("clerk", PASSWORD).status_code == 403
    with clock.held(start + after):
        assert client.login("clerk", PASSWORD).status_code == status


def test_an_address_that_failed_too_often_is_told_to_wait(
    client: Client, office: ActorSession
) -> None:
    office.add_all(
        LoginAttempt(ip="127.0.0.1", username_tried=f"u{number}", outcome="failed")
        for number in range(throttle.MOST_FAILURES)
    )
    office.commit()
    answer = client.login("clerk", PASSWORD)
    assert answer.status_code == 429
    assert "登录失败次数过多" in answer.text
    assert not is_in(client)


def test_every_attempt_is_noted(client: Client, office: ActorSession) -> None:
    client.login("clerk", "wrong")
    client.login("clerk", PASSWORD)
    attempts = office.scalars(select(LoginAttempt).order_by(LoginAttempt.id)).all()
    assert [(row.username_tried, row.outcome) for row in attempts] == [
        ("clerk", "failed"),
        ("clerk", "ok"),
    ]
    trail = office.scalars(
        select(AuditLog).where(AuditLog.event == "accounts:user_account:sign_in")
    ).all()
    assert [(row.result, row.entity_text, row.ip) for row in trail] == [
        ("refused", "clerk", "127.0.0.1"),
        ("ok", "clerk", "127.0.0.1"),
    ]


def test_the_cookie_is_worth_nothing_after_signing_out(
    app: Flask, client: Client, office: ActorSession
) -> None:
    client.login("clerk", PASSWORD)
    cookie = client.http.get_cookie(COOKIE)
    assert cookie is not None
    client.get("/admin/")
    assert client.post("/logout").status_code == 303
    thief = app.test_client()
    thief.set_cookie(COOKIE, cookie.value)
    assert thief.get("/admin/").status_code == 303


def test_the_database_does_not_hold_the_token(client: Client, office: ActorSession) -> None:
    client.login("clerk", PASSWORD)
    with client.http.session_transaction() as cookie:
        token = cookie["_user_id"]
    stored = office.scalars(select(UserSession)).one()
    assert stored.token_hash == sessions.token_hash(token) != token


@pytest.mark.parametrize("path", ["/admin/", "/admin/org/?q=x&sort=-name", "/no/such/page"])
def test_whoever_is_not_signed_in_is_sent_to_sign_in_and_back(
    client: Client, office: ActorSession, path: str
) -> None:
    page = client.get(path, follow_redirects=True)
    assert page.request.path == "/login"
    wanted = page.request.args["next"]
    assert wanted == path
    answer = client.post("/login", {"username": "clerk", "password": PASSWORD, "next": wanted})
    assert answer.location == path


@pytest.mark.parametrize("wanted", ["//evil.example/", "https://evil.example/", "/\\evil.example"])
def test_signing_in_never_leads_to_another_site(
    client: Client, office: ActorSession, wanted: str
) -> None:
    answer = client.post("/login", {"username": "clerk", "password": PASSWORD, "next": wanted})
    assert answer.location == "/admin/"


def test_the_cookie_of_a_visitor_does_not_live_on(client: Client, office: ActorSession) -> None:
    with client.http.session_transaction() as cookie:
        cookie["planted"] = "before"
    client.login("clerk", PASSWORD)
    with client.http.session_transaction() as cookie:
        assert "planted" not in cookie


def test_a_post_without_a_token_is_refused(client: Client, office: ActorSession) -> None:
    answer = client.http.post("/login", data={"username": "clerk", "password": PASSWORD})
    assert answer.status_code == 400
    assert "表单" in answer.text


@pytest.mark.parametrize("language", ["en", "zh_Hans_CN"])
def test_the_language_is_chosen_and_survives_signing_in(
    client: Client, office: ActorSession, language: str
) -> None:
    answer = client.post("/language", {"language": language, "next": "/login"})
    assert answer.location == "/login"
    client.login("clerk", PASSWORD)
    client.post("/logout")
    assert ("Password" in client.get("/login").text) is (language == "en")


def test_a_post_without_a_session_says_to_sign_in_again(client: Client) -> None:
    answer = client.http.post("/admin/certification_application/action/", data={"action": "x"})
    assert answer.status_code == 400
    assert "请重新登录" in answer.text
