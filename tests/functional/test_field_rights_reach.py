"""Field rights where a column tells through another: personal data, titles, states, parts, files;
and what the start refuses.
"""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select, update

from models.accounts.field_rights import FIELDS, FieldRight, faults, right_on
from models.accounts.permissions import GRANTS, RoleCode
from models.base.actor import Actor
from models.base.session import ActorSession
from models.certification.tables import CertificationApplication as Application
from models.errors import BadInput
from models.people.tables import Person
from models.workflow.tables import WorkflowLog
from tests.factories.records import House
from tests.support.certifying import system, world
from tests.support.field_rights import Grant
from tests.support.importing import Desk, desk
from tests.support.lists import total
from tests.support.record_pages import Ask, SignIn
from views.base import checks

__all__ = ["desk", "system", "world"]

LIST = "/admin/certification_application/"
MOBILE, ADDRESS = "13800001234", "北京市东城区某胡同一号"


def details(house: House) -> str:
    return f"{LIST}details/?id={house.own.application}"


@pytest.mark.parametrize(
    ("right", "is_there", "is_revealed", "is_written"),
    [
        ("hidden", False, False, False),
        ("masked", True, False, False),
        ("readonly", True, True, False),
        ("editable", True, True, True),
    ],
)
def test_personal_data_is_revealed_as_far_as_its_right_goes(
    sign_in: SignIn,
    house: House,
    ask: Ask,
    grant: Grant,
    right: str,
    is_there: bool,
    is_revealed: bool,
    is_written: bool,
) -> None:
    grant("authority", "certification_application.mobile", right)
    clerk = sign_in("authority")
    page = clerk.get(details(house)).text
    assert ("<dt>手机号码</dt>" in page) == is_there
    assert MOBILE not in page
    sent = {"id": str(house.own.application), "purpose": "电话核实"}
    shown = clerk.post(f"{LIST}reveal/", sent, page=details(house)).text
    assert (MOBILE in shown) == is_revealed
    assert ADDRESS in shown
    full = {"query": "cols=apply_no,address", "full": "1", "purpose": "电话核实"}
    if is_there:
        full["query"] += ",mobile"
    body = clerk.post(f"{LIST}export/csv/", full, page=LIST).text
    assert (MOBILE in body) == is_revealed
    assert ADDRESS in body
    told = clerk.get(details(house)).text.partition('id="history"')[2]
    assert ("手机号码" in told) == is_there
    edit = f"{LIST}edit/?id={house.own.application}"
    assert ('name="mobile"' in clerk.get(edit).text) == is_written
    assert clerk.send(edit, mobile="13911112222").status_code == 303
    stored = ask(select(Application.mobile).where(Application.id == house.own.application))
    assert stored == ("13911112222" if is_written else MOBILE)


def test_a_hidden_title_names_nobody(sign_in: SignIn, house: House, grant: Grant) -> None:
    for column in ("person.name", "certification_application.name"):
        grant("authority", column, "hidden")
    clerk = sign_in("authority")
    name = "曾国藩"
    for page in (
        f"{LIST}?cols=apply_no,person_id",
        details(house),
        "/admin/person/",
        "/admin/application_resume/",
        f"/admin/application_resume/details/?id={house.own.resume}",
        "/admin/person_credential/new/",
    ):
        answer = clerk.get(page)
        assert answer.status_code == 200, page
        assert name not in answer.text, page
    assert clerk.get(f"{LIST}?cols=name_pinyin").status_code == 400
    answer = clerk.get("/admin/person_credential/lookup/person_id/?q=曾")
    assert name not in answer.text


def test_a_hidden_state_is_counted_and_told_nowhere(
    sign_in: SignIn, house: House, grant: Grant
) -> None:
    grant("info_viewer", "certification_application.status", "hidden")
    viewer = sign_in("viewer")
    page = viewer.get(LIST).text
    assert total(page) == 2
    assert "按状态计数" not in page
    assert "facets=status" not in page
    assert viewer.get(f"{LIST}?facets=status").status_code == 400
    assert viewer.get(f"{LIST}?filter=confirm_state:eq:submitted").status_code == 400
    assert viewer.get(f"{LIST}?cols=confirm_state").status_code == 400
    record = viewer.get(details(house)).text.partition("<main")[2]
    assert "等待现场确认" not in record
    assert "教师资格认定申请" not in viewer.get("/admin/").text.partition("<main")[2]


def test_notes_of_an_office_are_not_told_to_those_who_only_look(
    sign_in: SignIn, house: House, work: ActorSession
) -> None:
    work.execute(
        update(Application).values(review_opinion="与原单位核实"),
        execution_options={"unscoped": "test", "set_wise": "test"},
    )
    work.add(
        WorkflowLog(
            machine="certification",
            entity_id=house.own.application,
            action="submit",
            to_state="submitted",
            note="与原单位核实",
            org_id=house.own.authority,
        )
    )
    work.commit()
    authority = sign_in("authority").get(details(house)).text
    assert authority.count("与原单位核实") == 2
    viewer = sign_in("viewer").get(details(house)).text
    assert "与原单位核实" not in viewer
    assert "审核意见" not in viewer
    assert "证明人" not in viewer
    assert "第一中学" in viewer


def test_a_column_that_leads_to_a_record_is_not_followed_backwards(
    sign_in: SignIn, house: House, grant: Grant
) -> None:
    page = f"/admin/work_plan/details/?id={house.own.plan}"
    clerk = sign_in("authority")
    assert "certification_application/?filter=plan" in clerk.get(page).text
    grant("authority", "certification_application.plan_id", "hidden")
    assert "certification_application/?filter=plan" not in clerk.get(page).text
    assert clerk.get(f"{LIST}?filter=plan:eq:{house.own.plan}").status_code == 400


def test_an_import_takes_no_column_that_the_role_may_not_fill(desk: Desk, grant: Grant) -> None:
    assert desk.run(desk.row(0)).saved == 1
    grant("authority", "certification_application.zip_code", "readonly")
    with pytest.raises(BadInput, match="Unknown headings: 邮政编码"):
        desk.run(desk.row(1, 邮政编码="510000"))


@pytest.mark.one_database("sqlite")
@pytest.mark.parametrize(
    ("role", "column", "right", "why"),
    [
        ("nobody", "person.name", "hidden", "there is no role nobody"),
        ("confirm", "persons.name", "hidden", "there is no column persons.name"),
        ("confirm", "person.nickname", "hidden", "there is no column person.nickname"),
        ("confirm", "person.name", "editable", "a field right adds nothing"),
        ("info_viewer", "person.id_no", "readonly", "a field right adds nothing"),
        ("authority", "notice.title", "readonly", "must be filled in a new record"),
    ],
)
def test_the_start_refuses_a_right_that_cannot_be(
    app: Flask, grant: Grant, role: str, column: str, right: str, why: str
) -> None:
    assert list(faults()) == []
    grant(role, column, right)
    with app.app_context(), pytest.raises(checks.BadGrid, match=f"G010 FIELDS: .*{why}"):
        checks.run([])


@pytest.mark.parametrize("role", FIELDS)
def test_every_declared_right_is_the_one_in_force(role: str) -> None:
    who = Actor("x", role=role, grants=GRANTS[role])
    tables = {model.__tablename__: model for model in (Application, Person)}
    for column, right in FIELDS[role].items():
        table, _, key = column.partition(".")
        if table in tables:
            assert right_on(who, tables[table], key) is right


@pytest.mark.parametrize(
    ("role", "key", "right"),
    [
        ("super", "mobile", "editable"),
        ("authority", "mobile", "editable"),
        ("authority", "status", "readonly"),
        ("confirm", "mobile", "editable"),
        ("info_viewer", "mobile", "masked"),
        ("info_viewer", "school_name", "readonly"),
        ("info_viewer", "review_opinion", "hidden"),
    ],
)
def test_what_is_not_declared_follows_from_nature_and_acts(role: str, key: str, right: str) -> None:
    who = Actor("x", role=role, grants=GRANTS[RoleCode[role]])
    assert right_on(who, Application, key) is FieldRight[right]
