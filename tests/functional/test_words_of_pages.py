"""Pages say in words what the tables keep as codes: history, titles, the logs, messages."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from models import clock
from models.accounts.tables import UserAccount
from models.audit.tables import AuditLog
from models.base.choices import QUALIFICATION_TYPE
from models.base.session import ActorSession
from models.certification.tables_parts import ApplicationMaterial
from models.messaging.tables import Message
from models.reference.tables import CodeItem, CodeSet, OrgQualificationType
from models.workflow.tables import WorkflowLog
from tests.factories.records import House
from tests.support.record_pages import Ask, SignIn

APPLICATION = "/admin/certification_application/"


def details(id_: int, table: str = "certification_application") -> str:
    return f"/admin/{table}/details/?id={id_}"


def part(page: str, id_: str) -> str:
    return page.partition(f'id="{id_}"')[2].partition("</section>")[0]


def headings(page: str) -> list[str]:
    """Return title, heading and last breadcrumb of a page."""
    found = re.search(
        r"<title>(.*?) · [^·]*</title>.*<li>([^<]*)</li>\s*</ol></nav>\s*<h1>([^<]*)", page, re.S
    )
    assert found
    return [each.strip() for each in found.groups()]


@pytest.fixture
def material(work: ActorSession, house: House) -> ApplicationMaterial:
    """Return a material of the own application, whose name is a code."""
    work.add(CodeSet(code="MATERIAL_TYPE", name="材料"))
    work.flush()
    work.add(CodeItem(set_code="MATERIAL_TYPE", code="residence_document", name="户籍证明"))
    made = ApplicationMaterial(
        application_id=house.own.application, material_code="residence_document"
    )
    work.add(made)
    work.commit()
    return made


def test_history_counts_the_parts_made_with_a_record(sign_in: SignIn, house: House) -> None:
    history = part(sign_in("confirm").get(details(house.own.application)).text, "history")
    assert re.search(r"<dt>申请人简历</dt>\s*<dd><ins>1 条</ins>", history)
    assert "application_resume" not in history
    assert "[{" not in history


def test_a_reveal_names_the_columns_that_were_shown(sign_in: SignIn, house: House) -> None:
    client = sign_in("confirm")
    token = client.token(details(house.own.application))
    fields = {"csrf_token": token, "id": str(house.own.application), "purpose": "核对身份"}
    assert client.http.post(f"{APPLICATION}reveal/", data=fields).status_code == 200
    seen = part(client.get(details(house.own.application)).text, "seen")
    assert "<dt>查看的项目</dt>" in seen
    assert "证件号码、" in seen
    assert "id_no" not in seen


def test_a_title_that_is_a_code_is_shown_by_its_name(
    sign_in: SignIn, material: ApplicationMaterial
) -> None:
    client = sign_in("confirm")
    for page in ("details", "edit"):
        text = client.get(f"/admin/application_material/{page}/?id={material.id}").text
        assert "户籍证明" in headings(text)[0]
        assert "户籍证明" in headings(text)[2]
        assert "residence_document" not in text.replace('value="residence_document"', "")
    rows = client.get("/admin/application_material/?cols=material_code").text
    assert 'aria-label="勾选 户籍证明"' in rows


def test_a_title_that_is_a_choice_is_shown_by_its_label(
    sign_in: SignIn, house: House, work: ActorSession
) -> None:
    offered = work.scalar(
        select(OrgQualificationType).where(OrgQualificationType.org_id == house.own.authority)
    )
    if offered is None:
        offered = OrgQualificationType(org_id=house.own.authority, qualification_type=4)
        work.add(offered)
        work.commit()
    page = sign_in("authority").get(details(offered.id, "org_qualification_type")).text
    label = QUALIFICATION_TYPE[str(offered.qualification_type)].zh
    assert headings(page) == [label] * 3


def test_the_state_history_speaks(sign_in: SignIn, house: House, work: ActorSession) -> None:
    log = WorkflowLog(
        machine="certification",
        entity_id=house.own.application,
        action="submit",
        from_state="draft",
        to_state="submitted",
        actor_role="system",
        org_id=house.own.authority,
        at=clock.now(),
    )
    work.add(log)
    work.commit()
    client = sign_in("authority")
    page = client.get(details(log.id, "workflow_log")).text
    assert headings(page) == ["提交"] * 3
    listed = client.get("/admin/workflow_log/?filter=machine:eq:certification").text
    for text in (page, listed):
        assert "教师资格认定申请" in text
        assert "网报成功，等待现场确认" in text
        assert ">系统<" in text or "系统</dd>" in text
    cells = re.findall(r"<td class=[^>]*>(.*?)</td>", listed)
    assert cells
    assert not {"submitted", "draft", "submit", "certification"} & set(cells)


def test_the_trail_speaks(sign_in: SignIn, house: House, work: ActorSession, ask: Ask) -> None:
    client = sign_in("centre")
    path = f"{APPLICATION}edit/?id={house.own.application}"
    assert sign_in("confirm").send(path, ethnic_code="02").status_code == 303
    row = ask(select(AuditLog.id).where(AuditLog.event.endswith("certification_application:edit")))
    page = client.get(details(row, "audit_log")).text
    assert headings(page) == ["教师资格认定申请·修改"] * 3
    assert "<dt>民族</dt>" in page
    assert "<del>汉族</del> <ins>蒙古族</ins>" in page
    assert "现场确认用户" in page
    listed = client.get("/admin/audit_log/?filter=entity:eq:certification_application").text
    assert "教师资格认定申请·修改" in listed
    assert "certification_application:edit" not in listed
    exported = client.get("/admin/audit_log/export/csv/").get_data(as_text=True)
    assert "教师资格认定申请·修改" in exported


def test_a_message_names_the_table_that_it_is_about(
    sign_in: SignIn, house: House, work: ActorSession
) -> None:
    message = Message(
        subject="补交材料",
        body="请补交。",
        org_id=house.own.authority,
        recipient_id=work.scalar(select(UserAccount.id).filter_by(username="authority")),
        entity="certification_application",
        entity_id=house.own.application,
    )
    work.add(message)
    work.commit()
    page = sign_in("authority").get(details(message.id, "message")).text
    assert re.search(r"<dt>对象类型</dt>\s*<dd>教师资格认定申请</dd>", page)


def test_many_actions_stand_in_one_line_the_rest_folded(sign_in: SignIn) -> None:
    page = sign_in("centre").get(APPLICATION).text
    bar = page.partition("data-batchbar")[2].partition("</form>")[0]
    line, _, folded = bar.partition("<details")
    if folded:
        assert 0 < line.count('name="action"') < 5
        assert "danger" not in line
    narrowed = sign_in("confirm").get(f"{APPLICATION}?filter=status:eq:submitted").text
    bar = narrowed.partition("data-batchbar")[2].partition("</form>")[0]
    line = bar.partition("<details")[0]
    assert re.findall(r'name="action" value="(\w+)"', line) == [
        "confirm",
        "mark_incomplete",
        "reject_confirmation",
    ]
