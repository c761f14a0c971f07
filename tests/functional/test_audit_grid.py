"""The audit log as a list: narrowed by what is asked of a trail, read by those who may, changed by
nobody.
"""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import Engine, select

from models import clock
from models.audit.recorder import record
from models.audit.tables import AuditLog
from models.base.actor import Actor, system_actor
from models.base.session import ActorSession
from tests.factories.records import House
from tests.support.lists import total
from tests.support.record_pages import Ask, SignIn, Staff
from views.base import wording

LOG = "/admin/audit_log/"
LIST = "/admin/certification_application/"


@pytest.fixture
def centre(sign_in: SignIn, house: House) -> Staff:
    """Return the centre's clerk after a day of others."""
    clerk, viewer = sign_in("authority"), sign_in("viewer")
    one = {"id": str(house.own.application), "purpose": "核对证件"}
    clerk.post(f"{LIST}reveal/", one, page="/admin/")
    clerk.send(f"{LIST}edit/?id={house.own.application}", zip_code="100001")
    fields = {"action": "reject_confirmation", "rowid": str(house.own.application)}
    batch = clerk.post(f"{LIST}action/", fields, page="/admin/").location
    clerk.post(f"{batch}commit", {"input_reason": "材料不符"}, page="/admin/")
    viewer.get("/admin/user_account/")
    return sign_in("centre")


@pytest.mark.parametrize(
    ("conditions", "count"),
    [
        ("filter=act:eq:reveal", 1),
        ("filter=act:in:reveal,reject_confirmation", 2),
        ("filter=act:eq:sign_in", 3),
        ("filter=act:eq:sign_in&filter=at:eq:today", 3),
        ("filter=act:eq:sign_in&filter=at:ge:tomorrow", 0),
        ("filter=act:eq:reveal&filter=entity:eq:certification_application", 1),
        ("filter=act:eq:reveal&filter=entity:eq:person", 0),
        ("filter=username:eq:viewer", 2),
        ("filter=role:eq:info_viewer", 2),
        ("filter=result:eq:refused", 1),
        ("filter=act:eq:sign_in&filter=ip:eq:127.0.0.1", 3),
        ("filter=ip:eq:10.9.9.9", 0),
        ("filter=batch_id:eq:1", 1),
        ("filter=event:prefix:certification:certification_application:re", 2),
    ],
)
def test_the_trail_is_narrowed(centre: Staff, conditions: str, count: int) -> None:
    page = centre.get(f"{LOG}?{conditions}")
    assert page.status_code == 200
    assert total(page.text) == count


def test_conditions_and_rows_are_in_words(centre: Staff) -> None:
    page = centre.get(f"{LOG}?filter=act:eq:reveal").text
    assert "操作 等于 查看个人信息" in page
    assert "教师资格认定申请·查看个人信息" in page
    chosen = centre.get(f"{LOG}?filter=act:ne:create&cols=act,at").text
    assert "现场确认不通过" in chosen or "确认不通过" in chosen
    for raw in ("reject_confirmation", "sign_in"):
        assert f">{raw}<" not in chosen
    offered = centre.get(f"{LOG}?add=act").text
    assert re.search(r'value="reveal"[^>]*><label[^>]*>查看个人信息', offered)
    event = "accounts:user_account:sign_in"
    assert "用户账号·登录" in centre.get(f"{LOG}?filter=event:eq:{event}").text


def test_every_act_that_was_told_can_be_asked_for(
    centre: Staff, ask: Ask, work: ActorSession
) -> None:
    assert centre
    told = {event.rpartition(":")[2] for event in work.scalars(select(AuditLog.event).distinct())}
    work.rollback()
    assert told <= wording.acts().keys()


def test_an_entry_shows_its_changes_in_words_and_leads_to_record_and_batch(
    centre: Staff, house: House, ask: Ask
) -> None:
    def page(act: str) -> str:
        id_ = ask(
            select(AuditLog.id)
            .where(AuditLog.event.endswith(f":{act}"))
            .order_by(AuditLog.id.desc())
            .limit(1)
        )
        return centre.get(f"{LOG}details/?id={id_}").text

    edit, batch = page("edit"), page("reject_confirmation")
    assert "<dt>邮政编码</dt>" in edit
    assert "<ins>100001</ins>" in edit
    assert re.search(rf'href="{LIST}details/\?id={house.own.application}["&]', edit)
    assert 'href="/admin/batch/1/"' in batch
    assert "材料不符" in batch
    assert centre.get("/admin/batch/1/").status_code == 200


def test_a_record_leads_to_all_its_entries(centre: Staff, house: House, sign_in: SignIn) -> None:
    page = centre.get(f"{LIST}details/?id={house.own.application}").text
    link = re.search(r'href="(/admin/audit_log/[^"]*entity_id[^"]*)"', page)
    assert link
    assert total(centre.get(link[1].replace("&amp;", "&")).text) == 4
    assert (
        "/admin/audit_log/"
        not in sign_in("authority").get(f"{LIST}details/?id={house.own.application}").text
    )


def test_taking_the_trail_away_is_told_too(centre: Staff, ask: Ask) -> None:
    assert centre.get(f"{LOG}export/csv/?filter=act:eq:reveal").status_code == 200
    latest = select(AuditLog.event).order_by(AuditLog.id.desc()).limit(1)
    assert ask(latest) == "audit:audit_log:export"


@pytest.mark.one_database("sqlite")
def test_no_route_makes_changes_or_removes_an_entry(app: Flask) -> None:
    rules = [r for r in app.url_map.iter_rules() if r.endpoint.startswith("audit_log.")]
    pages = {rule.endpoint.partition(".")[2] for rule in rules}
    assert pages == {
        "index_view", "search_view", "details_view", "export", "choose_view", "lookup_view",
        "reveal_view", "action_view", "print_view", "print_record_view", "builder_view",
        "rule_view", "choices_view", "arrange_view", "views_view",
    }  # fmt: skip


def test_the_pages_that_take_a_post_change_no_entry(centre: Staff, ask: Ask) -> None:
    first = ask(select(AuditLog.id).order_by(AuditLog.id).limit(1))
    before = ask(select(AuditLog.changes).where(AuditLog.id == first))
    for path, fields in (
        ("action/", {"action": "delete", "rowid": str(first)}),
        ("edit/", {"id": str(first), "event": "x:y:z"}),
        ("delete/", {"id": str(first)}),
        ("new/", {"event": "x:y:z"}),
        ("ajax/update/", {"list_form_pk": str(first), "event": "x:y:z"}),
    ):
        assert centre.post(f"{LOG}{path}", fields, page="/admin/").status_code in (400, 404, 405)
    assert ask(select(AuditLog.changes).where(AuditLog.id == first)) == before
    assert ask(select(AuditLog.id).where(AuditLog.event == "x:y:z")) is None


@pytest.mark.one_database("postgresql")
def test_a_large_trail_is_read_by_its_indexes(engine: Engine) -> None:
    """Each condition of the list reaches its rows without reading the table."""
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO audit_log (at, event, entity, entity_id, username, role, ip, result)"
            " SELECT now() - n * interval '1 minute', 'certification:certificate:'"
            " || (ARRAY['edit', 'export', 'create'])[1 + mod(n, 3)], 'certificate', n,"
            " 'u' || mod(n, 500), 'authority', '10.0.' || mod(n, 250) || '.' || mod(n, 200),"
            " CASE WHEN mod(n, 5000) = 0 THEN 'refused' ELSE 'ok' END"
            " FROM generate_series(1, 60000) n"
        )
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE audit_log")
        for condition in (
            "event IN ('certification:certificate:reveal', 'accounts:user_account:sign_in')",
            "result = 'refused'",
            "ip = '10.0.7.7'",
            "entity = 'certificate' AND entity_id = 77",
            "whole = 'certificate' AND whole_id = 77",
            "user_id = 3",
            "at >= now() - interval '1 hour'",
        ):
            plan = "\n".join(
                row[0]
                for row in connection.exec_driver_sql(
                    f"EXPLAIN SELECT id FROM audit_log WHERE {condition} ORDER BY at DESC LIMIT 51"
                )
            )
            assert "Seq Scan" not in plan, (condition, plan)


def test_an_office_reads_the_trail_of_its_branch_alone(
    engine: Engine, house: House, sign_in: SignIn
) -> None:
    with ActorSession(bind=engine) as work, clock.held(clock.now()):
        work.act_as(system_actor("test"))
        for org in (house.own.authority, house.other.authority):
            record(work, "test:thing:here", org_id=org)
        work.commit()
    admin = Actor(
        "a", grants=frozenset({"audit:*"}), org_id=house.own.authority, is_leaf=True,
    )  # fmt: skip
    with ActorSession(bind=engine) as own:
        own.act_as(admin)
        found = own.scalars(select(AuditLog.org_id).where(AuditLog.event == "test:thing:here"))
        assert found.all() == [house.own.authority]
    assert sign_in("authority").get(LOG).status_code == 403
