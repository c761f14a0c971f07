"""The list of accounts and its acts over HTTP: buttons, batches, and who is out by them."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from models import clock
from models.accounts.states import MACHINE
from models.batch.tables import Batch
from tests.support.accounts import PASSWORD
from tests.support.bureau import NOW, Bureau
from tests.support.counter import ACTION, LIST, At, carry_out, passwords_in, pin, said
from tests.support.http import Client

STATE_FILTER = "filter=sign_in_state:eq:"


def names_in(client: Client, query: str = "") -> set[str]:
    page = client.get(f"{LIST}?cols=username&{query}")
    assert page.status_code == 200
    return set(re.findall(r"data-open>(\w+)</a>", page.text))


def test_the_list_tells_how_each_account_stands(bureau: Bureau, at: At) -> None:
    bureau.lock("clerk")
    bureau.change("office_clerk", must_change_password=True, initial_password_pending=True)
    bureau.change("peer", status="disabled")
    bureau.enrol("roving")
    boss = at("boss")
    every = {"boss", "peer", "office_clerk", "clerk", "roving", "county_admin", "overseer"}
    assert names_in(boss) == every
    assert names_in(boss, f"{STATE_FILTER}disabled") == {"peer"}
    assert names_in(boss, f"{STATE_FILTER}locked") == {"clerk"}
    assert names_in(boss, f"{STATE_FILTER}must_change") == {"office_clerk"}
    assert names_in(boss, f"{STATE_FILTER}active") == every - {"peer", "clerk", "office_clerk"}
    assert names_in(boss, "filter=second_factor:eq:yes") == {"roving"}
    assert names_in(boss, "filter=initial_password:eq:pending") == {"office_clerk"}
    page = said(boss.get(LIST).text)
    for words in ("停用 1", "已锁定 1", "须修改密码 1", "正常 4", "待修改"):
        assert words in page
    with clock.held(NOW + timedelta(minutes=10)):
        assert names_in(boss, f"{STATE_FILTER}locked") == set()


def test_a_row_button_unlocks(bureau: Bureau, at: At) -> None:
    bureau.lock("clerk")
    boss, id_ = at("boss"), bureau.accounts["clerk"]
    page = boss.get(f"{LIST}details/?id={id_}").text
    assert 'name="action" value="unlock"' in page
    path = carry_out(boss, "unlock", id_)
    assert bureau.account("clerk").failed_count == 0
    assert "解锁" in said(boss.get(path).text)
    page = boss.get(f"{LIST}details/?id={id_}").text
    assert 'name="action" value="unlock"' not in page
    assert "该账号没有锁定" in page


def test_a_batch_resets_those_it_may_and_says_why_not_the_others(bureau: Bureau, at: At) -> None:
    boss = at("boss")
    ids = [bureau.accounts[name] for name in ("clerk", "boss", "peer", "office_clerk")]
    path = carry_out(boss, "reset_password", *ids)
    page = said(boss.get(path).text)
    assert "这是您自己的账号" in page
    assert "您无权授予的角色" in page or "权限" in page
    assert "已为 2 个账号生成初始密码" in page


@pytest.mark.parametrize("act", [transition.name for transition in MACHINE.transitions])
def test_who_lacks_the_right_has_neither_button_nor_batch(bureau: Bureau, at: At, act: str) -> None:
    bureau.change("overseer", org_id=bureau.orgs["root"])
    viewer = at("overseer")
    answer = viewer.post(ACTION, {"action": act, "rowid": str(bureau.accounts["clerk"])})
    assert answer.status_code == 403
    assert bureau.stored(select(func.count()).select_from(Batch)) == [0]


@pytest.mark.parametrize("act", ["disable", "reset_password", "end_sessions"])
def test_whoever_is_signed_in_is_out_at_the_next_request(bureau: Bureau, at: At, act: str) -> None:
    clerk, boss = at("clerk"), at("boss")
    assert clerk.get("/admin/").status_code == 200
    carry_out(boss, act, bureau.accounts["clerk"])
    answer = clerk.get("/admin/")
    assert (answer.status_code, answer.location.partition("?")[0]) == (303, "/login")
    assert boss.get("/admin/").status_code == 200


def test_a_role_taken_away_is_gone_at_the_next_request(bureau: Bureau, at: At) -> None:
    clerk, boss = at("clerk"), at("boss")
    assert clerk.get("/admin/").status_code == 200
    answer = remove_role(bureau, boss, "clerk")
    assert answer == 303
    assert clerk.get("/admin/").status_code == 303


def remove_role(bureau: Bureau, client: Client, name: str) -> int:
    page = client.get(f"{LIST}details/?id={bureau.accounts[name]}").text
    found = re.search(
        r'action="/admin/user_role/delete/".*?name="id" value="(\d+)".*?'
        r'name="row_version" value="(\d+)"',
        page,
        re.DOTALL,
    )
    if found is None:
        return 0
    fields = {"id": found[1], "row_version": found[2], "sure": "1"}
    return client.post("/admin/user_role/delete/", fields).status_code


def test_a_reset_forces_a_change_before_anything_else(bureau: Bureau, at: At) -> None:
    boss = at("boss")
    path = carry_out(boss, "reset_password", bureau.accounts["clerk"])
    (password,) = passwords_in(boss.post(f"{path}passwords/show").text)
    clerk = Client(boss.http.application.test_client())
    assert clerk.login("clerk", PASSWORD).status_code == 403
    assert clerk.login("clerk", password).status_code == 303
    assert clerk.get(LIST).status_code in (303, 403)


def test_nothing_happens_without_a_token(bureau: Bureau, at: At) -> None:
    boss, id_ = at("boss"), bureau.accounts["clerk"]
    done = carry_out(boss, "reset_password", id_)
    opened = pin(boss, "disable", id_)
    for path, fields in (
        (ACTION, {"action": "disable", "rowid": str(id_)}),
        (f"{opened}commit", {}),
        (f"{done}passwords/show", {}),
        (f"{done}passwords/take", {"form": "csv"}),
        (f"{LIST}new/", {"username": "new", "display_name": "新"}),
    ):
        assert boss.http.post(path, data=fields).status_code == 400, path
    assert bureau.account("clerk").status == "active"
    assert len(passwords_in(boss.post(f"{done}passwords/show").text)) == 1
