"""Bringing values back from the history: a form filled in by the trail, saved as any other edit."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import func, select, update

from models.audit.tables import AuditLog
from models.base.session import ActorSession
from models.certification.tables import CertificationApplication as Application
from models.planning.tables import WorkPlan
from tests.factories.records import House
from tests.support.forms import form_of
from tests.support.record_pages import Ask, SignIn, Staff

LIST = "/admin/certification_application/"


def entry(ask: Ask, id_: int, table: str = "certification_application", act: str = "edit") -> int:
    """Return the latest entry of a record."""
    found: int = ask(
        select(func.max(AuditLog.id)).where(
            AuditLog.entity == table, AuditLog.entity_id == id_, AuditLog.event.endswith(f":{act}")
        )
    )
    return found


@pytest.fixture
def clerk(sign_in: SignIn, house: House) -> Staff:
    """Return a clerk of the authority who has changed the postal code twice."""
    staff = sign_in("authority")
    path = f"{LIST}edit/?id={house.own.application}"
    for code in ("100001", "200002"):
        assert staff.send(path, zip_code=code).status_code == 303
    return staff


def value(ask: Ask, house: House, name: str) -> Any:
    column = getattr(Application, name)
    return ask(select(column).where(Application.id == house.own.application))


def test_an_entry_fills_the_form_and_saves_nothing(clerk: Staff, house: House, ask: Ask) -> None:
    id_ = house.own.application
    before = ask(select(func.count()).select_from(AuditLog))
    page = clerk.get(f"{LIST}restore/?id={id_}&entry={entry(ask, id_)}")
    assert page.status_code == 200
    assert "<del>200002</del>" in page.text
    assert "<ins>100001</ins>" in page.text
    assert "尚未保存" in page.text
    sent = form_of(page.text)
    assert sent["zip_code"] == ["100001"]
    assert "修改前的值" in sent["change_reason"][0]
    assert value(ask, house, "zip_code") == "200002"
    assert ask(select(func.count()).select_from(AuditLog)) == before


def test_saving_it_is_an_ordinary_audited_edit(clerk: Staff, house: House, ask: Ask) -> None:
    id_ = house.own.application
    page = clerk.get(f"{LIST}restore/?id={id_}&entry={entry(ask, id_)}").text
    action = re.search(r'<form class="panel form" method="post" action="([^"]+)"', page)
    assert action
    assert action[1] == f"{LIST}edit/?id={id_}"
    assert clerk.http.post(action[1], data=form_of(page)).status_code == 303
    assert value(ask, house, "zip_code") == "100001"
    latest = entry(ask, id_)
    assert ask(select(AuditLog.changes).where(AuditLog.id == latest)) == {
        "zip_code": ["200002", "100001"]
    }
    assert "修改前的值" in ask(select(AuditLog.reason).where(AuditLog.id == latest))


def test_a_record_that_moved_on_meanwhile_is_a_conflict(
    clerk: Staff, house: House, ask: Ask
) -> None:
    id_ = house.own.application
    sent = form_of(clerk.get(f"{LIST}restore/?id={id_}&entry={entry(ask, id_)}").text)
    clerk.send(f"{LIST}edit/?id={id_}", zip_code="300003")
    assert clerk.http.post(f"{LIST}edit/?id={id_}", data=sent).status_code == 409
    assert value(ask, house, "zip_code") == "300003"


def test_masked_values_stay_and_say_so(clerk: Staff, house: House, ask: Ask) -> None:
    id_ = house.own.application
    clerk.send(f"{LIST}edit/?id={id_}", mobile="13911112222", zip_code="400004")
    page = clerk.get(f"{LIST}restore/?id={id_}&entry={entry(ask, id_)}").text
    assert "只保存了遮盖后的值" in page
    sent = form_of(page)
    assert sent["zip_code"] == ["200002"]
    assert clerk.http.post(f"{LIST}edit/?id={id_}", data=sent).status_code == 303
    assert value(ask, house, "mobile") == "13911112222"
    assert value(ask, house, "zip_code") == "200002"


def test_a_reference_that_is_gone_says_so(
    sign_in: SignIn, house: House, work: ActorSession, ask: Ask
) -> None:
    id_ = house.own.application
    work.add(
        AuditLog(
            event="certification:certification_application:edit",
            entity="certification_application",
            entity_id=id_,
            username="x",
            changes={"subject_id": [987654, house.own.subject], "zip_code": ["500005", None]},
        )
    )
    work.commit()
    page = sign_in("authority").get(f"{LIST}restore/?id={id_}&entry={entry(ask, id_)}").text
    assert "没有这条记录，或您不能选择它" in page
    assert form_of(page)["subject_id"] == [str(house.own.subject)]
    assert form_of(page)["zip_code"] == ["500005"]


def test_what_the_role_may_not_change_now_is_left_alone(
    sign_in: SignIn, house: House, work: ActorSession, ask: Ask
) -> None:
    id_ = house.own.application
    work.get_one(Application, id_).name = "曾国荃"
    work.get_one(Application, id_).zip_code = "600006"
    work.commit()
    clerk = sign_in("authority")
    page = clerk.get(f"{LIST}restore/?id={id_}&entry={entry(ask, id_)}").text
    assert "当前角色现在不能修改此项" in page
    sent = form_of(page)
    assert "name" not in sent
    clerk.http.post(f"{LIST}edit/?id={id_}", data=sent | {"name": "曾国藩"})
    assert value(ask, house, "name") == "曾国荃"
    assert value(ask, house, "zip_code") is None


def test_an_entry_of_creation_brings_back_what_was_entered(
    sign_in: SignIn, house: House, ask: Ask
) -> None:
    clerk = sign_in("authority")
    plan = f"/admin/work_plan/edit/?id={house.own.plan}"
    name = ask(select(WorkPlan.name).where(WorkPlan.id == house.own.plan))
    assert clerk.send(plan, name="另一个名称").status_code == 303
    made = entry(ask, house.own.plan, "work_plan", "create")
    page = clerk.get(f"/admin/work_plan/restore/?id={house.own.plan}&entry={made}").text
    assert form_of(page)["name"] == [name]
    assert "录入时的值" in form_of(page)["change_reason"][0]


@pytest.mark.parametrize("typed", ["", "abc", "0", "99999999", "-1", "1&entry=2"])
def test_no_such_entry(clerk: Staff, house: House, typed: str) -> None:
    id_ = house.own.application
    assert clerk.get(f"{LIST}restore/?id={id_}&entry={typed}").status_code == 404


def test_entries_of_other_records_and_other_acts_are_none(
    clerk: Staff, house: House, ask: Ask
) -> None:
    id_ = house.own.application
    other = entry(ask, house.other.application, act="create")
    assert clerk.get(f"{LIST}restore/?id={id_}&entry={other}").status_code == 404
    clerk.post(f"{LIST}reveal/", {"id": str(id_), "purpose": "核对证件"}, page="/admin/")
    seen = entry(ask, id_, act="reveal")
    assert clerk.get(f"{LIST}restore/?id={id_}&entry={seen}").status_code == 404


def test_restoring_needs_the_right_and_the_scope(
    clerk: Staff, sign_in: SignIn, house: House, ask: Ask
) -> None:
    address = f"{LIST}restore/?id={house.own.application}&entry={entry(ask, house.own.application)}"
    assert clerk.get(address).status_code == 200
    assert sign_in("neighbour").get(address).status_code == 404
    assert sign_in("viewer").get(address).status_code == 403
    assert clerk.http.post(address).status_code in (400, 405)
    viewer = sign_in("viewer").get(f"{LIST}details/?id={house.own.application}").text
    assert "恢复这些值" not in viewer
    assert "恢复这些值" in clerk.get(f"{LIST}details/?id={house.own.application}").text


def test_a_settled_record_offers_nothing_to_restore(
    clerk: Staff, house: House, work: ActorSession, ask: Ask
) -> None:
    id_ = house.own.application
    work.execute(
        update(WorkPlan).where(WorkPlan.id == house.own.plan).values(status="archived"),
        execution_options={"unscoped": "test", "set_wise": "test"},
    )
    work.commit()
    assert "恢复这些值" not in clerk.get(f"{LIST}details/?id={id_}").text
    assert clerk.get(f"{LIST}restore/?id={id_}&entry={entry(ask, id_)}").status_code == 403
