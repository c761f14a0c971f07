"""The second step of signing in, over HTTP: what stands between the steps opens nothing else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from models import clock
from models.accounts import totp
from models.base.session import ActorSession
from tests.support.accounts import PASSWORD, account_of, actor_of, reset
from tests.support.entrance import code_now, is_in
from tests.support.http import Client

CODE = "/login/code"
WRONG = "动态口令不正确"


@pytest.fixture
def half(client: Client, secret: str) -> Client:
    """Return the clerk's browser after the right password."""
    answer = client.post(
        "/login", {"username": "clerk", "password": PASSWORD, "next": "/admin/org/"}
    )
    assert (answer.status_code, answer.location) == (303, CODE)
    return client


def send(client: Client, code: str) -> tuple[int, str]:
    answer = client.post(CODE, {"code": code}, page=CODE)
    return answer.status_code, answer.text


@pytest.mark.parametrize("path", ["/admin/", "/admin/org/", "/admin/me/", "/admin/me/password/"])
def test_the_password_alone_opens_nothing(half: Client, path: str) -> None:
    answer = half.get(path)
    assert answer.status_code == 303
    assert answer.location.startswith("/login?")


def test_the_code_leads_on_to_what_was_wanted(half: Client, secret: str) -> None:
    answer = half.post(CODE, {"code": code_now(secret)}, page=CODE)
    assert (answer.status_code, answer.location) == (303, "/admin/org/")
    assert is_in(half)
    assert half.get(CODE).location == "/login"


def test_a_code_opens_once(app: Flask, half: Client, secret: str) -> None:
    with clock.held(clock.now()):
        code = code_now(secret)
        assert send(half, code)[0] == 303
        other = Client(app.test_client())
        other.login("clerk", PASSWORD)
        status, page = send(other, code)
    assert (status, WRONG in page) == (403, True)


def test_a_recovery_code_opens_too(client: Client, office: ActorSession, secret: str) -> None:
    codes = totp.renew_recovery_codes(
        office, account_of(office), actor_of(office), PASSWORD, clock.now()
    )
    office.commit()
    client.login("clerk", PASSWORD)
    assert send(client, codes[0].lower())[0] == 303
    assert is_in(client)


def test_three_wrong_codes_lock(half: Client, office: ActorSession, secret: str) -> None:
    with clock.held(clock.now()) as start:
        for _ in range(3):
            status, page = send(half, "000000")
            assert (status, WRONG in page) == (403, True)
        assert send(half, code_now(secret))[0] == 403
        assert account_of(office).locked_until == start + timedelta(minutes=10)


@pytest.mark.parametrize(
    ("after", "status"), [(timedelta(minutes=4, seconds=59), 200), (timedelta(minutes=5), 303)]
)
def test_five_minutes_are_given(client: Client, secret: str, after: timedelta, status: int) -> None:
    with clock.held(clock.now()) as start:
        client.login("clerk", PASSWORD)
    with clock.held(start + after):
        assert client.get(CODE).status_code == status
        if status == 303:
            assert "5 分钟内" in client.get("/login").text


def test_another_browser_knows_nothing_of_it(app: Flask, half: Client, secret: str) -> None:
    other = Client(app.test_client())
    assert other.get(CODE).location == "/login"
    answer = other.post(CODE, {"code": code_now(secret)})
    assert answer.location == "/login"
    assert not is_in(other)


def test_a_reset_in_between_makes_the_password_worthless(
    half: Client, office: ActorSession, secret: str
) -> None:
    reset(office)
    assert half.post(CODE, {"code": code_now(secret)}, page=CODE).location == "/login"
    assert not is_in(half)


def test_a_forged_half_is_refused(half: Client, secret: str) -> None:
    cookie = half.http.get_cookie("__Host-session")
    assert cookie is not None
    half.http.set_cookie("__Host-session", "x" + cookie.value)
    assert half.get(CODE).location == "/login"
