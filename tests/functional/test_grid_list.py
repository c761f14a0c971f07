"""The list page over HTTP: paging, order, search, conditions, what stands in addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import quote, urlsplit

import pytest
from flask import Flask
from sqlalchemy import event, func, select

from models.accounts.tables_settings import UserPreference
from models.base.actor import system_actor
from models.base.engine import make_engine
from models.base.session import ActorSession
from models.certification.tables import CertificationApplication
from tests.factories.lists import COUNT, id_no_of, make_lists
from tests.factories.records import PASSWORD, House
from tests.support.http import Client

LIST = "/admin/certification_application/"
#: The own office's rows: those of the list and the one that every house has.
OWN = COUNT + 1


@pytest.fixture
def work(database: str) -> Iterator[ActorSession]:
    engine = make_engine(database)
    with ActorSession(bind=engine) as session:
        session.act_as(system_actor("test"))
        yield session
    engine.dispose()


@pytest.fixture
def house(work: ActorSession) -> House:
    made = make_lists(work)
    work.commit()
    return made


@pytest.fixture
def clerk(app: Flask, house: House) -> Client:
    return signed_in(app, "authority")


def signed_in(app: Flask, username: str) -> Client:
    client = Client(app.test_client())
    assert client.login(username, PASSWORD).status_code == 303
    return client


def ids(page: str) -> list[int]:
    return [int(found) for found in re.findall(r'<tr data-id="(\d+)"', page)]


def link(page: str, rel: str) -> str:
    found = re.search(rf'href="([^"]+)" rel="{rel}"', page)
    return unescape(found[1]) if found else ""


def total(page: str) -> int:
    found = re.search(r'data-total="(\d+)"', page)
    assert found
    return int(found[1])


def shown(client: Client, query: str) -> list[int]:
    answer = client.get(f"{LIST}?{query}")
    assert answer.status_code == 200, answer.text
    return ids(answer.text)


def walk(client: Client, query: str) -> list[list[int]]:
    pages, address = [], f"?{query}"
    while address:
        page = client.get(LIST + address).text
        pages.append(ids(page))
        address = link(page, "next")
    return pages


SORTS = ["", "-submitted_at", "submitted_at", "name", "-name,apply_no", "status,-id"]


def test_pages_hold_every_row_of_the_own_office_once(clerk: Client) -> None:
    for sort in SORTS:
        pages = walk(clerk, f"size=20&sort={sort}")
        everything = [row for page in pages for row in page]
        assert [len(page) for page in pages] == [20, 20, 20, 1], sort
        assert len(set(everything)) == OWN
        assert everything == [r for p in walk(clerk, f"size=100&sort={sort}") for r in p]


def test_the_way_back_shows_the_same_pages(clerk: Client) -> None:
    first = clerk.get(f"{LIST}?size=20").text
    second = clerk.get(LIST + link(first, "next")).text
    third = clerk.get(LIST + link(second, "next")).text
    back = clerk.get(LIST + link(third, "prev")).text
    assert ids(back) == ids(second)
    start = clerk.get(LIST + link(back, "prev")).text
    assert ids(start) == ids(first)
    assert link(first, "prev") == link(start, "prev") == ""


def test_names_are_sorted_as_they_are_spoken(clerk: Client, work: ActorSession) -> None:
    spelled = select(CertificationApplication.id, CertificationApplication.name_pinyin)
    names = {row.id: row.name_pinyin for row in work.execute(spelled)}
    work.rollback()
    spoken = [names[row] for row in shown(clerk, "sort=name&size=100")]
    assert spoken == sorted(spoken)
    assert spoken[0].startswith("ana")


def test_a_page_takes_few_statements_however_many_rows(clerk: Client, app: Flask) -> None:
    from admin_app.extensions import db

    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if "certification_application" in statement or "code_item" in statement:
            statements.append(statement)

    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", note)
    counts = []
    for query in ("size=20", "size=200", "size=20&cols=name,ethnic_code,subject,org,site,plan"):
        statements.clear()
        assert clerk.get(f"{LIST}?{query}").status_code == 200
        counts.append(len(statements))
    assert counts == [2, 2, 3]


def test_rows_of_another_office_are_neither_shown_nor_counted(
    clerk: Client, house: House, app: Flask
) -> None:
    page = clerk.get(f"{LIST}?size=200").text
    assert total(page) == len(ids(page)) == OWN
    assert house.other.application not in ids(page)
    assert shown(clerk, f"filter=org:eq:{house.other.authority}") == []
    assert "乙区教育局" not in page
    assert total(signed_in(app, "neighbour").get(LIST).text) == 6
    assert total(signed_in(app, "viewer").get(LIST).text) == OWN + 6


def test_facets_count_each_state_and_lead_to_it(clerk: Client) -> None:
    page = clerk.get(LIST).text
    found = re.findall(r'<a href="(\?[^"]+)"[^>]*>([^<]+) <span class="n">(\d+)</span>', page)
    counts = {label.strip(): int(count) for _url, label, count in found}
    assert sum(counts.values()) == OWN
    assert counts["审核通过未编号"] == COUNT // 3
    for url, _label, count in found:
        narrowed = clerk.get(LIST + unescape(url)).text
        assert total(narrowed) == int(count)
        again = re.findall(r'<span class="n">(\d+)</span>', narrowed)
        assert sum(map(int, again)) == OWN  # the other states stay in sight


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


JUNK = [
    "filter=nonsense",
    "filter=status:eq:SUBMITTED",
    "filter=password_hash:eq:x",
    "filter=plan:eq:²",
    "filter=plan:eq:99999999999999999999",
    "filter=submitted_at:ge:soon",
    "filter=id_no:prefix:1101",
    "filter=status:like:%25",
    "filter=name:eq:%00",
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
            {"action": "approve", "all_matching": "1", "query": unquoted(query)},
            page=LIST,
        )
        assert batch.status_code == 400, query


def unquoted(query: str) -> str:
    return quote(query, safe="=&:,%~")


def test_a_chip_removes_its_condition_alone(clerk: Client) -> None:
    page = clerk.get(f"{LIST}?filter=status:eq:submitted&filter=nonsense&size=20").text
    chips = re.findall(r'<li class="chip[^>]*>.*?href="([^"]+)"', page, re.DOTALL)
    assert [unescape(address) for address in chips] == [
        "?filter=nonsense::&size=20",
        "?filter=status:eq:submitted&size=20",
    ]
    assert total(clerk.get(LIST + unescape(chips[1])).text) == 21
    assert "清除全部" in page or "Clear all" in page


def test_a_personal_number_never_stays_in_an_address(
    clerk: Client, app: Flask, work: ActorSession
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
    kept = work.scalar(select(func.count()).select_from(UserPreference))
    work.rollback()
    assert kept == 1  # the same term is kept once, whichever way it came
    colleague = signed_in(app, "centre")
    assert colleague.get(address).status_code == 400
    assert ids(colleague.get(address).text) == []


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


def test_personal_data_is_masked_for_everybody(clerk: Client, app: Flask) -> None:
    for client in (clerk, signed_in(app, "centre")):
        page = client.get(f"{LIST}?cols=name,id_no,mobile,address,email&size=100").text
        assert id_no_of(7) not in page
        assert "13800000007" not in page
        assert "someone@example.cn" not in page
        assert "138****0007" in page


def test_cells_are_what_a_person_reads(clerk: Client) -> None:
    page = clerk.get(
        f"{LIST}?cols=apply_no,status,submitted_at,ethnic_code,org,is_fresh_graduate"
    ).text
    assert "汉族" in page
    assert "甲区教育局" in page
    assert re.search(r'class="date" data-label="提交时间">\d{4}-\d\d-\d\d \d\d:\d\d</td>', page)
    assert re.search(r'class="state tone-amber"><svg', page)
    assert f'href="details/?id={ids(page)[0]}"' in page


def test_an_empty_list_says_why_and_what_next(clerk: Client) -> None:
    page = clerk.get(f"{LIST}?filter=name:eq:无此人").text
    assert 'class="empty"' in page
    assert ids(page) == []
    nothing = clerk.get("/admin/restriction_entry/").text
    assert 'class="empty"' in nothing
    assert 'href="new/"' in nothing


def test_only_what_the_role_may_do_is_offered(clerk: Client, app: Flask) -> None:
    def verbs(page: str) -> set[str]:
        return set(re.findall(r'name="action" value="(\w+)"', page))

    assert {"approve", "refuse", "assign_numbers", "confirm"} <= verbs(clerk.get(LIST).text)
    narrowed = verbs(clerk.get(f"{LIST}?filter=status:eq:approved_unnumbered").text)
    assert narrowed == {"assign_numbers", "withdraw_approval"}
    site = verbs(signed_in(app, "confirm").get(LIST).text)
    assert site == {"confirm", "mark_incomplete", "reject_confirmation"}
    viewer = signed_in(app, "viewer").get(LIST).text
    assert verbs(viewer) == set()
    assert 'name="rowid"' not in viewer
    assert "export/" not in viewer


def test_all_matching_means_the_list_wherever_its_query_stands(
    clerk: Client, work: ActorSession
) -> None:
    from models.batch.tables import Batch

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
        assert work.get_one(Batch, key).pinned_count == COUNT // 3
        work.rollback()
