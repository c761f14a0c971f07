"""Pages of a record: whose it is, what it shows, the reveal, and what was done with it."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from models import clock
from models.accounts.tables_sign_in import UserSession
from models.audit.tables import AuditLog
from models.base.session import ActorSession
from models.certification.tables import CertificationApplication
from models.certification.tables_parts import ApplicationMaterial, ApplicationResume
from models.workflow.tables import WorkflowLog
from tests.factories.records import House
from tests.support.forms import form_of
from tests.support.record_pages import Ask, SignIn

APPLICATION = "/admin/certification_application"
JUNK_IDS = ("abc", "", "0", "-1", "99999999999999999999", "²", "1&id=2", "1.0")


def details(id_: int, table: str = "certification_application") -> str:
    return f"/admin/{table}/details/?id={id_}"


@pytest.mark.parametrize("page", ["details", "edit"])
@pytest.mark.parametrize("id_", JUNK_IDS)
def test_junk_ids_are_not_found(sign_in: SignIn, page: str, id_: str) -> None:
    answer = sign_in("authority").get(f"{APPLICATION}/{page}/?id={id_}")
    assert answer.status_code == 404


@pytest.mark.parametrize("page", ["details", "edit"])
def test_records_of_another_office_are_not_found(sign_in: SignIn, house: House, page: str) -> None:
    for user in ("authority", "confirm"):
        answer = sign_in(user).get(f"{APPLICATION}/{page}/?id={house.other.application}")
        assert answer.status_code == 404
        assert "13800001234" not in answer.text


def test_a_form_sent_to_another_office_changes_nothing(
    sign_in: SignIn, house: House, ask: Ask
) -> None:
    client = sign_in("authority")
    path = f"{APPLICATION}/edit/?id={house.other.application}"
    answer = client.post(path, {"row_version": "1", "school_name": "别处"})
    assert answer.status_code == 404
    wanted = select(CertificationApplication.school_name).where(
        CertificationApplication.id == house.other.application
    )
    assert ask(wanted) is None


def test_personal_data_are_masked_until_revealed(sign_in: SignIn, house: House, ask: Ask) -> None:
    client = sign_in("confirm")
    page = client.get(details(house.own.application)).text
    assert "138****1234" in page
    assert "13800001234" not in page
    token = client.token(details(house.own.application))
    sent = {"csrf_token": token, "id": str(house.own.application), "purpose": "电话核实"}
    shown = client.http.post(f"{APPLICATION}/reveal/", data=sent)
    assert "13800001234" in shown.text
    assert shown.headers["Cache-Control"] == "no-store"
    assert "13800001234" not in client.get(details(house.own.application)).text
    seen = ask(select(AuditLog).where(AuditLog.event.endswith(":reveal")))
    assert seen is not None
    assert (seen.entity_id, seen.username, seen.reason) == (
        house.own.application,
        "confirm",
        "电话核实",
    )
    assert ask(select(UserSession.reveal_purpose)) == "电话核实"
    assert 'value="电话核实"' in client.get(details(house.own.application)).text


def test_a_reveal_needs_a_purpose(sign_in: SignIn, house: House, ask: Ask) -> None:
    answer = sign_in("confirm").post(f"{APPLICATION}/reveal/", {"id": str(house.own.application)})
    assert answer.status_code == 400
    assert "13800001234" not in answer.text
    assert ask(select(AuditLog).where(AuditLog.event.endswith(":reveal"))) is None


def test_a_reveal_needs_the_right_and_a_post(sign_in: SignIn, house: House) -> None:
    viewer = sign_in("viewer")
    sent = {"id": str(house.own.application), "purpose": "看看"}
    assert viewer.post(f"{APPLICATION}/reveal/", sent).status_code == 403
    assert 'id="reveal"' not in viewer.get(details(house.own.application)).text
    assert sign_in("confirm").get(f"{APPLICATION}/reveal/").status_code == 405


def test_a_correction_stands_in_the_history_in_words(sign_in: SignIn, house: House) -> None:
    client = sign_in("confirm")
    path = f"{APPLICATION}/edit/?id={house.own.application}"
    assert client.send(path, ethnic_code="02", is_fresh_graduate=["", "1"]).status_code == 303
    page = client.get(details(house.own.application)).text
    assert "<del>汉族</del>" in page
    assert "<ins>蒙古族</ins>" in page
    assert "confirm 先生" in page
    assert "ethnic_code" not in page.partition('id="history"')[2].partition("</section>")[0]


def test_the_course_shows_transitions_with_their_labels(
    sign_in: SignIn, house: House, work: ActorSession
) -> None:
    work.add(
        WorkflowLog(
            machine="certification",
            entity_id=house.own.application,
            action="submit",
            from_state="draft",
            to_state="submitted",
            note="窗口受理",
            org_id=house.own.authority,
            at=clock.now(),
        )
    )
    work.commit()
    page = sign_in("confirm").get(details(house.own.application)).text
    course = page.partition('id="timeline-title"')[2].partition("</section>")[0]
    assert "等待现场确认" in course
    assert "窗口受理" in course


def test_the_course_follows_an_application_to_another_site(
    sign_in: SignIn, house: House, work: ActorSession
) -> None:
    """Its history is read with the record; the list of all transitions stays with the office."""
    application = work.get_one(CertificationApplication, house.own.application)
    work.add(
        WorkflowLog(
            machine="certification",
            entity_id=application.id,
            action="submit",
            from_state="draft",
            to_state="submitted",
            note="在第二确认点受理",
            org_id=house.own.authority,
            site_id=house.own.second_site,
        )
    )
    assert application.site_id == house.own.site
    work.commit()
    for username, in_list in (("confirm", False), ("authority", True)):
        client = sign_in(username)
        page = client.get(details(house.own.application)).text
        course = page.partition('id="timeline-title"')[2].partition("</section>")[0]
        assert "在第二确认点受理" in course
        listed = client.get("/admin/workflow_log/")
        assert (listed.status_code, "网报未完成" in rows_of(listed.text)) == (200, in_list)
    assert sign_in("neighbour").get(details(house.own.application)).status_code == 404


def rows_of(page: str) -> str:
    return page.partition("<tbody")[2].partition("</tbody>")[0]


def test_what_cannot_be_done_stands_there_with_its_reason(sign_in: SignIn, house: House) -> None:
    page = sign_in("authority").get(details(house.own.application)).text
    actions = page.partition('id="verbs-title"')[2].partition("</section>")[0]
    greyed = re.search(r'id="why-approve">([^<]+)<', actions)
    assert greyed is not None
    assert "等待现场确认" in greyed.group(1)
    assert 'name="action" value="reject_confirmation"' in actions


def test_a_viewer_is_offered_nothing_to_do(sign_in: SignIn, house: House) -> None:
    page = sign_in("viewer").get(details(house.own.application)).text
    assert 'name="action"' not in page
    assert f"/edit/?id={house.own.application}" not in page
    answer = sign_in("viewer").get(f"{APPLICATION}/edit/?id={house.own.application}")
    assert answer.status_code == 403


def test_parts_are_listed_and_can_be_added_changed_and_removed(
    sign_in: SignIn, house: House, ask: Ask
) -> None:
    client = sign_in("confirm")
    page = client.get(details(house.own.application)).text
    assert "第一中学" in page
    new = f"/admin/application_resume/new/?application_id={house.own.application}"
    assert new in page
    answer = client.send(new, start_month="2015-09-01", unit="第二中学")
    assert answer.status_code == 303
    assert answer.location.endswith(details(house.own.application))
    added = ask(select(ApplicationResume).where(ApplicationResume.unit == "第二中学"))
    assert added.application_id == house.own.application
    edit = f"/admin/application_resume/edit/?id={added.id}"
    assert client.send(edit, unit="第三中学").status_code == 303
    token = client.token(details(house.own.application))
    gone = {"csrf_token": token, "id": str(added.id), "row_version": "1"}
    stale = client.http.post("/admin/application_resume/delete/", data=gone)
    assert stale.status_code == 409
    gone["row_version"] = "2"
    asked = client.http.post("/admin/application_resume/delete/", data=gone)
    assert asked.status_code == 200
    assert "第三中学" in asked.text
    assert ask(select(ApplicationResume.id).where(ApplicationResume.id == added.id)) == added.id
    sure = form_of(asked.text, "data-question") | {"sure": ["1"]}
    assert client.http.post("/admin/application_resume/delete/", data=sure).status_code == 303
    assert ask(select(ApplicationResume.id).where(ApplicationResume.id == added.id)) is None


def test_no_part_is_hung_on_an_application_of_another_office(
    sign_in: SignIn, house: House, ask: Ask
) -> None:
    client = sign_in("confirm")
    new = f"/admin/application_resume/new/?application_id={house.own.application}"
    other = str(house.other.application)
    answer = client.send(new, start_month="2015-09-01", unit="混入", application_id=other)
    assert answer.status_code == 400
    assert ask(select(ApplicationResume).where(ApplicationResume.unit == "混入")) is None


def test_materials_have_a_tick_list(sign_in: SignIn, house: House, work: ActorSession) -> None:
    material = ApplicationMaterial(application_id=house.own.application, material_code="photo")
    work.add(material)
    work.commit()
    page = sign_in("confirm").get(details(house.own.application)).text
    ticks = page.partition('id="related-application_material-application_id"')[2]
    assert f'name="rowid" value="{material.id}" form="act-application_material-' in ticks
    assert 'name="action" value="receive"' in ticks


def test_related_records_lead_to_their_filtered_list(sign_in: SignIn, house: House) -> None:
    page = sign_in("authority").get(details(house.own.plan, "work_plan")).text
    assert f"/admin/certification_application/?filter=plan:eq:{house.own.plan}" in page
    assert "甲区第二确认点" in page


def test_the_list_of_what_belongs_to_a_record_leads_back_to_it(
    sign_in: SignIn, house: House
) -> None:
    clerk = sign_in("authority")
    own, other = house.own.plan, house.other.plan
    listed = clerk.get(f"/admin/certification_application/?filter=plan:eq:{own}").text
    assert f'<a class="named" href="/admin/work_plan/details/?id={own}">' in listed
    unseen = clerk.get(f"/admin/certification_application/?filter=plan:eq:{other}").text
    assert 'class="named"' not in unseen


def test_a_site_reads_plan_arrangements_and_notices(
    sign_in: SignIn, house: House, work: ActorSession
) -> None:
    client = sign_in("confirm")
    plan = client.get(details(house.own.plan, "work_plan")).text
    assert "甲区确认点" in plan
    assert "甲区第二确认点" in plan
    sibling = client.get(details(house.own.second_arrangement, "site_arrangement"))
    assert sibling.status_code == 200
    for path in (
        f"/admin/work_plan/edit/?id={house.own.plan}",
        "/admin/work_plan/new/",
        f"/admin/site_arrangement/edit/?id={house.own.arrangement}",
    ):
        assert client.get(path).status_code == 403
    assert client.get(details(house.other.plan, "work_plan")).status_code == 404
