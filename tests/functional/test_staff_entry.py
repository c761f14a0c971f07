"""An application entered by the authority's staff: draft, list, 报名号; faults in sentences."""

from __future__ import annotations

import re
from datetime import date

import pytest
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from models import clock
from models.base.session import ActorSession
from models.certification.rules import decode_application_no
from models.certification.tables import CertificationApplication
from models.people.rules import make_id_no
from models.people.tables import Person
from models.restriction.tables import RestrictionEntry
from tests.factories.main_job import Job
from tests.support.lists import ids
from tests.support.main_job import LIST, carry_out, press
from tests.support.record_pages import Ask, SignIn, Staff

NEW = f"{LIST}new/"
BORN = date(1995, 5, 6)
NUMBER = make_id_no("110101", BORN, 12)
MISTYPED = NUMBER[:-1] + ("0" if NUMBER[-1] != "0" else "1")


def applicant(job: Job, **changes: str) -> dict[str, str]:
    """Return what is typed for a woman who applies at the office's own site."""
    typed = {
        "plan_id": str(job.own.plan),
        "arrangement_id": str(job.own.arrangement),
        "subject_id": str(job.own.subject),
        "qualification_type": "3",
        "name": "沈从文",
        "id_type": "1",
        "id_no": NUMBER,
        "sex": "2",
        "birth_date": BORN.isoformat(),
        "mobile": "13800138000",
        "edu_level_code": "21",
    }
    return typed | changes


def enter(client: Staff, job: Job, **changes: str) -> TestResponse:
    """Load the form for the plan, so that its sites are offered, and send it filled in."""
    return client.send(f"{NEW}?plan_id={job.own.plan}", **applicant(job, **changes))


def counts(ask: Ask) -> tuple[int, int]:
    """Return how many applications and persons there are."""
    applications = ask(select(func.count()).select_from(CertificationApplication))
    return applications, ask(select(func.count()).select_from(Person))


def newest(ask: Ask) -> CertificationApplication:
    cls = CertificationApplication
    found: CertificationApplication = ask(select(cls).order_by(cls.id.desc()).limit(1))
    return found


def test_an_entered_draft_is_listed_and_submitted_for_a_number(
    at_desk: SignIn, job: Job, ask: Ask
) -> None:
    client, before = at_desk("authority"), counts(ask)
    answer = enter(client, job, id_no=NUMBER.lower())
    assert answer.status_code == 303, answer.text
    made = newest(ask)
    assert counts(ask) == (before[0] + 1, before[1] + 1)
    assert (made.status, made.apply_no, made.data_source) == ("draft", None, "staff_entry")
    assert (made.org_id, made.site_id) == (job.own.authority, job.own.site)
    assert made.id_no == NUMBER
    query = "filter=name:eq:沈从文&filter=status:eq:draft"
    assert ids(client.get(f"{LIST}?{query}").text) == [made.id]
    carry_out(client, press(client, "submit", made.id, query=query))
    submitted = newest(ask)
    assert (submitted.id, submitted.status) == (made.id, "submitted")
    assert submitted.submitted_at is not None
    number = decode_application_no(str(submitted.apply_no))
    assert (number.province, number.authority, number.batch_no) == ("11", "101", 1)
    assert str(submitted.apply_no) in client.get(f"{LIST}details/?id={made.id}").text
    assert ids(at_desk("confirm").get(f"{LIST}?filter=name:eq:沈从文").text) == [made.id]


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"id_no": MISTYPED}, "id_no", "校验位"),
        ({"id_no": NUMBER[:-1]}, "id_no", "18 位"),
        ({"sex": "1"}, "sex", "性别"),
        ({"birth_date": "1995-05-07"}, "birth_date", "出生日期"),
        ({"mobile": "12345"}, "mobile", "手机号码"),
    ],
)
def test_a_wrong_value_is_told_beside_its_field_and_nothing_is_saved(
    at_desk: SignIn, job: Job, ask: Ask, changes: dict[str, str], field: str, sentence: str
) -> None:
    before = counts(ask)
    answer = enter(at_desk("authority"), job, **changes)
    assert answer.status_code == 400
    assert sentence in wrong(answer, field)
    assert 'value="沈从文"' in answer.text  # what was typed is still there
    assert counts(ask) == before


def wrong(answer: TestResponse, field: str) -> str:
    """Return what a page says is wrong with a field."""
    found = re.search(rf'<ul class="wrong" id="{field}-wrong">(.*?)</ul>', answer.text, re.DOTALL)
    assert found, field
    return re.sub(r"<[^>]+>", "", found[1])


@pytest.mark.parametrize("office", ["own", "other"])
def test_a_restricted_person_is_not_entered_whoever_restricted_him(
    at_desk: SignIn, job: Job, work: ActorSession, ask: Ask, office: str
) -> None:
    work.add(
        RestrictionEntry(
            id_type="1",
            id_no=NUMBER,
            name="沈从文",
            type="exam_cheat",
            effective_from=clock.today(),
            review_state="reviewed",
            reviewed_at=clock.now(),
            basis="乙区决定书",
            org_id=getattr(job, office).authority,
        )
    )
    work.commit()
    before = counts(ask)
    answer = enter(at_desk("authority"), job)
    assert answer.status_code == 400
    assert "限制库" in wrong(answer, "id_no")
    assert "乙区" not in answer.text
    assert counts(ask) == before


def test_a_person_is_entered_once_in_a_plan(at_desk: SignIn, job: Job, ask: Ask) -> None:
    client = at_desk("authority")
    assert enter(client, job).status_code == 303
    before = counts(ask)
    answer = enter(client, job, mobile="13900139000")
    assert answer.status_code == 400
    assert "已有" in answer.text.partition('role="alert"')[2].partition("<form")[0]
    assert "UNIQUE" not in answer.text
    assert counts(ask) == before


def test_a_known_document_with_another_name_is_refused(at_desk: SignIn, job: Job, ask: Ask) -> None:
    client = at_desk("authority")
    known = ask(select(Person).where(Person.id_type == "1").limit(1))
    before = counts(ask)
    sent = {"id_no": known.id_no, "sex": known.sex, "birth_date": known.birth_date.isoformat()}
    answer = enter(client, job, **sent, name="别人")
    assert answer.status_code == 400
    assert "姓名" in wrong(answer, "name")
    assert counts(ask) == before


@pytest.mark.parametrize("user", ["confirm", "viewer"])
def test_only_the_authority_enters_applications(at_desk: SignIn, user: str) -> None:
    assert at_desk(user).get(NEW).status_code == 403
