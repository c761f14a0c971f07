"""The history of a record on its page: its changes and its parts' in words, and who saw it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import inspect, select

import views
from models import clock
from models.accounts.tables import UserAccount
from models.audit.recorder import record as record_
from models.audit.tables import AuditLog
from models.base.columns import meta
from models.base.session import ActorSession
from models.certification.tables import CertificationApplication
from tests.factories.records import House
from tests.support.record_pages import SignIn, Staff
from views.base.request import session as request_session
from views.base.reveal import keep_print

LIST = "/admin/certification_application/"
PURPOSE = "核对证件原件"


def part(page: str, anchor: str) -> str:
    """Return one section of a page, empty where there is none."""
    found = re.search(rf'<section[^>]*id="{anchor}".*?</section>', page, re.DOTALL)
    return found[0] if found else ""


@pytest.fixture
def page_of(sign_in: SignIn, house: House) -> Callable[[str], str]:
    """Return a function that returns a user's page of the application."""
    return lambda user: sign_in(user).get(f"{LIST}details/?id={house.own.application}").text


def test_parts_are_told_among_the_changes_of_their_record(sign_in: SignIn, house: House) -> None:
    clerk = sign_in("authority")
    id_ = house.own.application
    new = f"/admin/application_resume/new/?application_id={id_}"
    clerk.send(new, unit="第二中学", start_month="2014-09-01")
    clerk.send(f"/admin/application_resume/edit/?id={house.own.resume}", position="班主任")
    gone = {"id": str(house.own.resume), "row_version": "2", "sure": "1"}
    assert clerk.post("/admin/application_resume/delete/", gone, page="/admin/").status_code == 303
    told = part(clerk.get(f"{LIST}details/?id={id_}").text, "history")
    assert told.count('<span class="tag">申请人简历</span>') == 3
    assert "<ins>第二中学</ins>" in told
    assert "<ins>班主任</ins>" in told
    assert "<del>第一中学</del>" in told
    assert f"/admin/application_resume/details/?id={house.own.resume}" not in told
    assert "恢复这些值" in told  # of the application as it was entered, not of its parts


def test_masked_values_are_told_as_changed_and_no_more(sign_in: SignIn, house: House) -> None:
    clerk = sign_in("authority")
    clerk.send(f"{LIST}edit/?id={house.own.application}", mobile="13911112222")
    told = part(clerk.get(f"{LIST}details/?id={house.own.application}").text, "history")
    assert "<dt>手机号码</dt>" in told
    assert "已修改（内容遮盖）" in told
    assert "已填写（内容遮盖）" in told  # when it was entered
    assert "***" not in told


def test_seeing_is_no_change_and_stands_apart(
    page_of: Callable[[str], str], sign_in: SignIn, house: House
) -> None:
    site = sign_in("confirm")
    fields = {"id": str(house.own.application), "purpose": PURPOSE}
    site.post(f"{LIST}reveal/", fields, page="/admin/")
    page = page_of("authority")
    assert PURPOSE not in part(page, "history")
    seen = part(page, "seen")
    assert PURPOSE in seen
    assert "confirm 先生" in seen
    assert "现场确认用户" in seen
    for user, sees in (("confirm", True), ("centre", True), ("viewer", False)):
        assert (PURPOSE in page_of(user)) is sees, user


def test_nobody_has_seen_is_said_and_tables_without_personal_data_say_nothing(
    page_of: Callable[[str], str], sign_in: SignIn, house: House
) -> None:
    assert "尚无人查看" in part(page_of("authority"), "seen")
    plan = sign_in("authority").get(f"/admin/work_plan/details/?id={house.own.plan}").text
    assert part(plan, "history")
    assert not part(plan, "seen")


def test_a_print_is_told_and_counts_as_seeing(
    app: Flask, sign_in: SignIn, house: House, page_of: Callable[[str], str]
) -> None:
    with app.test_request_context():
        work = request_session()
        work.act_as(clerk_of(work))
        printed = work.get_one(CertificationApplication, house.own.application)
        keep_print(CertificationApplication, printed, fields=["id_no"], purpose=PURPOSE)
        keep_print(CertificationApplication, rows=3)
    seen = part(page_of("authority"), "seen")
    assert "打印" in seen
    assert PURPOSE in seen
    log = sign_in("centre").get("/admin/audit_log/?filter=act:eq:print").text
    assert log.count("打印") >= 2


def clerk_of(work: ActorSession) -> Any:
    from models.accounts.queries import actor_for, roles_of

    options = {"unscoped": "test"}
    wanted = select(UserAccount).where(UserAccount.username == "authority")
    with ActorSession(bind=work.get_bind()) as own:
        from models.base.actor import system_actor

        own.act_as(system_actor("test"))
        account = own.scalars(wanted, execution_options=options).one()
        return actor_for(own, account.id, roles_of(own, account.id)[0])


def test_a_long_history_is_paged(sign_in: SignIn, house: House, work: ActorSession) -> None:
    id_, start = house.own.application, clock.now()
    for number in range(120):
        with clock.held(start + timedelta(minutes=number // 2)):  # two at the same instant
            record_(
                work,
                "certification:certification_application:edit",
                entity="certification_application",
                entity_id=id_,
                changes={"address": [None, f"第{number}次"]},
            )
    work.commit()
    clerk, path, found = sign_in("authority"), f"{LIST}details/?id={id_}", []
    for _page in range(3):
        told = part(clerk.get(path).text, "history")
        found += re.findall(r"第(\d+)次", told)
        further = re.search(r'href="([^"]*changes=[^"]*)"', told)
        path = further[1].replace("&amp;", "&").partition("#")[0] if further else ""
    assert found == [str(number) for number in reversed(range(120))]
    assert not path
    assert "回到最新" in told


@pytest.mark.parametrize("place", ["abc", "-1", "99999999999", "0", "²"])
def test_junk_places_are_no_fault(sign_in: SignIn, house: House, place: str) -> None:
    path = f"{LIST}details/?id={house.own.application}"
    for name in ("changes", "course", "seen"):
        assert sign_in("authority").get(f"{path}&{name}={place}").status_code == 200


def test_a_refused_request_is_no_history(sign_in: SignIn, house: House) -> None:
    id_ = house.own.application
    assert sign_in("neighbour").get(f"{LIST}edit/?id={id_}").status_code == 404
    told = part(sign_in("authority").get(f"{LIST}details/?id={id_}").text, "history")
    assert "neighbour" not in told


def test_a_batch_is_a_link_only_for_whoever_may_open_it(sign_in: SignIn, house: House) -> None:
    clerk, site = sign_in("authority"), sign_in("confirm")
    fields = {"action": "reject_confirmation", "rowid": str(house.own.application)}
    batch = clerk.post(f"{LIST}action/", fields, page="/admin/").location
    clerk.post(f"{batch}commit", {"input_reason": "材料不符"}, page="/admin/")
    for staff, linked in ((clerk, True), (site, False)):
        page = staff.get(f"{LIST}details/?id={house.own.application}").text
        for anchor in ("history", "course"):
            assert (f'href="{batch}"' in part(page, anchor)) is linked
            assert "材料不符" in part(page, anchor)


@pytest.mark.template("demo")
@pytest.mark.one_database("sqlite")
def test_every_table_tells_its_changes_by_the_names_of_its_columns(
    app: Flask, work: ActorSession
) -> None:
    centre = Staff(app.test_client())
    assert centre.login("sysadmin").status_code == 303
    wrong, looked_at = [], 0
    for declared in views.GRIDS:
        model = declared.mapped
        id_ = work.scalar(select(model.id).order_by(model.id).limit(1))
        if declared.details_view is None or id_ is None or model is AuditLog:
            continue
        columns = {n: c for n, c in inspect(model).columns.items() if not meta(c).system}
        labels = {name: meta(c).label.zh for name, c in columns.items()}
        told_of = [name for name, column in columns.items() if meta(column).sensitive != "secret"]
        changes = {name: ["前值", "后值"] for name in told_of}
        event = f"{model.__area__}:{model.__tablename__}:edit"
        record_(work, event, entity=model.__tablename__, entity_id=id_, changes=changes)
        work.commit()
        answer = centre.get(f"/admin/{model.__tablename__}/details/?id={id_}")
        told = part(answer.text, "history")
        looked_at += 1
        wrong += [
            (model.__tablename__, name)
            for name in changes
            if answer.status_code != 200 or f"<dt>{labels[name]}</dt>" not in told
        ]
    assert looked_at > 15
    assert wrong == []
