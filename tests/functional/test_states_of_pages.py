"""What a clerk reads where there is nothing, where the database is away, where a right lacks."""

from __future__ import annotations

import re
from html import unescape
from typing import Any, NoReturn

import pytest
from flask import Flask
from sqlalchemy import Engine
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from tests.factories.records import House
from tests.support.http import Client
from tests.support.lists import LIST
from tests.support.record_pages import SignIn

ABSENT: list[Exception] = [
    OperationalError("SELECT secret FROM account", {}, RuntimeError("host=10.0.0.1 gone")),
    InterfaceError("SELECT secret FROM account", {}, RuntimeError("host=10.0.0.1 gone")),
    PoolTimeout("QueuePool limit reached"),
]


def test_an_empty_list_says_why_and_what_to_do(clerk: Client) -> None:
    narrowed = clerk.get(f"{LIST}?filter=status:eq:draft").text
    assert "没有符合条件的记录" in narrowed
    assert 'href="?"' in narrowed
    assert "<table" not in narrowed.partition("<main")[2]
    nothing = clerk.get("/admin/site_arrangement/?filter=id:eq:0").text
    assert "没有符合条件的记录" in nothing


@pytest.mark.parametrize("junk", ["sort=nothing", "size=7", "cols=nope", "after=junk", "page=2"])
def test_junk_beside_the_conditions_is_not_called_a_condition(clerk: Client, junk: str) -> None:
    answer = clerk.get(f"{LIST}?filter=status:eq:submitted&{junk}")
    assert answer.status_code == 400
    assert "有一个筛选条件无法识别" not in answer.text
    assert "网址中有一部分无法识别" in answer.text
    assert 'href="?filter=status:eq:submitted' in answer.text.partition('class="empty"')[2]
    both = clerk.get(f"{LIST}?filter=status:eq:nope&{junk}").text
    assert "有一个筛选条件无法识别" in both


def test_a_refused_condition_is_told_in_words(clerk: Client) -> None:
    def chip(query: str) -> str:
        page = clerk.get(f"{LIST}?{query}").text
        found = re.search(r'class="chip bad">(.*?)</li>', page, re.DOTALL)
        assert found
        return " ".join(unescape(re.sub(r"<[^>]*>", " ", found[1])).split())

    assert chip("filter=status:eq:nope").startswith("状态 等于 nope")
    assert chip("filter=status:like:submitted").startswith("状态 like 网报成功，等待现场确认")
    assert chip("filter=id_no:prefix:~00").startswith("证件号码 开头是")
    assert chip("filter=nothing:eq:1").startswith("nothing:eq:1")
    nest = '%7B"and":["status:eq:nope","status:eq:draft"]%7D'
    assert chip(f"filter_group={nest}").startswith("状态 等于 nope")


@pytest.mark.parametrize("absent", ABSENT, ids=lambda error: type(error).__name__)
def test_a_database_that_is_away_is_a_sentence_and_a_way_to_try_again(
    clerk: Client, monkeypatch: pytest.MonkeyPatch, absent: Exception
) -> None:
    def away(*_args: Any, **_named: Any) -> NoReturn:
        raise absent

    with monkeypatch.context() as patch:
        patch.setattr(Engine, "connect", away)
        answer = clerk.get(f"{LIST}?q=%E5%BC%A0")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "30"
    assert "数据库没有响应" in answer.text
    assert f'href="{LIST}?q=%E5%BC%A0"' in answer.text
    assert "重试" in answer.text
    for told in ("SELECT", "secret", "10.0.0.1", "Traceback", "QueuePool"):
        assert told not in answer.text
    assert clerk.get(f"{LIST}?q=%E5%BC%A0").status_code == 200


def test_nothing_is_sent_again_by_a_link(clerk: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    token = clerk.token(LIST)

    def away(*_args: Any, **_named: Any) -> NoReturn:
        raise ABSENT[0]

    with monkeypatch.context() as patch:
        patch.setattr(Engine, "connect", away)
        answer = clerk.http.post(f"{LIST}search/", data={"csrf_token": token, "q": "x"})
    assert answer.status_code == 503
    assert "重试" not in answer.text


def test_a_refusal_names_the_right_the_roles_and_whom_to_ask(
    app: Flask, listed: House, staff: SignIn
) -> None:
    assert app
    assert listed
    viewer = staff("viewer")
    for path, right in (
        (f"{LIST}new/", "教师资格认定申请·新建"),
        (f"{LIST}export/csv/", "教师资格认定申请·导出"),
        ("/admin/person/", "申请人·打开列表"),
    ):
        answer = viewer.get(path)
        assert answer.status_code == 403
        page = answer.text.partition("<main")[2]
        assert right in page, page
        assert "认定机构用户" in page
        assert 'href="/admin/role/mine/"' in page
    assert "向谁申请" in page
    assert "centre 先生（province）" in page


def test_a_reveal_without_the_right_is_told_the_same_way(listed: House, staff: SignIn) -> None:
    viewer = staff("viewer")
    sent = {"id": str(listed.own.application), "purpose": "核对"}
    answer = viewer.post(f"{LIST}reveal/", sent, page="/admin/")
    assert answer.status_code == 403
    assert "教师资格认定申请·查看个人信息" in answer.text
