"""One's own page: contact, devices, display and the second factor; for everybody, about oneself."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import select

from models.accounts import recovery, totp
from models.accounts.tables_settings import UserPreference
from models.accounts.tables_sign_in import UserSession
from models.audit.tables import AuditLog
from models.base.session import ActorSession
from tests.support.accounts import PASSWORD, account_of
from tests.support.entrance import Arrive, enrol, is_in, token_of
from tests.support.http import Client
from tests.support.record_pages import SignIn

ME = "/admin/me/"
FACTOR = "/admin/me/second-factor/"
SECTIONS = ("", "password/", "second-factor/", "devices/", "display/")
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0"


@pytest.mark.parametrize("username", ["centre", "authority", "confirm", "viewer"])
def test_everybody_has_an_own_page(sign_in: SignIn, username: str) -> None:
    client = sign_in(username)
    assert f'href="{ME}"' in client.get("/admin/").text
    for section in SECTIONS:
        answer = client.get(ME + section)
        assert answer.status_code == 200, section
        assert 'aria-current="page"' in answer.text


def contact(client: Client, **fields: str) -> tuple[int, str]:
    """Send the form of one's contact data as it stands, with some fields changed."""
    page = client.get(ME).text
    version = re.search(r'name="row_version" value="(\d+)"', page)
    assert version
    answer = client.post(
        ME,
        {
            "row_version": version[1],
            "email": "",
            "mobile": "",
            "password": PASSWORD,
        }
        | fields,
    )
    return answer.status_code, answer.text


def test_contact_data_are_an_edit_on_record_and_masked_there(
    arrive: Arrive, office: ActorSession
) -> None:
    client = arrive()
    status, _ = contact(client, email=" lin@example.cn ", mobile="13900139000")
    assert status == 303
    account = account_of(office)
    assert (account.email, account.mobile) == ("lin@example.cn", "13900139000")
    row = office.scalars(
        select(AuditLog)
        .where(AuditLog.event == "accounts:user_account:edit")
        .order_by(AuditLog.id.desc())
    ).first()
    assert row is not None
    assert (row.username, row.role, row.entity_id) == ("clerk", "authority", account.id)
    assert set(row.changes or {}) == {"email", "mobile"}
    assert "13900139000" not in str(row.changes)
    assert "lin@example.cn" not in str(row.changes)
    office.rollback()
    assert "lin@example.cn" in client.get(ME).text
    assert contact(client)[0] == 303
    assert account_of(office).email is None


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"mobile": "1390013900"}, "手机号码为 11 位数字"),
        ({"mobile": "12345678901"}, "手机号码为 11 位数字"),
        ({"mobile": "１３９００１３９０００"}, "手机号码为 11 位数字"),
        ({"email": "nobody"}, "电子邮箱格式不正确"),
        ({"email": "a@b"}, "电子邮箱格式不正确"),
        ({"email": "a b@example.cn"}, "电子邮箱格式不正确"),
        ({"email": "x" * 119 + "@example.cn"}, "电子邮箱格式不正确"),
    ],
)
def test_contact_data_that_cannot_be_right_are_refused(
    arrive: Arrive, office: ActorSession, fields: dict[str, str], said: str
) -> None:
    status, page = contact(arrive(), **fields)
    assert status == 400
    assert said in page
    assert next(iter(fields.values())) in page
    assert (account_of(office).email, account_of(office).mobile) == (None, None)


def test_a_stale_form_overwrites_nothing(arrive: Arrive, office: ActorSession) -> None:
    status, page = contact(arrive(), row_version="0", email="lin@example.cn")
    assert status == 409
    assert "已有变动" in page
    assert account_of(office).email is None


def test_nothing_else_of_the_account_is_taken_from_the_form(
    arrive: Arrive, office: ActorSession
) -> None:
    before = account_of(office)
    kept = (before.username, before.org_id, before.status, before.password_hash)
    office.rollback()
    extra = {
        "display_name": "x",
        "username": "x",
        "org_id": "999",
        "status": "disabled",
        "password_hash": "x",
        "account_type": "teacher",
        "session_epoch": "9",
    }
    assert contact(arrive(), email="lin@example.cn", **extra)[0] == 303
    account = account_of(office)
    assert (account.username, account.org_id, account.status, account.password_hash) == kept
    assert (account.display_name, account.account_type, account.session_epoch) == (
        "clerk 先生",
        "staff",
        0,
    )


def test_the_roles_held_are_listed_with_their_offices(arrive: Arrive) -> None:
    page = arrive().get(ME).text.partition('id="roles"')[2]
    assert page.count("测试省厅") >= 2
    assert "认定机构用户" in page
    assert "资格中心" in page


def test_devices_are_told_in_words_and_ended(
    app: Flask, arrive: Arrive, office: ActorSession
) -> None:
    here, there = arrive(), Client(app.test_client())
    token = there.token()
    sent = {"csrf_token": token, "username": "clerk", "password": PASSWORD}
    there.http.post("/login", data=sent, headers={"User-Agent": FIREFOX})
    assert is_in(there)
    page = here.get(f"{ME}devices/").text
    assert "Firefox 128 · Windows" in page
    assert page.count("本设备") == 1
    [key] = re.findall(r"/admin/me/devices/(\d+)/end", page)
    assert here.post(f"{ME}devices/{key}/end").status_code == 303
    assert is_in(here)
    assert "被退出" in there.get("/admin/", follow_redirects=True).text
    again = here.post(f"{ME}devices/{key}/end")
    assert again.status_code == 404
    assert office.scalar(select(AuditLog.username).where(AuditLog.event.endswith("end_session")))


def test_all_other_devices_are_ended_at_once(arrive: Arrive) -> None:
    here, *others = (arrive() for _ in range(3))
    elses = arrive("newcomer")
    answer = here.post(f"{ME}devices/end-others")
    assert answer.status_code == 303
    assert "已退出其他 2 台设备" in here.get(answer.location).text
    assert [is_in(client) for client in others] == [False, False]
    assert elses.get("/admin/").location.startswith(f"{ME}password/")


def test_nobody_ends_a_strangers_session(arrive: Arrive, office: ActorSession) -> None:
    here, elses = arrive(), arrive("newcomer")
    stranger = account_of(office, "newcomer").id
    key = office.scalars(select(UserSession.id).where(UserSession.user_id == stranger)).one()
    office.rollback()
    assert here.post(f"{ME}devices/{key}/end").status_code == 404
    asked = AuditLog.event == "accounts:user_account:end_session"
    assert office.scalars(select(AuditLog.result).where(asked)).all() == ["refused"]
    office.rollback()
    assert token_of(elses) is not None
    assert elses.get("/admin/").location.startswith(f"{ME}password/")


def test_display_is_kept_for_every_device_and_drawn_by_the_server(
    arrive: Arrive, office: ActorSession
) -> None:
    first, second = arrive(), arrive()
    chosen = {"theme": "dark", "density": "compact", "language": "en"}
    assert first.post(f"{ME}display/", chosen).status_code == 303
    page = second.get("/admin/").text
    head = page.partition("<head>")[0]
    assert 'data-bs-theme="dark"' in head
    assert 'data-theme="dark"' in head
    assert 'data-density="compact"' in head
    assert 'lang="en"' in head
    second.post(f"{ME}display/", {"theme": "light"})
    head = first.get("/admin/").text.partition("<head>")[0]
    assert ('data-theme="light"' in head, 'data-density="compact"' in head) == (True, True)
    assert len(office.scalars(select(UserPreference)).all()) == 1


def test_the_language_of_the_menu_is_kept_too(arrive: Arrive) -> None:
    first, second = arrive(), arrive()
    first.post("/language", {"language": "en", "next": "/admin/"})
    assert 'lang="en"' in second.get("/admin/").text.partition("<head>")[0]


def test_a_script_changes_the_theme_without_another_page(arrive: Arrive) -> None:
    client = arrive()
    answer = client.post(f"{ME}display/", {"theme": "dark", "quiet": "1"})
    assert (answer.status_code, answer.text) == (204, "")
    assert 'data-theme="dark"' in client.get("/admin/").text


@pytest.mark.parametrize("junk", [{"theme": "pink"}, {"density": ""}, {"language": "xx"}])
def test_a_choice_that_there_is_not_is_refused(
    arrive: Arrive, office: ActorSession, junk: dict[str, str]
) -> None:
    assert arrive().post(f"{ME}display/", junk).status_code == 400
    assert office.scalars(select(UserPreference)).all() == []


def test_the_second_factor_is_set_up_renewed_and_given_up(
    arrive: Arrive, office: ActorSession
) -> None:
    client = arrive()
    codes = re.findall(r"<code>([A-Z0-9-]{19})</code>", page := enrol(client))
    assert len(set(codes)) == recovery.COUNT
    assert 'href="data:text/plain;charset=utf-8,' in page
    assert all(code not in client.get(FACTOR).text for code in codes)
    assert "剩余 10 个" in client.get(FACTOR).text
    wrong = client.post(f"{FACTOR}codes", {"password": "wrong"})
    assert (wrong.status_code, "密码不正确" in wrong.text) == (400, True)
    renewed = client.post(f"{FACTOR}codes", {"password": PASSWORD})
    fresh = re.findall(r"<code>([A-Z0-9-]{19})</code>", renewed.text)
    assert (len(fresh), set(fresh) & set(codes)) == (recovery.COUNT, set())
    assert client.post(f"{FACTOR}remove", {"password": "wrong"}).status_code == 400
    assert totp.is_enrolled(office, account_of(office))
    office.rollback()
    assert client.post(f"{FACTOR}remove", {"password": PASSWORD}).status_code == 303
    assert not totp.is_enrolled(office, account_of(office))


def test_a_wrong_first_code_is_said_beside_the_field(arrive: Arrive, office: ActorSession) -> None:
    client = arrive()
    client.post(f"{FACTOR}begin", {"password": PASSWORD})
    secret = re.findall(r"<span>(\w{4})</span>", client.get(FACTOR).text)
    answer = client.post(f"{FACTOR}confirm", {"code": "000000"})
    assert answer.status_code == 400
    assert 'id="code-wrong"' in answer.text
    assert re.findall(r"<span>(\w{4})</span>", answer.text) == secret
    assert not totp.is_enrolled(office, account_of(office))


def test_loading_the_page_with_the_codes_again_shows_none(arrive: Arrive) -> None:
    client = arrive()
    enrol(client)
    answer = client.post(f"{FACTOR}confirm", {"code": "123456"})
    assert (answer.status_code, answer.location) == (303, FACTOR)
