"""Nested conditions: built by a form, told in chips, taken apart piece by piece."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from sqlalchemy import select

from models.base.session import ActorSession
from models.reference.tables import Org, Region
from tests.factories.lists import id_no_of
from tests.factories.records import House
from tests.support.http import Client
from tests.support.lists import LIST, OWN, ids, total
from tests.support.record_pages import Staff

ORGS = "/admin/org/"


def build(client: Client, tree: Any, query: str = "", path: str = LIST) -> str:
    """Send the builder's form; return the address that it leads to."""
    fields = {"nest": json.dumps(tree), "query": query}
    answer = client.post(f"{path}search/", fields, page=path)
    assert answer.status_code == 303, answer.text
    address: str = answer.location
    return address


def rule(column: str, op: str, *value: str, **more: str) -> dict[str, Any]:
    return {"column": column, "op": op, "value": list(value), **more}


def parts(address: str) -> dict[str, list[str]]:
    return parse_qs(urlsplit(address).query)


def chips(page: str) -> list[str]:
    """Return the chips of a list in words."""
    found = re.findall(r'<li class="chip[^"]*">(.*?)</li>', page, re.DOTALL)
    plain = (re.sub(r"<svg.*?</svg>|<.*?>", " ", chip, flags=re.DOTALL) for chip in found)
    return [" ".join(unescape(words).split()) for words in plain]


def removals(page: str) -> list[str]:
    part = re.search(r'<ul class="chips".*?</ul>', page, re.DOTALL)
    found = re.findall(r'<a href="([^"]*)" aria-label="移除条件', part[0]) if part else []
    return [unescape(url) for url in found]


def test_what_must_hold_stands_apart_from_what_is_nested(clerk: Staff) -> None:
    tree = {
        "and": [
            rule("status", "eq", "submitted", "confirmed"),
            {"or": [rule("name", "prefix", "张"), rule("qualification_type", "eq", "3")]},
        ]
    }
    address = build(clerk, tree, "sort=name&size=100&after=x&filter=org:eq:my_org")
    found = parts(address)
    assert found["filter"] == ["status:eq:submitted,confirmed"]
    nest = {"or": ["name:prefix:张", "qualification_type:eq:3"]}
    assert json.loads(found["filter_group"][0]) == nest
    assert found["sort"] == ["name"]
    page = clerk.get(address).text
    assert 0 < total(page) < 41
    assert chips(page) == [
        "状态 等于 网报成功，等待现场确认、已经现场确认，等待资格审核",
        "姓名 开头是 张 或者 申请资格种类 等于 初级中学",
    ]


def test_each_piece_of_a_nest_is_taken_out_alone(clerk: Staff) -> None:
    nest = '{"or":["name:prefix:张",{"and":["name:eq:李娜","status:eq:submitted"]}]}'
    page = clerk.get(f"{LIST}?filter_group={quote(nest)}&size=20").text
    assert chips(page) == [
        "姓名 开头是 张 或者 ( 姓名 等于 李娜 并且 状态 等于 网报成功，等待现场确认 )"
    ]
    first, second, third, whole = removals(page)
    assert json.loads(parts(first)["filter_group"][0]) == {
        "and": ["name:eq:李娜", "status:eq:submitted"]
    }
    assert json.loads(parts(second)["filter_group"][0]) == {
        "or": ["name:prefix:张", "status:eq:submitted"]
    }
    assert "filter_group" not in parts(whole)
    assert total(clerk.get(LIST + whole).text) == OWN
    for address in (first, second, third):
        assert clerk.get(LIST + address).status_code == 200
    last = clerk.get(LIST + first).text
    assert total(clerk.get(LIST + removals(last)[0]).text) == 21  # one is left: a plain filter


def test_the_builder_shows_what_the_address_holds(clerk: Staff) -> None:
    nest = '{"or":["name:prefix:张","submitted_at:between:2026-01-01,2026-12-31"]}'
    query = f"filter=status:in:submitted,confirmed&filter=reviewed_at:ge:-30d&filter_group={nest}"
    form = clerk.get(f"{LIST}builder/?{quote(query, safe='=&:,')}").text
    assert form.count("data-rule") == 4
    assert len(re.findall(r'value="(submitted|confirmed)" data-value checked', form)) == 2
    assert '<option value="-30d" selected>' in form
    assert 'value="2026-01-01" data-value' in form
    assert 'value="2026-12-31" data-value-to' in form


def test_the_builder_opens_over_junk_in_the_address(clerk: Staff) -> None:
    for value in ("²", "9999999999999999999999999", "4294967296", "-1", "0" * 11 + "9" * 20):
        page = clerk.get(f"{LIST}builder/?filter={quote(f'org:eq:{value}')}")
        assert page.status_code == 200, value
        assert value in page.text


def test_a_personal_number_is_built_in_and_stays_hidden(clerk: Staff) -> None:
    tree = {"or": [rule("id_no", "eq", id_no_of(7)), rule("mobile", "eq", "13800000008")]}
    address = build(clerk, tree)
    assert id_no_of(7) not in address
    assert "13800000008" not in address
    assert total(clerk.get(address).text) == 2
    form = clerk.get(f"{LIST}builder/?{address.partition('?')[2]}").text
    assert id_no_of(7) not in form
    kept = re.findall(r'data-text="([^"]+)"', form)
    again = build(clerk, {"or": [{"text": unescape(text)} for text in kept]})
    assert total(clerk.get(again).text) == 2
    open_ = build(clerk, {"and": [{"text": f"id_no:eq:{id_no_of(7)}"}]})
    assert id_no_of(7) not in open_


def test_empty_branches_and_filled_columns(clerk: Staff) -> None:
    assert build(clerk, {"and": [{"or": []}, {"and": [{"or": []}]}]}) == LIST
    assert parts(build(clerk, {"and": [rule("org", "filled")]}))["filter"] == ["org:empty:false"]
    empty = build(clerk, {"or": [rule("exam_channel", "empty", "ignored")]})
    assert parts(empty)["filter"] == ["exam_channel:empty"]


@pytest.mark.parametrize(
    "nest",
    ["", "[]", "{", '{"xor":[]}', '{"and":"x"}', '{"and":[1]}', '{"and":[' * 9 + "]}" * 9],
)
def test_junk_is_refused_in_words(clerk: Staff, nest: str) -> None:
    answer = clerk.post(f"{LIST}search/", {"nest": nest, "query": ""}, page=LIST)
    assert answer.status_code == 400
    assert "条件无法识别" in answer.text


def test_below_a_record_of_a_tree(clerk: Staff, listed: House, work: ActorSession) -> None:
    everything = ids(clerk.get(ORGS).text)
    below = clerk.get(f"{ORGS}?filter=parent:within:{listed.own.authority}").text
    assert set(ids(below)) == {listed.own.site, listed.own.second_site}
    assert "上级机构 属于（含下级） 甲区教育局" in chips(below)
    assert set(ids(clerk.get(f"{ORGS}?filter=parent:within:my_org").text)) == set(ids(below))
    region = work.scalars(select(Region.code).where(Region.parent_code.is_(None))).first()
    held = work.scalars(select(Org.region_code).where(Org.id == listed.own.site)).one()
    work.rollback()
    assert region
    found = ids(clerk.get(f"{ORGS}?filter=region:within:{held}").text)
    assert listed.own.site in found
    assert set(found) <= set(everything)


def test_choices_of_a_tree_have_paths_and_lead_down(clerk: Staff, listed: House) -> None:
    found = clerk.get(f"{ORGS}choices/parent/").get_json()["results"]
    assert [each["path"] for each in found] == [""]
    assert found[0]["deep"]
    lower = clerk.get(f"{ORGS}choices/parent/?under={listed.own.authority}").get_json()["results"]
    assert {each["id"] for each in lower} == {
        str(listed.own.site),
        str(listed.own.second_site),
    }
    assert all(each["path"].endswith("甲区教育局") and not each["deep"] for each in lower)
    assert clerk.get(f"{ORGS}choices/name/").status_code == 404
    assert clerk.get(f"{ORGS}choices/nothing/").status_code == 404
