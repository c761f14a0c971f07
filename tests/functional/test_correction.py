"""Who corrects what of an application, in which state: the declared truth table, and over HTTP."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from models import clock
from models.audit.tables import AuditLog
from models.base.session import ActorSession
from models.certification.choices import CertStatus
from models.certification.correction import (
    BY_AUTHORITY,
    BY_CENTRE,
    BY_SITE,
    IDENTITY,
    Correction,
    Corrector,
    correction,
)
from models.certification.tables import CertificationApplication
from models.certification.tables_parts import ApplicationResume
from models.people.rules import make_id_no
from models.planning.choices import PlanStatus
from models.planning.tables import WorkPlan
from tests.factories.records import House
from tests.support.record_pages import Ask, SignIn

S = CertStatus
NOTHING: frozenset[str] = frozenset()
#: State → what site, authority and centre may correct inside the window.
TABLE = {
    S.draft: (NOTHING, NOTHING, BY_CENTRE),
    S.submitted: (BY_SITE, BY_AUTHORITY, BY_CENTRE),
    S.materials_incomplete: (BY_SITE, BY_AUTHORITY, BY_CENTRE),
    S.confirm_rejected: (BY_SITE, BY_AUTHORITY, BY_CENTRE),
    S.confirmed: (BY_SITE, BY_AUTHORITY, BY_CENTRE),
    S.review_rejected: (NOTHING, BY_AUTHORITY, BY_CENTRE),
    S.approved_unnumbered: (NOTHING, NOTHING, BY_CENTRE),
    S.approved_numbered: (NOTHING, NOTHING, NOTHING),
}


def judge(who: Corrector, state: CertStatus, **given: Any) -> Correction:
    """Judge in a published plan inside the window, unless said otherwise."""
    options: dict[str, Any] = {"plan": PlanStatus.published, "in_window": True}
    return correction(who, state, **(options | given))


@pytest.mark.parametrize("state", list(S))
def test_the_truth_table_of_corrections(state: CertStatus) -> None:
    who = (Corrector.site, Corrector.authority, Corrector.centre)
    found = tuple(judge(each, state).fields for each in who)
    assert found == TABLE[state]


@pytest.mark.parametrize("state", list(S))
def test_outside_the_window_a_site_corrects_nothing(state: CertStatus) -> None:
    site = judge(Corrector.site, state, in_window=False)
    assert site.fields == NOTHING
    assert site.why_not is not None
    authority = judge(Corrector.authority, state, in_window=False)
    assert authority.fields == TABLE[state][1]


@pytest.mark.parametrize("state", list(S))
@pytest.mark.parametrize("plan", list(PlanStatus))
def test_a_plan_that_is_not_published_binds_the_desks_that_move_its_rows(
    plan: PlanStatus, state: CertStatus
) -> None:
    is_open = plan is PlanStatus.published
    is_numbered = plan in (PlanStatus.published, PlanStatus.closed)
    for who, place, may in (
        (Corrector.site, 0, is_open),
        (Corrector.authority, 1, is_open),
        (Corrector.centre, 2, is_numbered),
    ):
        right = judge(who, state, plan=plan)
        assert right.fields == (TABLE[state][place] if may else NOTHING)
        assert right.fields or right.why_not
    mine = judge(Corrector.authority, S.draft, plan=plan, entered_by_staff=True)
    assert bool(mine.fields) is is_open


def test_nobody_else_corrects_anything() -> None:
    for state in S:
        right = judge(Corrector.nobody, state)
        assert right.fields == NOTHING
        assert right.why_not is not None


def test_a_draft_entered_by_staff_is_the_authoritys() -> None:
    right = judge(Corrector.authority, S.draft, entered_by_staff=True)
    assert right.fields == BY_AUTHORITY
    site = judge(Corrector.site, S.draft, entered_by_staff=True)
    assert site.fields == NOTHING


def test_identity_is_the_centres_and_needs_a_reason() -> None:
    assert not BY_AUTHORITY & IDENTITY
    assert judge(Corrector.centre, S.submitted).need_reason == IDENTITY


# Over HTTP.


def edit(house: House) -> str:
    return f"/admin/certification_application/edit/?id={house.own.application}"


def put(work: ActorSession, house: House, **values: object) -> None:
    """Bring the application into a state past the engine, as only a test may."""
    application = work.get_one(CertificationApplication, house.own.application)
    for name, value in values.items():
        setattr(application, name, value)
    work.commit()


def value(ask: Ask, house: House, name: str) -> object:
    column = getattr(CertificationApplication, name)
    return ask(select(column).where(CertificationApplication.id == house.own.application))


def test_a_site_corrects_contact_and_nothing_of_identity(
    sign_in: SignIn, house: House, ask: Ask
) -> None:
    client = sign_in("confirm")
    form = client.form(edit(house))
    assert not form.keys() & (IDENTITY | {"subject_id", "qualification_type", "plan_id"})
    before = value(ask, house, "name")
    answer = client.send(
        edit(house), mobile="13900005678", name="别人", subject_id="99", status="approved_numbered"
    )
    assert answer.status_code == 303
    assert value(ask, house, "mobile") == "13900005678"
    assert value(ask, house, "name") == before
    assert value(ask, house, "status") == "submitted"
    assert value(ask, house, "subject_id") == house.own.subject


def test_a_wrong_site_is_corrected_and_the_row_leaves_the_list(
    sign_in: SignIn, house: House, ask: Ask
) -> None:
    client = sign_in("confirm")
    answer = client.send(edit(house), arrangement_id=str(house.own.second_arrangement))
    assert answer.status_code == 303
    assert answer.location.endswith("/admin/certification_application/")
    assert value(ask, house, "site_id") == house.own.second_site
    assert value(ask, house, "arrangement_id") == house.own.second_arrangement
    page = client.get(answer.location).text
    assert "不再出现在您的列表中" in page


def test_a_site_of_another_authority_cannot_be_chosen(
    sign_in: SignIn, house: House, ask: Ask
) -> None:
    answer = sign_in("confirm").send(edit(house), arrangement_id=str(house.other.arrangement))
    assert answer.status_code == 400
    assert value(ask, house, "site_id") == house.own.site


@pytest.mark.parametrize(
    ("state", "more"),
    [
        ("draft", {}),
        ("approved_unnumbered", {"reviewed_at": clock.now()}),
        ("approved_numbered", {"reviewed_at": clock.now(), "numbered_at": clock.now()}),
    ],
)
def test_where_nothing_may_be_corrected_the_form_says_why(
    sign_in: SignIn, house: House, work: ActorSession, ask: Ask, state: str, more: dict[str, object]
) -> None:
    put(work, house, status=state, **more)
    client = sign_in("confirm")
    page = client.get(edit(house))
    assert page.status_code == 200
    assert 'name="mobile"' not in page.text
    answer = client.send(edit(house), mobile="13900005678")
    assert answer.status_code == 403
    assert value(ask, house, "mobile") == "13800001234"
    new = f"/admin/application_resume/new/?application_id={house.own.application}"
    assert client.send(new, start_month="2015-09-01", unit="第二中学").status_code == 403
    assert ask(select(ApplicationResume.id).where(ApplicationResume.unit == "第二中学")) is None


def test_outside_the_confirmation_window_a_site_may_look_only(
    sign_in: SignIn, house: House, work: ActorSession, ask: Ask
) -> None:
    plan = work.get_one(WorkPlan, house.own.plan)
    for name in ("apply_start", "apply_end", "confirm_start", "confirm_end"):
        setattr(plan, name, getattr(plan, name) - timedelta(days=30))
    work.commit()
    assert sign_in("confirm").send(edit(house), mobile="13900005678").status_code == 403
    assert sign_in("authority").send(edit(house), mobile="13900005678").status_code == 303
    assert value(ask, house, "mobile") == "13900005678"


@pytest.mark.parametrize("status", ["draft", "closed", "archived"])
def test_in_a_plan_that_is_not_published_nothing_is_corrected_on_site_or_in_the_office(
    sign_in: SignIn, house: House, work: ActorSession, ask: Ask, status: str
) -> None:
    work.get_one(WorkPlan, house.own.plan).status = status
    work.commit()
    new = f"/admin/application_resume/new/?application_id={house.own.application}"
    for user in ("confirm", "authority"):
        client = sign_in(user)
        page = client.get(edit(house)).text
        assert "计划未发布或已结束" in page
        assert 'name="mobile"' not in page
        assert client.send(edit(house), mobile="13900005678").status_code == 403
        assert client.send(new, start_month="2015-09-01", unit="第二中学").status_code == 403
    assert value(ask, house, "mobile") == "13800001234"
    assert ask(select(ApplicationResume.id).where(ApplicationResume.unit == "第二中学")) is None


def test_identity_is_corrected_by_the_centre_with_a_reason_that_is_kept(
    sign_in: SignIn, house: House, ask: Ask
) -> None:
    client = sign_in("centre")
    refused = client.send(edit(house), name="曾国荃")
    assert refused.status_code == 400
    assert value(ask, house, "name") == "曾国藩"
    answer = client.send(edit(house), name="曾国荃", change_reason="户口簿为准")
    assert answer.status_code == 303
    assert value(ask, house, "name") == "曾国荃"
    kept = ask(select(AuditLog.reason).where(AuditLog.event.endswith("application:edit")))
    assert kept == "户口簿为准"


def test_a_wrong_check_digit_is_refused_beside_its_field(
    sign_in: SignIn, house: House, ask: Ask
) -> None:
    good = make_id_no("110101", date(1990, 1, 1), 1)
    number = good[:-1] + ("0" if good[-1] != "0" else "1")
    before = value(ask, house, "id_no")
    sent = {"id_type": "1", "id_no": number, "change_reason": "更正"}
    answer = sign_in("centre").send(edit(house), **sent)
    assert answer.status_code == 400
    assert 'id="id_no-wrong"' in answer.text
    assert value(ask, house, "id_no") == before


def test_a_viewer_and_the_neighbour_correct_nothing(sign_in: SignIn, house: House) -> None:
    assert sign_in("viewer").get(edit(house)).status_code == 403
    assert sign_in("neighbour").get(edit(house)).status_code == 404


def test_everything_that_is_wrong_is_said_at_once(sign_in: SignIn, house: House, ask: Ask) -> None:
    wrong = {"address": "长" * 500, "mobile": "12", "email": "x", "zip_code": "1"}
    answer = sign_in("confirm").send(edit(house), **wrong)
    assert answer.status_code == 400
    told = re.findall(r'<ul class="wrong" id="(\w+)-wrong">', answer.text)
    assert sorted(told) == sorted(wrong)
    assert all(f'href="#{name}"' in answer.text for name in wrong)
    assert 'value="12"' in answer.text
    assert value(ask, house, "mobile") != "12"


def test_the_reason_that_lacks_is_said_with_the_rest(sign_in: SignIn, house: House) -> None:
    answer = sign_in("centre").send(edit(house), name="别人", address="长" * 500, zip_code="1")
    assert answer.status_code == 400
    for fault in ('id="address-wrong"', 'id="zip_code-wrong"', "请填写修改原因"):
        assert fault in answer.text
