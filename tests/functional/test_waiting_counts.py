"""How much waits: start page, sidebar and queue count what the queue would give out, each by one
statement for all states.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import event, select

from models.accounts.tables import UserAccount, UserRole
from models.base.session import ActorSession
from models.certification.tables import CertificationApplication
from models.reference.tables import Org
from tests.factories.main_job import COUNTS, Job
from tests.support.accounts import make_account
from tests.support.main_job import LIST, words
from tests.support.queueing import QUEUE, begin
from tests.support.record_pages import SignIn, Staff
from views.base import waiting

PAGES = ("/admin/", "/admin/waiting/", QUEUE)


@pytest.fixture
def counting(app: Flask) -> Iterator[list[str]]:
    """Return the list that every statement about leases is added to."""
    from admin_app.extensions import db

    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if "FROM claim" in statement:
            sent.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    yield sent
    event.remove(engine, "before_cursor_execute", note)


def tasks(client: Staff) -> dict[str, str]:
    """Return state → count as the start page tells them."""
    todo = client.get("/admin/").text.partition('id="todo"')[2].partition("</section>")[0]
    shown = r'status:eq:(\w+)"><span class="big">([^<]+)</span>'
    return dict(re.findall(shown, todo))


def test_all_states_are_counted_by_one_statement(at_desk: SignIn, counting: list[str]) -> None:
    authority = at_desk("authority")
    for address in PAGES:
        counting.clear()
        assert authority.get(address).status_code == 200
        assert len(counting) == 1, address


def test_the_start_page_counts_what_the_queue_gives_out(
    at_desk: SignIn, job: Job, work: ActorSession
) -> None:
    confirm, authority = at_desk("confirm"), at_desk("authority")
    assert tasks(authority)["confirmed"] == str(COUNTS["confirmed"])
    row = work.get_one(CertificationApplication, job.rows["confirmed"][0])
    row.reviewer_id = work.scalars(
        select(UserAccount.id).where(UserAccount.username == "centre")
    ).one()
    work.commit()
    assert tasks(authority)["confirmed"] == str(COUNTS["confirmed"] - 1)
    before = int(tasks(authority)["submitted"])
    begin(confirm)
    assert tasks(authority)["submitted"] == str(before - 1)
    assert f"网报成功，等待现场确认 {before - 1}" in words(authority.get(QUEUE).text)


def test_who_may_only_look_is_told_of_no_work(
    at_desk: SignIn, job: Job, work: ActorSession
) -> None:
    province = work.get_one(Org, job.province)
    account = make_account(work, province, "above")
    work.add(UserRole(user_id=account.id, role_code="authority", scope_org_id=province.id))
    work.commit()
    above = at_desk("above")
    assert above.get(LIST).status_code == 200
    assert tasks(above) == {}
    assert "没有待办" in words(above.get("/admin/").text)


def test_no_count_goes_beyond_the_cap(at_desk: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "WAITING_CAP", 2)
    authority = at_desk("authority")
    assert tasks(authority)["confirmed"] == "2+"
    assert authority.get("/admin/waiting/").json == {"certification_application": "2+"}
