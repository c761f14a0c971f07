"""What the queue's page offers: each action in its place, the person by name, what a decision
issued, and why nothing is taken back.
"""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from models.base.session import ActorSession
from models.batch.tables import Batch, Claim
from models.certification.tables import CertificationApplication
from models.certification.tables_certificate import Certificate
from tests.factories.main_job import Job
from tests.support.main_job import LIST, states, words
from tests.support.queueing import QUEUE, decide_on, record_in, restrict
from tests.support.record_pages import Ask, SignIn, Staff

A = CertificationApplication
_PLACES = re.compile(r'data-(?:way|closed)="(\d)".*?class="btn [^"]*".*?<span>([^<]+)</span>', re.S)


@pytest.fixture
def authority(at_desk: SignIn) -> Staff:
    """Return the certifying authority's clerk, signed in."""
    return at_desk("authority")


def taken(client: Staff, state: str, after: int = 0) -> str:
    """Hold the next record of a state; return its page."""
    fields = {"state": state, "after": str(after)}
    return client.get(client.post(f"{QUEUE}next/", fields, page=LIST).location).text


def places(page: str) -> dict[str, str]:
    return {name: place for place, name in _PLACES.findall(page)}


def closed(page: str) -> str:
    return page.partition("data-closed")[2].partition("</li>")[0]


def test_a_key_means_the_same_whether_a_way_is_open_or_not(
    authority: Staff, job: Job, work: ActorSession
) -> None:
    first, second = sorted(job.rows["confirmed"])[:2]
    restrict(work, first)
    barred, free = taken(authority, "confirmed"), taken(authority, "confirmed", first)
    assert f'name="id" value="{first}"' in barred
    assert f'name="id" value="{second}"' in free
    assert places(barred) == places(free)
    assert places(free)["审核通过"] == "1"
    assert "data-closed" not in free
    assert 'aria-disabled="true"' in closed(barred)
    assert "限制" in closed(barred)
    assert 'value="approve"' not in barred, "what is closed has no form"


def test_actions_of_other_states_take_no_key(authority: Staff, job: Job) -> None:
    page = taken(authority, "confirmed")
    assert job
    assert "编号" not in places(page)
    assert ">编号</span>" in page.partition('class="verbs-list"')[2].partition("</ul>")[0]


def test_the_person_is_named_in_the_heading(authority: Staff, job: Job, work: ActorSession) -> None:
    page = taken(authority, "confirmed")
    name = work.get_one(A, min(job.rows["confirmed"])).name
    heading = page.partition("<h1>")[2].partition("</h1>")[0]
    assert f">{name}</span>" in heading
    assert name in page.partition("<title>")[2].partition("</title>")[0]


def test_the_number_that_was_issued_is_told(authority: Staff, job: Job, work: ActorSession) -> None:
    assert job
    page = taken(authority, "approved_unnumbered")
    answer = decide_on(authority, page, "assign_numbers")
    record_in(answer)
    number = work.scalar(select(Certificate.cert_no))
    told = authority.get(answer.location).text.partition("queue-last")[2].partition("</span>")[0]
    assert number
    assert number in told


def why_not(client: Staff, address: str) -> str:
    found = re.search(r'data-no-undo="([^"]*)"', client.get(address).text)
    assert found
    return found[1]


def test_it_is_said_why_nothing_is_taken_back(
    authority: Staff, job: Job, work: ActorSession
) -> None:
    assert why_not(authority, QUEUE).startswith("没有可撤销的办理")
    final = decide_on(authority, taken(authority, "approved_unnumbered"), "assign_numbers")
    assert why_not(authority, final.location) == "未撤销：“编号”不能撤销，在其他页面也不能。"
    assert "不能撤销" in words(authority.get(final.location).text)
    done = re.search(r"done=(\d+)", final.location)
    assert done
    undo = authority.post(f"{QUEUE}undo/", {"batch": done[1]}, page=LIST)
    assert undo.status_code == 409
    assert "“编号”不能撤销" in undo.text
    first = min(job.rows["confirmed"])
    approved = decide_on(authority, taken(authority, "confirmed"), "approve")
    assert states(work, first) == ["approved_unnumbered"]
    assert why_not(authority, approved.location).startswith("只能在半分钟内")
    done = re.search(r"done=(\d+)", approved.location)
    assert done
    undone = authority.post(f"{QUEUE}undo/", {"batch": done[1]}, page=LIST)
    assert "上一步本身就是撤销" in why_not(authority, undone.location)
    assert "此前已经撤销" in why_not(authority, approved.location)


def test_too_late_is_told_as_such(authority: Staff, job: Job, work: ActorSession) -> None:
    assert job
    approved = decide_on(authority, taken(authority, "confirmed"), "approve")
    finished = work.scalars(select(Batch.finished_at)).one()
    assert finished
    past = update(Batch).values(finished_at=finished - timedelta(minutes=1))
    work.execute(past, execution_options={"unscoped": "test", "synchronize_session": False})
    work.commit()
    assert why_not(authority, approved.location).startswith("只能在半分钟内")
    assert "data-undo" not in authority.get(approved.location).text


def test_a_clerk_holds_one_record_and_only_what_waits_for_her(
    at_desk: SignIn, job: Job, ask: Ask
) -> None:
    """Every other is free for her colleagues, whichever addresses she opens."""
    site, rows = at_desk("confirm"), sorted(job.rows["submitted"])
    for key in rows[:3]:
        fields = {"id": str(key), "state": "submitted"}
        assert site.post(f"{QUEUE}hold/", fields, page=LIST).status_code == 303
    mine = select(func.count(Claim.row_id)), select(func.max(Claim.row_id))
    assert [ask(each) for each in mine] == [1, rows[2]]
    other = {"id": str(job.rows["confirmed"][0])}
    answer = site.post(f"{QUEUE}hold/", other, page=LIST)
    assert answer.status_code == 409
    assert [ask(each) for each in mine] == [1, rows[2]]
