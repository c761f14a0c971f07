"""Search and conditions over HTTP: what they select, what is junk, what stands in addresses."""

from __future__ import annotations

import base64
import json
import re
from html import unescape
from urllib.parse import quote, urlsplit

from sqlalchemy import func, select

from models.accounts.tables_settings import UserPreference
from models.audit.tables import AuditLog
from models.base.session import ActorSession
from models.batch.tables import Batch
from tests.factories.lists import COUNT, id_no_of
from tests.support.http import Client
from tests.support.lists import LIST, OWN, ids, total
from tests.support.record_pages import Ask, SignIn

#: A condition and how many rows it leaves; None where the spelling of a name decides.
CONDITIONS: list[tuple[str, int | None]] = [
    ("filter=status:eq:submitted", 21),
    ("filter=status:in:submitted,confirmed", 41),
    ("filter=status:ne:submitted", 40),
    ("filter=status:eq:submitted&filter=qualification_type:eq:1", 5),
    ("filter=confirm_state:eq:confirmed", 40),
    ("filter=name:prefix:张", 12),
    ("filter=name:in:张伟,李娜", 24),
    ("filter=submitted_at:le:today", 61),
    ("filter=submitted_at:lt:-400d", 0),
    ("filter=site:empty:false", 61),
    ("filter=org:eq:my_org", 61),
    ("filter=apply_no:eq:B20263710101000007", 1),
    ("q=B20263710101000007", 1),
    ("q=b20263710101000007", 1),
    ("q=张", 12),
    ("q=zeng", None),
    ("q=shan xiong", 12),
    ('filter_group={"or":["name:prefix:张",{"and":["name:eq:李娜","status:eq:draft"]}]}', 12),
    ('filter_group={"or":["name:prefix:张","name:eq:李娜"]}&filter=status:eq:confirmed', None),
]


def test_a_condition_narrows(clerk: Client) -> None:
    for query, count in CONDITIONS:
        page = clerk.get(f"{LIST}?{quote(query, safe='=&:,')}&size=200")
        assert page.status_code == 200, query
        found = total(page.text)
        assert found == len(ids(page.text)), query
        assert found < OWN or count == OWN, query
        if count is not None:
            assert found == count, query


def place(*values: object) -> str:
    """Return a token of a place in a list, as a script might make it up."""
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


JUNK = [
    "filter=nonsense",
    "filter=status:eq:SUBMITTED",
    "filter=password_hash:eq:x",
    "filter=plan:eq:²",
    "filter=plan:eq:99999999999999999999",
    "filter=submitted_at:ge:soon",
    "filter=id_no:prefix:1101",
    "filter=status:like:%25",
    "filter=name:eq:%07",
    "filter_group={",
    "filter_group=[]",
    'filter_group={"and":[]}',
    'filter_group={"and":["status:eq:nope"]}',
    "filter_group=" + '{"and":[' * 40 + '"status:eq:draft"' + "]}" * 40,
    "sort=id_no",
    "sort=-mobile",
    "sort=name,-name",
    "sort=nothing",
    "cols=password_hash",
    "size=0",
    "size=1000000",
    "after=junk",
    "before=W10",
    "after=W10&before=W10",
    "page=-1",
    "q=~0123",
    "filter=id_no:eq:~ffffffffffffffffffffffffffffffff",
    "q=a&q=b",
    "filter=submitted_at:ge:0001-01-01 00:00",
    "filter=submitted_at:between:0001-01-01 00:00,9999-12-31 23:59",
    "filter=submitted_at:le:9999-12-31 23:59:59",
    'filter_group={"and":["name:eq:\\ud800"]}',
    'filter_group={"and":["\\udfff:eq:a"]}',
    f"after={place('0001-01-01T00:00:00+14:00', 1)}",
    f"after={place('9999-12-31T23:59:59-12:00', 1)}",
    f"sort=name&before={place(chr(0xD800), 1)}",
    f"sort=name&after={place('a', 10**400)}",
]


def test_junk_shows_a_reason_no_rows_and_refuses_batch_and_export(clerk: Client) -> None:
    for query in JUNK:
        answer = clerk.get(f"{LIST}?{quote(query, safe='=&:,%~')}")
        assert answer.status_code == 400, query
        assert 'class="chip bad"' in answer.text, query
        assert ids(answer.text) == [], query
        assert total(answer.text) == 0, query
        export = clerk.get(f"{LIST}export/csv/?{quote(query, safe='=&:,%~')}")
        assert export.status_code == 400, query
        batch = clerk.post(
            f"{LIST}action/",
            {"action": "approve", "all_matching": "1", "query": quote(query, safe="=&:,%~")},
            page=LIST,
        )
        assert batch.status_code == 400, query


def test_a_chip_removes_its_condition_alone(clerk: Client) -> None:
    page = clerk.get(f"{LIST}?filter=status:eq:submitted&filter=nonsense&size=20").text
    chips = re.findall(r'<li class="chip[^>]*>.*?href="([^"]+)"', page, re.DOTALL)
    assert [unescape(address) for address in chips] == [
        "?filter=nonsense&size=20",
        "?filter=status:eq:submitted&size=20",
    ]
    assert total(clerk.get(LIST + unescape(chips[1])).text) == 21
    assert "清除全部" in page or "Clear all" in page


def test_a_personal_number_never_stays_in_an_address(
    clerk: Client, staff: SignIn, ask: Ask
) -> None:
    number = id_no_of(7)
    posted = clerk.post(f"{LIST}search/", {"q": f" {number.lower()} ", "query": ""}, page=LIST)
    assert posted.status_code == 303
    address = posted.headers["Location"]
    assert re.fullmatch(LIST + r"\?q=~[0-9a-f]{32}", address)
    page = clerk.get(address).text
    assert total(page) == 1
    assert number not in page
    typed = clerk.get(f"{LIST}?q={number}&size=20")
    assert (typed.status_code, typed.headers["Location"]) == (303, f"{address}&size=20")
    assert (
        clerk.get(f"{LIST}?filter=id_no:eq:{number}")
        .headers["Location"]
        .startswith(f"{LIST}?filter=id_no:eq:~")
    )
    kept = ask(select(func.count()).select_from(UserPreference))
    assert kept == 1  # the same term is kept once, whichever way it came
    colleague = staff("centre")
    assert colleague.get(address).status_code == 400
    assert ids(colleague.get(address).text) == []


#: Addresses that carry a personal number in the open, NUMBER in its place.
EXPOSED_IN_COLUMNS = [
    "q=NUMBER",
    "q=张三 NUMBER",
    "q=~NUMBER",
    "filter=id_no:eq:~NUMBER",
    "q=NUMBER，110101199003071234",
    "q=" + "x" * 120 + " NUMBER",
    "filter=id_no:eq:NUMBER",
    "filter=id_no:prefix:NUMBER",
    "filter=name:eq:张三 NUMBER",
    "filter=name:in:张三,NUMBER",
]
EXPOSED = [
    *EXPOSED_IN_COLUMNS,
    "filter=nothing:eq:NUMBER",
    "filter=NUMBER",
    'filter_group={"and":["id_no:eq:NUMBER"]}',
    'filter_group={"and":["name:prefix:NUMBER"]}',
    'filter_group={"NUMBER":[]}',
]


def test_a_number_in_the_open_reaches_no_file_batch_or_trail(
    clerk: Client, work: ActorSession
) -> None:
    number, row = id_no_of(7), ids(clerk.get(LIST).text)[0]
    for pattern in EXPOSED:
        query = quote(pattern.replace("NUMBER", number), safe="=&:,")
        for kind in ("csv", "xlsx"):
            assert clerk.get(f"{LIST}export/{kind}/?{query}").status_code == 400, pattern
        fields: dict[str, str] = {"action": "approve", "query": query}
        everything = clerk.post(f"{LIST}action/", {**fields, "all_matching": "1"}, page=LIST)
        assert everything.status_code == 400, pattern
        clerk.post(f"{LIST}action/", {**fields, "rowid": str(row)}, page=LIST)
        page = clerk.get(f"{LIST}?{query}", follow_redirects=True)
        if pattern in EXPOSED_IN_COLUMNS:
            assert number not in page.text, pattern
            assert number not in page.request.url, pattern
    assert len(work.scalars(select(Batch.id)).all()) == len(EXPOSED)  # those of ticked rows
    told = [*work.scalars(select(Batch.query)), *work.scalars(select(AuditLog.changes))]
    assert number not in str(told)
    work.rollback()


def test_a_number_pasted_into_a_form_never_reaches_the_address(clerk: Client) -> None:
    number = id_no_of(7)
    for fields in (
        {"q": f"张三 {number}"},
        {"q": f"{number}，{number}"},
        {"q": "x" * 120 + number},
        {"column": "name", "op": "eq", "value": f"张三{number}"},
        {"column": "name", "op": "in", "value": f"张三 {number}"},
        {"column": "status", "op": "eq", "value": "draft", "query": f"q={number}"},
    ):
        posted = clerk.post(f"{LIST}search/", {"query": "", **fields}, page=LIST)
        assert posted.status_code == 303, fields
        assert number not in posted.headers["Location"], fields
    page = clerk.get(posted.headers["Location"])
    assert page.status_code == 200


#: What the form sends, a part of the address that answers it, and how many rows are left.
FORMS: list[tuple[dict[str, str | list[str]], str, int]] = [
    ({"column": "status", "op": "in", "value": ["submitted", "confirmed"]}, "status:in:", 41),
    ({"column": "name", "op": "prefix", "value": "张"}, "name:prefix:", 12),
    ({"column": "name", "op": "in", "value": "张伟、李娜"}, "name:in:", 24),
    (
        {"column": "submitted_at", "op": "between", "value": "2000-01-01", "value_to": ""},
        "",
        61,
    ),
    (
        {"column": "submitted_at", "op": "le", "word": "this_year"},
        "submitted_at:le:this_year",
        61,
    ),
    ({"column": "org", "op": "eq", "value": "甲区教育局"}, "org:eq:", 61),
    ({"column": "mobile", "op": "eq", "value": "138 0000 0007"}, "mobile:eq:~", 1),
]


def test_the_plain_form_adds_a_condition(clerk: Client) -> None:
    for fields, query, count in FORMS:
        posted = clerk.post(f"{LIST}search/", {**fields, "query": "size=100&after=x"}, page=LIST)
        assert posted.status_code == 303
        address = posted.headers["Location"]
        assert "size=100" in address
        assert "after" not in address
        assert query in address
        assert total(clerk.get(address).text) == count, fields


def test_a_form_offers_an_input_of_the_columns_type(clerk: Client) -> None:
    for name, expected in (
        ("status", 'type="checkbox" name="value" value="submitted"'),
        ("submitted_at", 'name="value" id="value" type="date"'),
        ("name", 'name="value" id="value" type="text"'),
        ("org", "甲区教育局"),
    ):
        page = clerk.get(f"{LIST}?add={name}").text
        assert expected in page, name
        assert 'name="op"' in page
    assert clerk.get(f"{LIST}?add=nothing").status_code == 200


def test_all_matching_means_the_list_wherever_its_query_stands(clerk: Client, ask: Ask) -> None:
    for address, fields in (
        (f"{LIST}action/", {"query": "filter=status:eq:confirmed"}),
        (f"{LIST}action/?filter=status:eq:confirmed", {}),
        (f"{LIST}action/", {"filter": "status:eq:confirmed"}),
    ):
        answer = clerk.post(
            address, {"action": "approve", "all_matching": "1", **fields}, page=LIST
        )
        assert answer.status_code == 303, answer.text
        key = int(urlsplit(answer.headers["Location"]).path.strip("/").rpartition("/")[2])
        assert ask(select(Batch.pinned_count).where(Batch.id == key)) == COUNT // 3
