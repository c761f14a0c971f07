"""Applications are given to reviewers, many at once, and taken back like any batch."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from models.accounts.tables import UserAccount, UserRole
from models.base.session import ActorSession
from models.certification.tables import CertificationApplication
from models.reference.tables import Org
from tests.factories.main_job import Job
from tests.support.accounts import make_account
from tests.support.lists import ids
from tests.support.main_job import LIST, carry_out, press, send_batch, words
from tests.support.record_pages import Ask, SignIn

EDIT = "edit_reviewer_id"


@pytest.fixture
def colleague(work: ActorSession, job: Job) -> int:
    """Store a second reviewer of the own authority."""
    org = work.get_one(Org, job.own.authority)
    account = make_account(work, org, "colleague")
    work.add(UserRole(user_id=account.id, role_code="authority", scope_org_id=org.id))
    work.commit()
    id_: int = account.id
    work.rollback()
    return id_


def reviewer(ask: Ask, row: int) -> int | None:
    found: int | None = ask(
        select(CertificationApplication.reviewer_id).where(CertificationApplication.id == row)
    )
    return found


def test_they_are_assigned_from_pin_to_undo(
    at_desk: SignIn, job: Job, colleague: int, ask: Ask
) -> None:
    clerk, rows = at_desk("authority"), job.rows["confirmed"]
    path = press(clerk, EDIT, *rows)
    done = carry_out(clerk, path, value=str(colleague))
    assert f"{len(rows)} 项已修改" in done
    assert [reviewer(ask, row) for row in rows] == [colleague] * len(rows)
    assert "修改“经办审核人”" in words(clerk.get(f"{LIST}details/?id={rows[0]}").text)
    given = clerk.get(f"{LIST}?filter=reviewer_id:eq:{colleague}").text
    assert sorted(ids(given)) == sorted(rows)
    mine = at_desk("colleague").get(f"{LIST}?filter=reviewer_id:eq:me").text
    assert sorted(ids(mine)) == sorted(rows)
    taking = clerk.post(f"{path}undo", page=path).location
    carry_out(clerk, taking)
    assert [reviewer(ask, row) for row in rows] == [None] * len(rows)


def test_only_who_reviews_for_the_authority_is_offered(
    at_desk: SignIn, job: Job, colleague: int
) -> None:
    clerk = at_desk("authority")
    path = press(clerk, EDIT, *job.rows["confirmed"])
    offered = clerk.get(f"{path}lookup?q=").json
    assert offered
    assert len(offered["results"]) == 2
    assert str(colleague) in {each["id"] for each in offered["results"]}


@pytest.mark.parametrize("username", ["confirm", "neighbour"])
def test_nobody_else_becomes_one(
    username: str, at_desk: SignIn, job: Job, colleague: int, ask: Ask
) -> None:
    assert colleague
    clerk, row = at_desk("authority"), job.rows["confirmed"][0]
    stranger = ask(select(UserAccount.id).where(UserAccount.username == username))
    path = press(clerk, EDIT, row)
    answer = send_batch(clerk, path, "preview", value=str(stranger))
    assert answer.status_code == 400
    assert reviewer(ask, row) is None


def test_a_site_assigns_nobody(at_desk: SignIn, job: Job) -> None:
    site = at_desk("confirm")
    assert EDIT not in site.get(LIST).text
    fields = {"action": EDIT, "rowid": str(job.rows["submitted"][0])}
    assert site.post(f"{LIST}action/", fields, page=LIST).status_code == 400
