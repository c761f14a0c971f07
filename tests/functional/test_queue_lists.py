"""The queue of a narrowed list: it works through what the list shows, and through nothing else."""

from __future__ import annotations

from html import unescape
from urllib.parse import quote

import pytest
from sqlalchemy import select, update

from models.base.session import ActorSession
from models.certification.tables import CertificationApplication
from tests.factories.main_job import COUNTS, Job
from tests.support.forms import form_of
from tests.support.main_job import LIST, states, words
from tests.support.queueing import QUEUE, begin, decide_on, record_in
from tests.support.record_pages import SignIn, Staff

A = CertificationApplication


@pytest.fixture
def confirm(at_desk: SignIn) -> Staff:
    """Return the site's clerk, signed in."""
    return at_desk("confirm")


@pytest.fixture
def listed(job: Job) -> tuple[str, list[int]]:
    """Return the query of a list with two of the waiting records, and those."""
    two = sorted(job.rows["submitted"])[1:3]
    return f"filter=status:eq:submitted&filter=id:in:{two[0]},{two[1]}&sort=-id", two


def opened(client: Staff, query: str) -> tuple[int, str]:
    """Press the button of a list; return the record that is held, and its page."""
    form = form_of(client.get(f"{LIST}?{query}").text, "data-queue-start")
    answer = client.http.post(f"{QUEUE}next/", data=form)
    row_id = record_in(answer)
    return row_id, client.get(answer.location).text


def test_the_queue_gives_out_what_the_list_shows(
    confirm: Staff, listed: tuple[str, list[int]], work: ActorSession
) -> None:
    query, two = listed
    row_id, page = opened(confirm, query)
    assert row_id == two[0]
    assert "还有 2 项" in words(page)
    skipped = confirm.http.post(f"{QUEUE}next/", data=form_of(page, "data-skip"))
    assert record_in(skipped) == two[1]
    page = confirm.get(skipped.location).text
    again = confirm.http.post(f"{QUEUE}next/", data=form_of(page, "data-skip"))
    assert record_in(again) == two[0], "the list begins anew"
    page = confirm.get(again.location).text
    decided = decide_on(confirm, page, "confirm", complete="1")
    assert record_in(decided) == two[1]
    page = confirm.get(decided.location).text
    assert "还有 1 项" in words(page)
    last = decide_on(confirm, page, "confirm", complete="1")
    assert "当前列表中没有待办的记录" in words(confirm.get(last.location).text)
    assert states(work, *two) == ["confirmed", "confirmed"]


def test_the_page_tells_which_list_it_is_and_leads_back_to_it(
    confirm: Staff, listed: tuple[str, list[int]]
) -> None:
    query, two = listed
    _row_id, page = opened(confirm, query)
    chips = page.partition('class="queue-list"')[2].partition("</div>")[0]
    assert "状态 等于 网报成功，等待现场确认" in chips
    assert "去掉条件" not in chips, "they are read only"
    assert f'href="{LIST}?{query}"' in unescape(chips)
    left = confirm.http.post(f"{QUEUE}leave/", data=form_of(page, "data-leave-queue"))
    assert (left.status_code, left.location) == (303, f"{LIST}?{query}")
    assert two


def test_an_undo_goes_on_in_the_same_list(confirm: Staff, listed: tuple[str, list[int]]) -> None:
    query, two = listed
    _row_id, page = opened(confirm, query)
    page = confirm.get(decide_on(confirm, page, "confirm", complete="1").location).text
    undone = confirm.http.post(f"{QUEUE}undo/", data=form_of(page, "data-undo"))
    assert record_in(undone) == two[0]
    assert "还有 2 项" in words(confirm.get(undone.location).text)


def test_a_state_alone_still_is_a_queue(confirm: Staff, job: Job) -> None:
    assert begin(confirm) == min([*job.rows["submitted"], job.own.application])
    page = confirm.get(f"{QUEUE}?state=submitted")
    assert "queue-list" not in page.text
    assert f"网报成功，等待现场确认 {COUNTS['submitted'] + 1}" in words(page.text)


def test_before_the_first_record_the_list_is_counted_and_can_be_left(
    confirm: Staff, listed: tuple[str, list[int]]
) -> None:
    query, _two = listed
    page = confirm.get(f"{QUEUE}?from={quote(query)}").text
    assert "网报成功，等待现场确认 2" in words(page)
    assert "申请材料不全" not in words(page.partition('class="waits"')[2])
    assert f'href="{QUEUE}"' in page


def test_a_personal_number_stays_a_token(confirm: Staff, job: Job, work: ActorSession) -> None:
    row_id, number = job.rows["submitted"][2], "11010119900307657X"
    statement = update(A).where(A.id == row_id).values(id_no=number)
    work.execute(statement, execution_options={"unscoped": "test"})
    work.commit()
    searched = confirm.post(f"{LIST}search/", {"q": number}, page=LIST)
    query = searched.location.partition("?")[2]
    assert number not in query
    held, page = opened(confirm, query)
    assert held == row_id
    assert "还有 1 项" in words(page)
    assert number not in page
    refused = confirm.get(f"{QUEUE}?from={quote(f'q={number}')}")
    assert refused.status_code == 400
    assert work.scalar(select(A.id_no).where(A.id == row_id)) == number


def test_an_address_that_cannot_be_read_gives_nothing_out(confirm: Staff) -> None:
    fields = {"state": "submitted", "from": "filter=nothing:eq:1"}
    answer = confirm.post(f"{QUEUE}next/", fields, page=LIST)
    assert answer.status_code == 400
    assert "列表地址中有无法识别的内容" in answer.text
