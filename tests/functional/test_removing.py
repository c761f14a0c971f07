"""Deleting: what hangs on a record is shown first, what holds it keeps it, the trash gives back."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from models.audit.tables import AuditLog
from models.base.session import ActorSession
from models.certification.tables import CertificationApplication
from models.certification.tables_parts import ApplicationResume
from models.messaging.tables import Notice
from models.planning.tables import SiteArrangement, WorkPlan
from models.reference.tables import CodeItem, Org, Subject
from tests.factories.records import House
from tests.support.forms import form_of
from tests.support.lists import ids
from tests.support.main_job import words
from tests.support.record_pages import Ask, SignIn, Staff

TRASH = "?filter=is_deleted:eq:true"


def ask_to_delete(
    client: Staff, table: str, id_: int, version: int = 1, **more: str
) -> TestResponse:
    """Press the button of the record's page: the question comes."""
    fields = {"id": str(id_), "row_version": str(version), **more}
    return client.post(f"/admin/{table}/delete/", fields, page="/admin/")


def delete(client: Staff, table: str, id_: int, version: int = 1) -> TestResponse:
    """Press it, and answer the question."""
    asked = ask_to_delete(client, table, id_, version)
    assert asked.status_code == 200, words(asked.text)
    sure = form_of(asked.text, "data-question") | {"sure": ["1"]}
    return client.http.post(f"/admin/{table}/delete/", data=sure)


def events(work: ActorSession, entity: str, id_: int) -> list[str]:
    """Return what the trail tells of a record, the first first."""
    told = select(AuditLog.event).where(AuditLog.entity == entity, AuditLog.entity_id == id_)
    found = list(work.scalars(told.order_by(AuditLog.id)))
    work.rollback()
    return [event.rpartition(":")[2] for event in found]


def store(work: ActorSession, record: Any) -> int:
    """Store a record and return its id."""
    work.add(record)
    work.commit()
    id_: int = record.id
    work.rollback()
    return id_


@pytest.fixture
def spare(work: ActorSession, house: House) -> int:
    """Return a subject of which the application of the house is not."""
    assert house
    return store(work, Subject(code="0999", name="手语"))


def test_a_subject_goes_into_the_trash_and_comes_back(
    sign_in: SignIn, spare: int, work: ActorSession
) -> None:
    centre = sign_in("centre")
    page = f"/admin/subject/details/?id={spare}"
    assert "删除…" in words(centre.get(page).text)
    gone = delete(centre, "subject", spare)
    assert gone.status_code == 303
    assert gone.location.endswith(page)
    shown = words(centre.get(page).text)
    assert "此记录在回收站中" in shown
    assert "不能编辑：它在回收站中" in shown
    assert spare not in ids(centre.get("/admin/subject/").text)
    assert ids(centre.get(f"/admin/subject/{TRASH}").text) == [spare]
    back = form_of(centre.get(page).text, "data-put-back")
    answer = centre.http.post("/admin/subject/put_back/", data=back)
    assert answer.status_code == 303
    assert "“手语”已恢复" in words(centre.get(answer.location).text)
    assert spare in ids(centre.get("/admin/subject/").text)
    assert "回收站是空的" in words(centre.get(f"/admin/subject/{TRASH}").text)
    assert events(work, "subject", spare) == ["create", "delete", "put_back"]


def test_the_question_shows_what_hangs_on_it(sign_in: SignIn, house: House) -> None:
    asked = ask_to_delete(sign_in("centre"), "subject", house.own.subject)
    said = words(asked.text)
    assert "与它关联的记录" in said
    assert "2 教师资格认定申请" in said
    assert "保留，仍指向它" in said
    assert f"/admin/certification_application/?filter=subject:eq:{house.own.subject}" in asked.text


def test_a_code_says_where_it_is_used(sign_in: SignIn, house: House, ask: Ask) -> None:
    assert house
    han = ask(select(CodeItem.id).where(CodeItem.set_code == "ETHNIC", CodeItem.code == "01"))
    said = words(ask_to_delete(sign_in("centre"), "code_item", han).text)
    assert "2 教师资格认定申请" in said
    assert "民族" in said


def test_what_stands_below_keeps_it(
    sign_in: SignIn, spare: int, work: ActorSession, ask: Ask
) -> None:
    below = store(work, Subject(code="09991", name="中国手语", parent_id=spare))
    centre = sign_in("centre")
    asked = ask_to_delete(centre, "subject", spare)
    assert "“手语”不能删除：还有其他记录与它关联" in words(asked.text)
    assert 'name="sure"' not in asked.text
    assert ask_to_delete(centre, "subject", spare, sure="1").status_code == 409
    assert ask(select(Subject.is_deleted).where(Subject.id == spare)) is False
    assert delete(centre, "subject", below).status_code == 303
    assert delete(centre, "subject", spare).status_code == 303


def test_nothing_comes_back_below_what_is_in_the_trash(
    sign_in: SignIn, spare: int, work: ActorSession, ask: Ask
) -> None:
    below = store(work, Subject(code="09991", name="中国手语", parent_id=spare))
    centre = sign_in("centre")
    delete(centre, "subject", below)
    delete(centre, "subject", spare)
    fields = {"id": str(below), "row_version": "2"}
    refused = centre.post("/admin/subject/put_back/", fields, page="/admin/")
    assert refused.status_code == 409
    assert "它的上级也在回收站中，请先恢复上级" in words(refused.text)
    assert ask(select(Subject.is_deleted).where(Subject.id == below)) is True


def test_an_office_with_a_past_stays(sign_in: SignIn, house: House, ask: Ask) -> None:
    authority = sign_in("authority")
    asked = words(ask_to_delete(authority, "org", house.own.site, 2).text)
    assert "不能删除" in asked
    assert "因此不能删除" in asked
    assert ask(select(Org.is_deleted).where(Org.id == house.own.site)) is False


def test_an_authority_throws_its_own_unused_site_away(
    sign_in: SignIn, house: House, work: ActorSession, ask: Ask
) -> None:
    site = work.get(Org, house.own.site)
    assert site is not None
    unused = Org(
        name="误建确认点",
        kind="site",
        parent_id=house.own.authority,
        region_code=site.region_code,
        province_code="11",
    )
    id_ = store(work, unused)
    for stranger, status in (("neighbour", 404), ("confirm", 403), ("viewer", 403)):
        assert ask_to_delete(sign_in(stranger), "org", id_).status_code == status, stranger
    assert delete(sign_in("authority"), "org", id_).status_code == 303
    assert ask(select(Org.is_deleted).where(Org.id == id_)) is True
    fields = {"id": str(id_), "row_version": "3"}
    for stranger, status in (("neighbour", 404), ("confirm", 403), ("viewer", 403)):
        client = sign_in(stranger)
        refused = client.post("/admin/org/put_back/", fields, page="/admin/")
        assert refused.status_code == status, stranger
    assert ask(select(Org.is_deleted).where(Org.id == id_)) is True


def test_what_is_in_the_trash_is_not_changed(sign_in: SignIn, spare: int, ask: Ask) -> None:
    centre = sign_in("centre")
    delete(centre, "subject", spare)
    edit = f"/admin/subject/edit/?id={spare}"
    assert "它在回收站中，请先恢复" in words(centre.get(edit).text)
    assert centre.post(edit, {"name": "x", "row_version": "2"}, page="/admin/").status_code == 403
    assert centre.get(f"/admin/subject/cell/?id={spare}&name=name").status_code == 403
    assert ask_to_delete(centre, "subject", spare, 2).status_code == 403
    assert ask(select(Subject.name).where(Subject.id == spare)) == "手语"


def test_a_code_in_the_trash_is_taken_still(sign_in: SignIn, spare: int) -> None:
    centre = sign_in("centre")
    delete(centre, "subject", spare)
    again = centre.send("/admin/subject/new/", code="0999", name="手语翻译")
    assert again.status_code == 400
    assert "也请查看回收站" in words(again.text)


def test_a_notice_is_deleted_by_its_office(
    sign_in: SignIn, house: House, work: ActorSession, ask: Ask
) -> None:
    id_ = store(work, Notice(title="放假通知", body="略", org_id=house.own.authority))
    assert ask_to_delete(sign_in("confirm"), "notice", id_).status_code == 403
    assert delete(sign_in("authority"), "notice", id_).status_code == 303
    assert ask(select(Notice.is_deleted).where(Notice.id == id_)) is True


def draft_plan(work: ActorSession, house: House) -> int:
    """Store a plan that nobody has published, with a site's part in it."""
    published = work.get(WorkPlan, house.own.plan)
    assert published is not None
    times = {
        f"{name}_{end}": getattr(published, f"{name}_{end}")
        for name in ("apply", "confirm", "decide")
        for end in ("start", "end")
    }
    named = {"name": "误建计划", "year": published.year, "batch_no": 9, "org_id": published.org_id}
    plan = WorkPlan(**times, **named)
    work.add(plan)
    work.flush()
    id_ = plan.id
    store(work, SiteArrangement(plan=plan, site_id=house.own.site))
    return id_


def test_a_draft_goes_for_good_with_its_parts(
    sign_in: SignIn, house: House, work: ActorSession, ask: Ask
) -> None:
    id_ = draft_plan(work, house)
    authority = sign_in("authority")
    asked = words(ask_to_delete(authority, "work_plan", id_, 2).text)
    assert "删除后无法恢复" in asked
    assert "一并删除" in asked
    gone = delete(authority, "work_plan", id_, 2)
    assert gone.status_code == 303
    assert gone.location.endswith("/admin/work_plan/")
    assert ask(select(WorkPlan.id).where(WorkPlan.id == id_)) is None
    left = select(func.count()).where(SiteArrangement.plan_id == id_)
    assert ask(left) == 0
    assert events(work, "work_plan", id_) == ["create", "delete"]


def test_what_was_published_stays(sign_in: SignIn, house: House, ask: Ask) -> None:
    authority = sign_in("authority")
    plan = f"/admin/work_plan/details/?id={house.own.plan}"
    assert "/admin/work_plan/delete/" not in authority.get(plan).text
    refused = ask_to_delete(authority, "work_plan", house.own.plan)
    assert refused.status_code == 403
    assert "只有从未办理过的草稿可以删除" in words(refused.text)
    assert ask(select(WorkPlan.id).where(WorkPlan.id == house.own.plan)) == house.own.plan


def test_an_application_goes_as_an_untouched_draft_only(
    sign_in: SignIn, house: House, work: ActorSession, ask: Ask
) -> None:
    authority, table = sign_in("authority"), "certification_application"
    assert ask_to_delete(authority, table, house.own.application).status_code == 403
    record = work.get(CertificationApplication, house.own.application)
    assert record is not None
    record.status, record.data_source = "draft", "online"
    work.commit()
    refused = ask_to_delete(authority, table, house.own.application, 2)  # the applicant's alone
    assert refused.status_code == 403
    record.data_source = "staff_entry"
    work.commit()
    asked = ask_to_delete(authority, table, house.own.application, 3)
    assert "1 申请人简历" in words(asked.text)
    sure = form_of(asked.text, "data-question") | {"sure": ["1"]}
    assert authority.http.post(f"/admin/{table}/delete/", data=sure).status_code == 303
    for model in (CertificationApplication, ApplicationResume):
        mine = select(func.count()).select_from(model)
        assert ask(mine) == 1  # that of the other office
    assert events(work, "application_resume", house.own.resume)[-1] == "delete"


def test_the_list_that_one_came_from_is_kept(sign_in: SignIn, spare: int) -> None:
    centre = sign_in("centre")
    page = f"/admin/subject/details/?id={spare}&from=sort%3D-code"
    form = form_of(centre.get(page).text, "data-remove")
    asked = centre.http.post("/admin/subject/delete/", data=form)
    sure = form_of(asked.text, "data-question") | {"sure": ["1"]}
    gone = centre.http.post("/admin/subject/delete/", data=sure)
    assert gone.location.endswith(page)
    assert "/admin/subject/?sort=-code#row-" in centre.get(gone.location).text
