"""Making accounts by the form: who may make which, what is refused in words, what comes of it."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from models.accounts.passwords import NO_PASSWORD
from models.accounts.tables import UserAccount, UserRole
from models.audit.tables import AuditLog
from tests.support.bureau import Bureau
from tests.support.counter import LIST, At, passwords_in, said
from tests.support.http import Client

NEW = f"{LIST}new/"
GOOD = {
    "username": "xinren",
    "display_name": "新同志",
    "account_type": "staff",
    "email": "xinren@example.cn",
    "mobile": "13800138000",
}


def fill(
    bureau: Bureau, role: str = "confirm", over: str = "here_site", **typed: str
) -> dict[str, str]:
    place = {"role_code": role, "scope_org_id": str(bureau.orgs[over])}
    org = typed.pop("org", over)
    return {**GOOD, "org_id": str(bureau.orgs[org]), **place, **typed}


def send(client: Client, fields: dict[str, str]) -> TestResponse:
    return client.post(NEW, fields, page=NEW)


def accounts(bureau: Bureau, name: str = "xinren") -> list[UserAccount]:
    return bureau.stored(select(UserAccount).where(UserAccount.username == name))


def test_an_authority_makes_a_user_of_its_site(bureau: Bureau, at: At) -> None:
    boss = at("boss")
    answer = send(boss, fill(bureau))
    assert answer.status_code == 303, said(answer.text)
    assert re.fullmatch(r"/admin/batch/\d+/", answer.location)
    (account,) = accounts(bureau)
    assert account.org_id == bureau.orgs["here_site"]
    assert account.must_change_password
    assert account.password_hash != NO_PASSWORD
    (role,) = bureau.stored(select(UserRole).where(UserRole.user_id == account.id))
    assert (role.role_code, role.scope_org_id) == ("confirm", bureau.orgs["here_site"])
    (password,) = passwords_in(boss.post(f"{answer.location}passwords/show").text)
    newcomer = Client(boss.http.application.test_client())
    assert newcomer.login("xinren", password).status_code == 303
    made = bureau.stored(select(AuditLog).where(AuditLog.entity_id == account.id))
    assert "accounts:user_account:create" in [row.event for row in made]
    assert password not in str([row.changes for row in made])


@pytest.mark.parametrize(
    ("who", "role", "over", "allowed"),
    [
        ("boss", "confirm", "here_site", True),
        ("boss", "confirm", "there_site", False),
        ("boss", "authority", "here", False),
        ("boss", "super", "root", False),
        ("boss", "confirm", "here", False),
        ("sysadmin", "authority", "there", True),
        ("sysadmin", "confirm", "there_site", True),
        ("sysadmin", "super", "root", False),
        ("county_admin", "authority", "here", True),
        ("county_admin", "authority", "there", False),
        ("centre", "super", "root", True),
    ],
)
def test_who_makes_which_accounts(
    bureau: Bureau, at: At, who: str, role: str, over: str, allowed: bool
) -> None:
    answer = send(at(who), fill(bureau, role, over))
    assert answer.status_code == (303 if allowed else 400), said(answer.text)
    assert len(accounts(bureau)) == allowed


def test_a_site_has_no_such_page(bureau: Bureau, at: At) -> None:
    clerk = at("clerk")
    assert clerk.get(NEW).status_code == 403
    assert clerk.post(NEW, fill(bureau)).status_code == 403
    assert accounts(bureau) == []


@pytest.mark.parametrize("place", ["org", "role"])
def test_nobody_makes_accounts_of_other_offices(bureau: Bureau, at: At, place: str) -> None:
    fields = fill(bureau, org="there_site") if place == "org" else fill(bureau, over="there_site")
    answer = send(at("boss"), fields)
    assert answer.status_code == 400
    assert accounts(bureau) == []


@pytest.mark.parametrize("name", ["stranger", " STRANGER ", "ｓｔｒａｎｇｅｒ"])
def test_a_taken_name_is_refused_even_where_it_cannot_be_seen(
    bureau: Bureau, at: At, name: str
) -> None:
    answer = send(at("boss"), fill(bureau, username=name))
    assert answer.status_code == 400
    assert "用户名“stranger”已被使用，请换一个。" in said(answer.text)
    assert "there" not in said(answer.text)


def test_a_name_has_one_spelling(bureau: Bureau, at: At) -> None:
    assert send(at("boss"), fill(bureau, username=" ＸｉｎＲｅｎ ")).status_code == 303
    assert len(accounts(bureau, "xinren")) == 1


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"username": ""}, "请填写此项"),
        ({"username": "新 人"}, "不能有空格"),
        ({"username": "a" * 65}, "最多 64 个字"),
        ({"display_name": " "}, "请填写此项"),
        ({"mobile": "1380013800"}, "手机号码"),
        ({"mobile": "23800138000"}, "手机号码"),
        ({"email": "xinren"}, "电子邮箱"),
        ({"role_code": "", "scope_org_id": ""}, "必须有角色"),
        ({"role_code": "nonsense"}, "没有"),
        ({"account_type": "robot"}, ""),
    ],
)
def test_what_is_wrong_is_said_beside_the_field(
    bureau: Bureau, at: At, typed: dict[str, str], sentence: str
) -> None:
    answer = send(at("boss"), fill(bureau, **typed))
    assert answer.status_code == 400
    assert sentence in said(answer.text)
    assert len(bureau.stored(select(UserAccount.id))) == len(bureau.accounts)


def test_everything_wrong_is_said_at_once(bureau: Bureau, at: At) -> None:
    answer = send(at("boss"), fill(bureau, username="stranger", mobile="1", email="x"))
    page = said(answer.text)
    assert all(words in page for words in ("已被使用", "电子邮箱", "手机号码"))


def test_extra_fields_change_nothing(bureau: Bureau, at: At) -> None:
    extra = {"status": "disabled", "id": "1", "session_epoch": "9", "password_hash": "x"}
    extra |= {"must_change_password": "", "version": "7", "failed_count": "2"}
    assert send(at("boss"), fill(bureau, **extra)).status_code == 303
    (account,) = accounts(bureau)
    assert (account.status, account.failed_count, account.must_change_password) == (
        "active", 0, True
    )  # fmt: skip


def test_only_roles_and_offices_within_reach_are_offered(bureau: Bureau, at: At) -> None:
    boss = at("boss")
    page = boss.get(NEW).text
    assert '<option value="confirm"' in page
    for code in ("authority", "super", "system_admin"):
        assert f'<option value="{code}"' not in page
    for name, offered in (("here", True), ("here_site", True), ("there", False), ("root", False)):
        assert (f'<option value="{bureau.orgs[name]}"' in page) is offered, name
    found = boss.get(f"{LIST}lookup/scope_org_id/?q=").get_json()["results"]
    assert {int(each["id"]) for each in found} == {bureau.orgs["here"], bureau.orgs["here_site"]}
    asked = boss.get(f"{LIST}lookup/scope_org_id/?q=&role_code=confirm").get_json()["results"]
    assert {int(each["id"]) for each in asked} == {bureau.orgs["here_site"]}


def test_an_account_is_edited_within_its_limits(bureau: Bureau, at: At) -> None:
    boss, id_ = at("boss"), bureau.accounts["clerk"]
    edit = f"{LIST}edit/?id={id_}"
    version = str(bureau.account("clerk").version)
    fields = {"row_version": version, "display_name": "陈同志", "mobile": "13900139000"}
    fields |= {"username": "other", "account_type": "teacher", "status": "disabled"}
    assert boss.post(edit, fields, page=edit).status_code == 303
    account = bureau.account("clerk")
    assert (account.display_name, account.mobile) == ("陈同志", "13900139000")
    assert (account.username, account.account_type, account.status) == ("clerk", "staff", "active")
    fields = {"row_version": str(account.version), "mobile": "139"}
    answer = boss.post(edit, fields, page=edit)
    assert (answer.status_code, "手机号码" in said(answer.text)) == (400, True)


@pytest.mark.parametrize("name", ["peer", "roving", "overseer"])
def test_an_account_above_is_not_edited(bureau: Bureau, at: At, name: str) -> None:
    boss, id_ = at("boss"), bureau.accounts[name]
    page = boss.get(f"{LIST}details/?id={id_}")
    assert "您无权授予" in said(page.text) or "无权" in said(page.text)
    fields = {"row_version": str(bureau.account(name).version), "display_name": "改名"}
    assert boss.post(f"{LIST}edit/?id={id_}", fields).status_code == 403
    assert bureau.account(name).display_name == f"{name} 同志"


def test_ones_own_account_stays_where_it_is(bureau: Bureau, at: At) -> None:
    admin, id_ = at("sysadmin"), bureau.accounts["sysadmin"]
    fields = {"row_version": str(bureau.account("sysadmin").version), "display_name": "何同志"}
    fields["org_id"] = str(bureau.orgs["here"])
    edit = f"{LIST}edit/?id={id_}"
    assert admin.post(edit, fields, page=edit).status_code == 303
    account = bureau.account("sysadmin")
    assert (account.display_name, account.org_id) == ("何同志", bureau.orgs["root"])


def test_an_account_that_leaves_the_scope_says_so(bureau: Bureau, at: At) -> None:
    admin, id_ = at("county_admin"), bureau.accounts["office_clerk"]
    fields = {"row_version": str(bureau.account("office_clerk").version)}
    fields["org_id"] = str(bureau.orgs["there"])
    edit = f"{LIST}edit/?id={id_}"
    answer = admin.post(edit, fields, page=edit)
    assert answer.status_code == 400
    assert bureau.account("office_clerk").org_id == bureau.orgs["here"]
    fields["org_id"] = str(bureau.orgs["there"])
    moved = at("sysadmin").post(edit, fields, page=edit)
    assert moved.status_code == 303
    assert admin.get(f"{LIST}details/?id={id_}").status_code == 404
