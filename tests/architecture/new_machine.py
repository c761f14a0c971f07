"""What a new table with states gets for one mapped class, one machine and two lines of view: the
list with its filters, facets and search, batches with undo, export, history and scope.

Run by ``test_low_code`` in a process of its own, because a mapped class cannot be taken back.
"""

from __future__ import annotations

import csv
import inspect
import io
import re

import pytest
from sqlalchemy import func, select

import views
from models.audit.tables import AuditLog
from models.batch.tables import Batch
from models.workflow.tables import WorkflowLog
from tests.factories.records import House
from tests.support.enquiry import Enquiries, Enquiry
from tests.support.lists import ids, total
from tests.support.main_job import words
from tests.support.record_pages import Ask, SignIn, Staff

views.GRIDS = (*views.GRIDS, Enquiries)

TABLE = "/admin/enquiry/"
ASKED = {"赵敏": "2026-09-01", "钱进": "2026-09-02", "孙立": "2026-09-03"}


@pytest.fixture
def clerk(sign_in: SignIn, house: House) -> Staff:
    """Return an authority's clerk after three enquiries; the office beside has one too."""
    assert house
    client = sign_in("authority")
    for name, day in ASKED.items():
        enter(client, name, day)
    enter(sign_in("neighbour"), "李四", "2026-09-04")
    return client


def enter(client: Staff, name: str, day: str) -> None:
    answer = client.send(f"{TABLE}new/", asked_by=name, received_on=day, question="如何认定")
    assert answer.status_code == 303, answer.text


def named(client: Staff, query: str = "") -> list[str]:
    """Return whom the rows of a list name, in its order."""
    page = client.get(f"{TABLE}{query}").text
    return [re.sub("<[^>]+>", "", cell) for cell in re.findall(r"data-open>(.*?)</a>", page)]


def answer_all(client: Staff, query: str = "") -> str:
    """Answer everything that a list matches; return the address of the batch."""
    fields = {"action": "answer", "all_matching": "1", "query": query}
    begun = client.post(f"{TABLE}action/", fields, page=TABLE)
    assert begun.status_code == 303, begun.text
    reason = {"input_reason": "已电话答复"}
    done = client.post(f"{begun.location}commit", reason, page=begun.location)
    assert (done.status_code, done.location) == (303, begun.location), done.text
    return str(begun.location)


def test_the_view_takes_two_lines() -> None:
    lines = inspect.getsource(Enquiries).splitlines()
    assert len([line for line in lines if line.strip()]) == 2


def test_list_filter_facet_and_search(clerk: Staff) -> None:
    page = clerk.get(TABLE).text
    assert total(page) == 3
    assert 'href="/admin/enquiry/"' in clerk.get("/admin/").text
    facets = words(page).partition("全部")[2]
    assert facets.split()[:3] == ["3", "待答复", "3"]
    assert named(clerk, "?filter=received_on:ge:2026-09-02&sort=received_on") == ["钱进", "孙立"]
    assert named(clerk, "?filter=status:eq:answered") == []
    for typed in ("赵", "zhao", "zm"):
        found = clerk.post(f"{TABLE}search/", {"q": typed, "query": ""}, page=TABLE)
        assert named(clerk, found.location.partition(TABLE)[2]) == ["赵敏"], typed


def test_batch_history_and_undo(clerk: Staff, ask: Ask) -> None:
    batch = answer_all(clerk, "filter=received_on:le:2026-09-02")
    assert "答复 2 项 2 项已办理" in words(clerk.get(batch).text)
    assert sorted(named(clerk, "?filter=status:eq:answered")) == sorted(["赵敏", "钱进"])
    again = clerk.post(f"{batch}commit", {"input_reason": "再按一次"}, page=batch)
    assert again.status_code == 303
    assert ask(select(func.count()).where(WorkflowLog.machine == "enquiry")) == 2
    assert ask(select(func.count()).where(AuditLog.event == "messaging:enquiry:answer")) == 1
    record = ids(clerk.get(f"{TABLE}?filter=received_on:eq:2026-09-01").text)[0]
    told = words(clerk.get(f"{TABLE}details/?id={record}").text)
    assert "已电话答复" in told
    assert "新建" in told
    taking = clerk.post(f"{batch}undo", page=batch)
    assert clerk.post(f"{taking.location}commit", page=taking.location).status_code == 303
    assert named(clerk, "?filter=status:eq:answered") == []
    assert ask(select(Batch.state).order_by(Batch.id).limit(1)) == "undone"


def test_the_export_says_the_same(clerk: Staff) -> None:
    query = "sort=received_on&cols=asked_by,status"
    body = clerk.get(f"{TABLE}export/csv/?{query}").data.decode("utf-8-sig")
    rows = [[name, "待答复"] for name in ASKED]
    assert list(csv.reader(io.StringIO(body))) == [["咨询人", "状态"], *rows]
    assert clerk.get(f"{TABLE}export/xlsx/?{query}").data.startswith(b"PK")


def test_scope_and_rights_hold_without_a_word(clerk: Staff, sign_in: SignIn, ask: Ask) -> None:
    neighbour = sign_in("neighbour")
    assert named(neighbour) == ["李四"]
    foreign = ask(select(Enquiry.id).where(Enquiry.asked_by == "李四"))
    assert clerk.get(f"{TABLE}details/?id={foreign}").status_code == 404
    assert clerk.get(f"{TABLE}edit/?id={foreign}").status_code == 404
    answer_all(clerk)
    assert ask(select(Enquiry.status).where(Enquiry.id == foreign)) == "waiting"
    assert sign_in("viewer").get(TABLE).status_code == 403
    assert len(named(sign_in("centre"))) == 4


def test_a_stale_form_overwrites_nothing(clerk: Staff, ask: Ask) -> None:
    record = ids(clerk.get(f"{TABLE}?filter=received_on:eq:2026-09-01").text)[0]
    edit = f"{TABLE}edit/?id={record}"
    stale = clerk.form(edit)
    assert clerk.send(edit, question="如何换证").status_code == 303
    assert clerk.http.post(edit, data=stale | {"question": ["如何补证"]}).status_code == 409
    assert ask(select(Enquiry.question).where(Enquiry.id == record)) == "如何换证"
