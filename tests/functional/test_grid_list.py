"""The list page over HTTP: paging, order, counts, cells, and what a role is offered."""

from __future__ import annotations

import re
from html import unescape

from flask import Flask
from sqlalchemy import event, select

from models.base.names import name_sort_key
from models.base.session import ActorSession
from models.certification.tables import CertificationApplication
from tests.factories.lists import COUNT, id_no_of
from tests.factories.records import House
from tests.support.http import Client
from tests.support.lists import LIST, OWN, ids, link, shown, total, walk
from tests.support.record_pages import SignIn
from views.base.keyset import write_token

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
    named = select(CertificationApplication.id, CertificationApplication.name)
    names = {row.id: name_sort_key(row.name) for row in work.execute(named)}
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
    clerk: Client, listed: House, staff: SignIn
) -> None:
    page = clerk.get(f"{LIST}?size=200").text
    assert total(page) == len(ids(page)) == OWN
    assert listed.other.application not in ids(page)
    assert shown(clerk, f"filter=org:eq:{listed.other.authority}") == []
    assert "乙区教育局" not in page
    assert total(staff("neighbour").get(LIST).text) == 6
    assert total(staff("viewer").get(LIST).text) == OWN + 6


def test_facets_count_each_state_and_lead_to_it(clerk: Client) -> None:
    page = clerk.get(LIST).text
    found = re.findall(r'<a href="(\?[^"]+)"[^>]*>([^<]+) <span class="n">(\d+)</span>', page)
    counts = {label.strip(): int(count) for _url, label, count in found}
    assert sum(counts.values()) == OWN
    assert counts["审核通过未编号"] == COUNT // 3
    for url, _label, count in found:
        narrowed = clerk.get(LIST + unescape(url)).text
        assert total(narrowed) == int(count)
        everything, *again = re.findall(r'<span class="n">(\d+)</span>', narrowed)
        assert sum(map(int, again)) == OWN  # the other states stay in sight
        assert int(everything) == OWN


def test_personal_data_is_masked_for_everybody(clerk: Client, staff: SignIn) -> None:
    for client in (clerk, staff("centre")):
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
    assert f'href="details/?id={ids(page)[0]}&amp;from=cols' in page


def test_a_record_without_a_number_is_opened_by_words(
    clerk: Client, listed: House, work: ActorSession
) -> None:
    key = listed.own.application
    record = work.get_one(CertificationApplication, key)
    record.status, record.apply_no, record.submitted_at = "draft", None, None
    work.commit()
    page = clerk.get(f"{LIST}?cols=apply_no,name&filter=id:eq:{key}").text
    opening = re.search(r"<a [^>]*data-open>(.*?)</a>", page)
    assert opening
    assert opening[1] == f"无报名号 #{key}"
    beside = clerk.get(f"{LIST}?cols=name,apply_no&filter=id:eq:{key}").text
    assert '<span class="none">—</span>' in beside  # no link: a dash will do


def test_an_empty_list_says_why_and_what_next(clerk: Client) -> None:
    page = clerk.get(f"{LIST}?filter=name:eq:无此人").text
    assert 'class="empty"' in page
    assert ids(page) == []
    nothing = clerk.get("/admin/restriction_entry/").text
    assert 'class="empty"' in nothing
    assert 'href="new/"' in nothing


def test_a_page_whose_rows_have_gone_leads_to_the_first(clerk: Client) -> None:
    address = LIST + "?sort=apply_no&size=20"
    last = write_token(["ZZZ", 10**9])
    page = clerk.get(f"{address}&after={last}").text
    assert ids(page) == []
    assert "本页的记录已不在" in page
    assert "还没有记录" not in page
    empty = page[page.index('class="empty"') :]
    first = re.search(r'<a class="btn[^>]* href="([^"]+)"', empty)
    assert first
    assert len(ids(clerk.get(LIST + unescape(first[1])).text)) == 20
    nothing = clerk.get(f"{address}&filter=name:eq:无此人&after={last}").text
    assert "本页的记录已不在" not in nothing


def test_only_what_the_role_may_do_is_offered(clerk: Client, staff: SignIn) -> None:
    def verbs(page: str) -> set[str]:
        return set(re.findall(r'name="action" value="(\w+)"', page))

    edits = {"bulk_edit", "edit_arrangement_id", "edit_reviewer_id"}
    assert {"approve", "refuse", "assign_numbers", "confirm"} <= verbs(clerk.get(LIST).text)
    narrowed = verbs(clerk.get(f"{LIST}?filter=status:eq:approved_unnumbered").text)
    assert narrowed == {"assign_numbers", "withdraw_approval"} | edits
    site = verbs(staff("confirm").get(LIST).text)
    assert site == {"confirm", "mark_incomplete", "reject_confirmation"} | edits - {
        "edit_reviewer_id"
    }
    viewer = staff("viewer").get(LIST).text
    assert verbs(viewer) == set()
    assert 'name="rowid"' not in viewer
    assert "export/" not in viewer
