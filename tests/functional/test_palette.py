"""The palette over HTTP: pages, actions and records, within rights and scope, by posted text."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from models.base.session import ActorSession
from models.certification.tables import CertificationApplication
from tests.factories.lists import id_no_of
from tests.factories.records import House
from tests.support.lists import LIST
from tests.support.record_pages import SignIn, Staff

FIND = "/admin/find/"
A = CertificationApplication


def find(client: Staff, typed: str) -> dict[str, list[dict[str, Any]]]:
    """Type into the palette; return its entries by group."""
    headers = {"X-CSRFToken": client.token("/admin/")}
    answer = client.http.post(FIND, json={"text": typed}, headers=headers)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    return {group["label"]: group["entries"] for group in answer.get_json()["groups"]}


def texts(entries: list[dict[str, Any]]) -> list[str]:
    return [entry["text"] for entry in entries]


def test_pages_are_found_in_characters_pinyin_and_english(clerk: Staff) -> None:
    for typed in ("证书", "zhengshu", "jszgzs", "certificate"):
        assert "教师资格证书" in texts(find(clerk, typed)["页面"]), typed
    assert find(clerk, "")["页面"][0]["url"] == LIST
    assert "页面" not in find(clerk, "nothing like that")


def test_actions_lead_to_the_records_that_they_start_from(clerk: Staff) -> None:
    approve = find(clerk, "审核通过")["操作"][0]
    assert (approve["text"], approve["note"]) == ("审核通过", "教师资格认定申请")
    assert approve["url"] == f"{LIST}?filter=status:in:confirmed"
    assert clerk.get(approve["url"]).status_code == 200
    new = find(clerk, "新增 申请")["操作"][0]
    assert new["url"] == f"{LIST}new/"
    assert find(clerk, "核对编号")["操作"][0]["url"] == "/admin/certificate/verify/"
    out = find(clerk, "退出")["操作"][0]
    assert (out["url"], out["send"]) == ("/logout", True)


def test_every_address_offered_answers(clerk: Staff) -> None:
    for typed in ("", "新增", "zgf", "确认"):
        for entries in find(clerk, typed).values():
            for entry in (each for each in entries if not each["send"]):
                assert clerk.get(entry["url"]).status_code == 200, entry


def test_a_record_is_found_by_number_and_by_name(clerk: Staff, listed: House) -> None:
    found = find(clerk, "b20263710101000007")["教师资格认定申请"]
    assert texts(found) == ["B20263710101000007"]
    assert found[0]["note"] == "李娜 · 已经现场确认，等待资格审核"
    assert clerk.get(found[0]["url"]).status_code == 200
    by_name = find(clerk, "zgf")
    assert set(by_name) == {"教师资格认定申请", "申请人"}
    assert set(texts(by_name["申请人"][:5])) == {"曾国藩"}
    rest = by_name["教师资格认定申请"][-1]
    assert (rest["url"], rest["send"], rest["q"]) == (f"{LIST}search/", True, "zgf")
    answer = clerk.post(rest["url"], {"q": rest["q"]}, page=LIST)
    assert (answer.status_code, answer.location) == (303, f"{LIST}?q=zgf")


def test_a_document_number_finds_whose_it_is_and_is_not_told(clerk: Staff) -> None:
    number = id_no_of(7)
    found = find(clerk, number)
    assert texts(found["申请人"]) == ["李娜"]
    assert texts(found["教师资格认定申请"]) == ["B20263710101000007"]
    assert number not in str(found)


def test_nobody_finds_what_his_list_does_not_show(
    clerk: Staff, staff: SignIn, work: ActorSession, listed: House
) -> None:
    foreign = work.get_one(A, listed.other.application)
    number = str(foreign.apply_no)
    work.rollback()
    assert find(clerk, number) == {}
    assert texts(find(staff("neighbour"), number)["教师资格认定申请"]) == [number]


def test_a_role_is_offered_what_it_may_do(staff: SignIn) -> None:
    viewer = staff("viewer")
    assert set(find(viewer, "zgf")) == {"教师资格认定申请"}
    assert find(viewer, "审核通过") == {}
    assert [entry["note"] for entry in find(viewer, "新增")["操作"]] == ["消息"]
    confirm = staff("confirm")
    assert texts(find(confirm, "确认通过")["操作"]) == ["确认通过"]


def test_one_letter_finds_pages_only(clerk: Staff) -> None:
    assert set(find(clerk, "z")) == {"页面", "操作"}
    assert "教师资格认定申请" in find(clerk, "曾")


@contextmanager
def counted(app: Flask) -> Iterator[list[str]]:
    """Collect the statements that the app executes."""
    from admin_app.extensions import db

    statements: list[str] = []

    def note(*args: Any) -> None:
        statements.append(args[2])

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    yield statements
    event.remove(engine, "before_cursor_execute", note)


def test_the_number_of_statements_does_not_grow_with_what_is_found(
    app: Flask, clerk: Staff
) -> None:
    headers = {"X-CSRFToken": clerk.token("/admin/")}
    numbers = set()
    for typed in ("zgf", "qqq", "B20263710101000007", "张"):
        with counted(app) as statements:
            clerk.http.post(FIND, json={"text": typed}, headers=headers)
        numbers.add(len(statements))
        assert sum("UNION ALL" in each for each in statements) == 1
    assert len(numbers) == 1


@pytest.mark.parametrize("body", [None, [], {}, {"text": 1}, "zgf"])
def test_junk_is_refused(clerk: Staff, body: Any) -> None:
    headers = {"X-CSRFToken": clerk.token("/admin/")}
    assert clerk.http.post(FIND, json=body, headers=headers).status_code == 400


def test_it_needs_a_token_and_somebody_signed_in(app: Flask, clerk: Staff) -> None:
    assert clerk.http.post(FIND, json={"text": "zgf"}).status_code == 400
    visitor = Staff(app.test_client())
    headers = {"X-CSRFToken": visitor.token("/login")}
    assert visitor.http.post(FIND, json={"text": "zgf"}, headers=headers).status_code != 200
