"""What begins, renews and ends a session, and what the page after it says."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, select

from models import clock
from models.accounts import sessions
from models.accounts.tables import AccountStatus, UserRole
from models.accounts.tables_sign_in import UserSession
from models.audit.tables import AuditLog
from models.base.session import ActorSession
from tests.support.accounts import PASSWORD, account_of, reset
from tests.support.entrance import Arrive, is_in, token_of
from tests.support.http import Client

SCRIPT = {"Accept": "application/json"}


def role_id(office: ActorSession, code: str) -> int:
    found = office.scalars(
        select(UserRole.id).where(
            UserRole.role_code == code, UserRole.user_id == account_of(office).id
        )
    ).one()
    office.rollback()  # on SQLite an open transaction of the test would lock the app out
    return found


@pytest.mark.parametrize(
    ("pause", "because"),
    [(sessions.IDLE, "超过 30 分钟没有操作"), (sessions.ABSOLUTE, "超过 30 分钟没有操作")],
)
def test_an_idle_session_ends_and_the_page_says_since_when(
    arrive: Arrive, pause: timedelta, because: str
) -> None:
    with clock.held(clock.now()) as start:
        client = arrive()
    with clock.held(start + pause):
        answer = client.get("/admin/", follow_redirects=True)
    assert answer.request.path == "/login"
    ended = (start + sessions.IDLE).astimezone(clock.SHANGHAI).strftime("%Y-%m-%d %H:%M")
    assert f"会话已过期：{because}，会话已于 {ended} 结束" in answer.text


def test_activity_keeps_a_session_alive_until_its_absolute_end(arrive: Arrive) -> None:
    with clock.held(clock.now()) as start:
        client = arrive()
    for minutes in range(25, 12 * 60, 25):
        with clock.held(start + timedelta(minutes=minutes)):
            assert is_in(client), minutes
    ended = (start + sessions.ABSOLUTE).astimezone(clock.SHANGHAI).strftime("%Y-%m-%d %H:%M")
    with clock.held(start + sessions.ABSOLUTE):
        answer = client.get("/admin/", follow_redirects=True)
    assert f"会话已过期：登录已满 12 小时，会话已于 {ended} 结束" in answer.text


@pytest.mark.parametrize(
    "headers",
    [
        SCRIPT,
        {"Sec-Fetch-Mode": "cors"},
        {"Sec-Fetch-Mode": "same-origin"},
        {"Sec-Fetch-Mode": "navigate", "Sec-Purpose": "prefetch"},
        {"X-Background": "1"},
    ],
    ids=str,
)
def test_what_scripts_fetch_keeps_no_session_alive(arrive: Arrive, headers: dict[str, str]) -> None:
    with clock.held(clock.now()) as start:
        client = arrive()
    for minutes in (10, 20, 29):
        with clock.held(start + timedelta(minutes=minutes)):
            assert client.get("/admin/", headers=headers).status_code == 200
    with clock.held(start + sessions.IDLE):
        assert not is_in(client)


def test_a_script_is_told_in_its_own_way_and_the_page_afterwards_in_words(arrive: Arrive) -> None:
    client = arrive()
    with clock.held(clock.now() + timedelta(hours=1)):
        answer = client.get("/admin/waiting/", headers=SCRIPT)
        assert answer.status_code == 401
        assert "会话已过期" in answer.get_json()["message"]
        assert "会话已过期" in client.get("/admin/", follow_redirects=True).text


def test_a_lost_post_is_said_to_be_lost(arrive: Arrive) -> None:
    client = arrive()
    token = client.token()
    with clock.held(clock.now() + timedelta(hours=1)):
        answer = client.http.post(
            "/role", data={"csrf_token": token, "user_role": "1"}, follow_redirects=True
        )
    assert "会话已过期" in answer.text
    assert "没有保存" in answer.text


def test_disabling_resetting_and_losing_the_role_act_at_the_next_request(
    arrive: Arrive, office: ActorSession
) -> None:
    clients = {name: arrive() for name in ("disabled", "enabled")}
    account_of(office).status = AccountStatus.disabled
    office.commit()
    assert "会话已结束" in clients["disabled"].get("/admin/", follow_redirects=True).text
    account_of(office).status = AccountStatus.active
    office.commit()
    assert is_in(clients["enabled"])
    reset(office)
    assert (
        "被退出，或密码、角色已变更"
        in clients["enabled"].get("/admin/", follow_redirects=True).text
    )


def test_a_role_taken_away_ends_what_was_done_in_it(arrive: Arrive, office: ActorSession) -> None:
    client = arrive()
    office.execute(
        delete(UserRole).where(UserRole.id == role_id(office, "authority")),
        execution_options={"set_wise": "test"},
    )
    office.commit()
    assert not is_in(client)


def test_signing_in_again_ends_the_session_that_the_browser_had(app: Flask, arrive: Arrive) -> None:
    client = arrive()
    cookie = client.http.get_cookie("__Host-session")
    assert cookie is not None
    before = token_of(client)
    assert client.post("/login", {"username": "clerk", "password": PASSWORD}).status_code == 303
    assert token_of(client) not in (before, None)
    thief = Client(app.test_client())
    thief.http.set_cookie("__Host-session", cookie.value)
    assert is_in(client)
    assert not is_in(thief)


def test_switching_the_role_renews_the_token_and_the_day_grows_no_longer(
    arrive: Arrive, office: ActorSession
) -> None:
    client = arrive()
    before, other = token_of(client), role_id(office, "super")
    assert client.post("/role", {"user_role": str(other)}).status_code == 303
    assert token_of(client) not in (before, None)
    rows = {row.user_role_id: row for row in office.scalars(select(UserSession))}
    former = next(row for key, row in rows.items() if key != other)
    assert (rows[other].revoked_at, former.revoked_at is None) == (None, False)
    assert rows[other].expires_at == former.expires_at
    row = office.scalars(select(AuditLog).where(AuditLog.event.endswith("switch_role"))).one()
    assert (row.username, row.changes) == (
        "clerk",
        {"role_code": ["authority", "super"], "held_over": ["测试省厅", "测试省厅"]},
    )


def test_the_role_used_last_is_the_first_next_time(arrive: Arrive, office: ActorSession) -> None:
    client, other = arrive(), role_id(office, "super")
    client.post("/role", {"user_role": str(other)})
    client.post("/logout")
    current = (
        arrive().get("/admin/").text.partition('aria-current="true"')[2].partition("</button>")[0]
    )
    assert "资格中心" in current
    assert "测试省厅" in current


@pytest.mark.parametrize("role", ["999999", "0", "", "x", "²", "1" * 30])
def test_only_a_role_of_ones_own_can_be_chosen(arrive: Arrive, role: str) -> None:
    client = arrive()
    assert client.post("/role", {"user_role": role}).status_code in {400, 404}
    assert is_in(client)


def test_signing_out_stands_under_ones_own_name(arrive: Arrive, office: ActorSession) -> None:
    arrive().post("/logout")
    row = office.scalars(select(AuditLog).where(AuditLog.event.endswith("sign_out"))).one()
    assert (row.username, row.role, row.ip) == ("clerk", "authority", "127.0.0.1")
