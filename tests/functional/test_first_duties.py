"""A password of one's own and, where a role needs it, a second factor come before anything else."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import select

from admin_app.admission import OPEN_ENDPOINTS
from models import clock
from models.accounts.password_rules import read_profiles
from models.audit.tables import AuditLog
from models.base.session import ActorSession
from tests.support.accounts import PASSWORD, account_of
from tests.support.entrance import (
    NEW_PASSWORD,
    Arrive,
    change_password,
    code_now,
    enrol,
    is_in,
    token_of,
)
from tests.support.http import Client

CHANGE, FACTOR = "/admin/me/password/", "/admin/me/second-factor/"
SCRIPT = {"Accept": "application/json"}
#: Answer as always, whatever is owed: they show nothing of the office and change nothing of it.
OPEN = OPEN_ENDPOINTS | {"logout"}


@pytest.fixture
def needed(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the second factor needed for the authority's staff."""
    monkeypatch.setitem(app.config, "TOTP_ROLES", frozenset({"authority"}))


def addresses(app: Flask, method: str, allowed: frozenset[str]) -> list[str]:
    """Return an address of every route of the URL map but those allowed."""
    return [
        re.sub(r"<[^>]+>", "1", rule.rule)
        for rule in app.url_map.iter_rules()
        if method in (rule.methods or ())
        and rule.endpoint not in allowed
        and not rule.endpoint.endswith("static")
    ]


@pytest.mark.one_database("sqlite")
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_until_the_password_is_changed_nothing_else_answers(
    app: Flask, arrive: Arrive, method: str
) -> None:
    client = arrive("newcomer")
    token = client.token(CHANGE)
    paths = [*addresses(app, method, OPEN | {"me.password"}), "/admin/no/such/page"]
    assert len(paths) > 30
    for path in paths:
        answer = client.http.open(path, method=method, data={"csrf_token": token})
        if "/lookup/" in path or path.endswith("/waiting/"):
            assert answer.status_code == 403, path
            assert answer.get_json() == {"message": "请先修改密码。"}
        else:
            assert answer.status_code == 303, path
            assert answer.location.startswith(CHANGE), path


def test_scripts_get_an_answer_that_they_can_read(arrive: Arrive) -> None:
    answer = arrive("newcomer").get("/admin/org/", headers=SCRIPT)
    assert (answer.status_code, answer.get_json()) == (403, {"message": "请先修改密码。"})


def test_one_may_still_choose_the_language_and_leave(arrive: Arrive) -> None:
    client = arrive("newcomer")
    client.post("/language", {"language": "en", "next": CHANGE})
    assert "Initial password" in client.get(CHANGE).text
    assert client.get("/static/favicon.svg").status_code == 200
    assert client.post("/logout").location == "/login"


def test_after_the_change_one_goes_where_one_wanted(app: Flask, arrive: Arrive) -> None:
    client, elsewhere = arrive("newcomer"), arrive("newcomer")
    before = token_of(client)
    led = client.get("/admin/org/?sort=name")
    assert led.location == f"{CHANGE}?next=/admin/org/?sort%3Dname"
    sent = {
        "old_password": PASSWORD,
        "new_password": NEW_PASSWORD,
        "new_password_again": NEW_PASSWORD,
        "next": "/admin/org/?sort=name",
    }
    answer = client.post(CHANGE, sent, page=CHANGE)
    assert (answer.status_code, answer.location) == (303, "/admin/org/?sort=name")
    assert is_in(client)
    assert token_of(client) not in (before, None)
    assert not is_in(elsewhere)
    assert client.get("/admin/", follow_redirects=True).status_code == 200
    assert Client(app.test_client()).login("newcomer", PASSWORD).status_code == 403
    assert Client(app.test_client()).login("newcomer", NEW_PASSWORD).status_code == 303


def test_everything_wrong_with_a_new_password_is_said_at_once(arrive: Arrive) -> None:
    client = arrive("newcomer")
    sent = {"old_password": PASSWORD, "new_password": "ab", "new_password_again": "ba"}
    answer = client.post(CHANGE, sent)
    assert answer.status_code == 400
    beside = answer.text.partition('id="new_password-wrong"')[2].partition("</ul>")[0]
    for said in ("至少 8 个字符", "请加入数字", "请加入特殊字符", "不一致"):
        assert said in beside
    for secret in (PASSWORD, 'value="ab"', 'value="ba"'):
        assert secret not in answer.text
    assert answer.text.count('autocomplete="new-password"') == 2


@pytest.mark.parametrize("new", [PASSWORD, "newcomer#77x", "kite#11010519491231002X"])
def test_old_name_and_id_number_make_no_password(
    arrive: Arrive, office: ActorSession, new: str
) -> None:
    assert change_password(arrive("newcomer"), new) == 400
    assert account_of(office, "newcomer").must_change_password


def test_guessing_the_old_password_locks_as_at_the_door(
    arrive: Arrive, office: ActorSession
) -> None:
    client = arrive()
    with clock.held(clock.now()):
        for _ in range(3):
            assert change_password(client, old_password="wrong") == 400
        answer = client.post(CHANGE, {"old_password": PASSWORD, "new_password": NEW_PASSWORD})
    assert "账号已锁定" in answer.text
    account = account_of(office)
    assert (account.failed_count, account.must_change_password) == (3, False)
    told = select(AuditLog.event, AuditLog.result).where(AuditLog.username == "clerk")
    asked, locked = "accounts:user_account:ask_password", "accounts:user_account:lock"
    assert office.execute(told.order_by(AuditLog.id)).all()[-4:] == [
        (asked, "refused"),
        (asked, "refused"),
        (asked, "refused"),
        (locked, "ok"),
    ]


def test_a_profile_of_this_installation_holds(
    app: Flask, arrive: Arrive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "PASSWORD_PROFILES", read_profiles("staff=staff:14"))
    client = arrive()
    assert "不少于 14 个字符" in client.get(CHANGE).text
    assert change_password(client) == 400
    assert change_password(client, "kite#river7-lamp") == 303


@pytest.mark.one_database("sqlite")
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_until_the_second_factor_is_there_nothing_else_answers(
    app: Flask, arrive: Arrive, needed: None, method: str
) -> None:
    client = arrive()
    token = client.token(FACTOR)
    allowed = {"me.second_factor", "me.begin_second_factor", "me.confirm_second_factor"}
    for path in addresses(app, method, OPEN | allowed):
        answer = client.http.open(path, method=method, data={"csrf_token": token})
        assert answer.status_code in (303, 403), path
        assert answer.status_code == 403 or answer.location.startswith(FACTOR), path


def test_the_password_comes_first_then_the_second_factor(
    arrive: Arrive, office: ActorSession, needed: None
) -> None:
    client = arrive("newcomer")
    assert client.get("/admin/").location.startswith(CHANGE)
    assert change_password(client, next="/admin/org/") == 303
    assert client.get("/admin/org/").location == f"{FACTOR}?next=/admin/org/"
    page = enrol(client, "/admin/org/")
    assert len(re.findall(r"<code>[A-Z0-9-]{19}</code>", page)) == 10
    assert 'href="/admin/org/"' in page
    assert is_in(client)


def test_a_role_that_needs_it_keeps_it(
    client: Client, office: ActorSession, secret: str, needed: None
) -> None:
    client.login("clerk", PASSWORD)
    client.post("/login/code", {"code": code_now(secret)}, page="/login/code")
    assert "不能关闭" in client.get(FACTOR).text
    answer = client.post(f"{FACTOR}remove", {"password": PASSWORD}, page=FACTOR)
    assert answer.status_code == 403
    assert "不能关闭" in answer.text
