"""What the trail holds of requests: every act once, and every refusal of a signed-in user."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

import views
from models.accounts.permissions import GRANTS
from models.audit.tables import AuditLog
from models.base.actor import Actor
from models.base.engine import reading
from models.base.session import ActorSession
from tests.factories.records import PASSWORD, House
from tests.support.http import Client
from tests.support.record_pages import SignIn, Staff
from views.base.access import ACTS

LIST = "/admin/certification_application/"
Rows = Callable[[], list[AuditLog]]
Told = tuple[str, str, int | None]


@pytest.fixture
def news(work: ActorSession, house: House) -> Rows:
    """Return a function that returns what the trail got since it was asked last."""
    assert house
    seen = 0

    def since() -> list[AuditLog]:
        nonlocal seen
        with reading():
            rows = list(
                work.scalars(select(AuditLog).where(AuditLog.id > seen).order_by(AuditLog.id))
            )
        work.expunge_all()
        work.rollback()
        seen = rows[-1].id if rows else seen
        return rows

    since()
    return since


@pytest.fixture
def told(news: Rows) -> Callable[[], list[Told]]:
    """Return a function that returns event, result and record of the latest rows."""
    return lambda: [(row.event, row.result, row.entity_id) for row in news()]


def closed_pages(app: Flask, grants: frozenset[str]) -> Iterator[tuple[str, str, str]]:
    """Yield method, address and event of every page of a grid that a role may not open."""
    actor = Actor("x", grants=grants)
    grids = {declared.mapped.__tablename__: declared for declared in views.GRIDS}
    for rule in app.url_map.iter_rules():
        table, _, page = rule.endpoint.partition(".")
        acts = ACTS.get(page, ()) if table in grids else ()
        area = grids[table].mapped.__area__ if table in grids else ""
        if acts and not any(actor.can(f"{area}:{table}:{act}") for act in acts):
            method = "GET" if "GET" in (rule.methods or ()) else "POST"
            address = rule.rule.replace("<export_type>", "csv").replace("<field>", "id")
            yield method, address, f"{area}:{table}:{acts[0]}"


@pytest.mark.parametrize("role", ["viewer", "confirm"])
def test_every_page_that_is_closed_to_a_role_tells_who_asked(
    app: Flask, sign_in: SignIn, news: Rows, role: str
) -> None:
    staff = sign_in(role)
    token = staff.token("/admin/")
    news()
    code = {"viewer": "info_viewer"}.get(role, role)
    pages = list(closed_pages(app, GRANTS[code]))
    assert len(pages) > 50
    wrong = []
    for method, address, event in pages:
        answer = staff.http.open(
            f"{address}?id=7", method=method, data={"csrf_token": token} if method == "POST" else {}
        )
        rows = [(row.event, row.result, row.entity_id, row.role, row.ip) for row in news()]
        if answer.status_code != 403 or rows != [(event, "refused", 7, code, "127.0.0.1")]:
            wrong.append((address, answer.status_code, rows))
    assert wrong == []


def test_a_refusal_says_who_why_and_under_which_number(sign_in: SignIn, news: Rows) -> None:
    viewer = sign_in("viewer")
    news()
    answer = viewer.get("/admin/user_account/")
    (row,) = news()
    assert (row.username, row.role, row.org_id is not None) == ("viewer", "info_viewer", True)
    assert row.request_id == answer.headers["X-Request-ID"]
    assert "当前角色没有此项权限" in (row.reason or "")
    assert row.changes == {"page": [None, "GET /admin/user_account/"]}


def test_a_record_of_another_office_is_told_and_one_that_never_was_is_not(
    sign_in: SignIn, house: House, told: Callable[[], list[Told]]
) -> None:
    clerk = sign_in("authority")
    told()
    foreign = house.other.application
    for page, act in (("details", "view"), ("edit", "edit")):
        assert clerk.get(f"{LIST}{page}/?id={foreign}").status_code == 404
        assert told() == [(f"certification:certification_application:{act}", "refused", foreign)]
    assert clerk.get(f"{LIST}details/?id=987654").status_code == 404
    assert clerk.get("/admin/nothing/").status_code == 404
    assert told() == []


def test_a_form_without_its_token_is_told_of_signed_in_users(
    client: Client, sign_in: SignIn, house: House, news: Rows
) -> None:
    clerk = sign_in("authority")
    news()
    edit = f"{LIST}edit/?id={house.own.application}"
    assert clerk.http.post(edit, data={"name": "x"}).status_code == 400
    assert client.http.post(edit, data={"name": "x"}).status_code == 400
    (row,) = news()
    assert (row.event, row.result) == ("certification:certification_application:edit", "refused")
    assert (row.entity_id, row.username) == (house.own.application, "authority")
    assert "表单" in (row.reason or "")


def test_a_form_of_ones_own_account_without_its_token_is_told(sign_in: SignIn, news: Rows) -> None:
    clerk = sign_in("authority")
    news()
    for path, act in (
        ("/admin/me/password/", "change_password"),
        ("/admin/me/devices/end-others", "end_other_sessions"),
        ("/role", "switch_role"),
        ("/logout", "sign_out"),
    ):
        assert clerk.http.post(path).status_code == 400
        (row,) = news()
        assert (row.event, row.result) == (f"accounts:user_account:{act}", "refused")
        assert row.entity_id == row.user_id


def test_a_mistake_in_a_form_is_no_refusal(
    sign_in: SignIn, house: House, told: Callable[[], list[Told]]
) -> None:
    clerk = sign_in("authority")
    told()
    path = f"{LIST}edit/?id={house.own.application}"
    assert clerk.send(path, mobile="12").status_code == 400
    assert clerk.get(f"{LIST}?filter=status:eq:nonsense").status_code == 400
    assert told() == []


def test_refused_writes_are_told_once_with_their_reason(
    sign_in: SignIn, house: House, news: Rows
) -> None:
    clerk = sign_in("authority")
    news()
    edit = f"{LIST}edit/?id={house.own.application}"
    stale = clerk.form(edit) | {"row_version": ["0"], "address": ["北京市东城区某胡同二号"]}
    resume = {"id": str(house.own.resume), "row_version": "99", "sure": "1"}
    for status, path, fields, event in (
        (409, edit, stale, "certification:certification_application:edit"),
        (
            409,
            "/admin/application_resume/delete/",
            resume,
            "certification:application_resume:delete",
        ),
        (
            400,
            f"{LIST}action/",
            {"action": "approve"},
            "certification:certification_application:approve",
        ),
        (400, f"{LIST}action/", {"action": "burn"}, "certification:certification_application:act"),
        (404, "/role", {"user_role": "999999"}, "accounts:user_account:switch_role"),
    ):
        assert clerk.post(path, fields, page="/admin/").status_code == status, event
        (row,) = news()
        assert (row.event, row.result) == (event, "refused")
        assert row.reason


def test_a_batch_beyond_the_rights_is_told_with_its_action(
    sign_in: SignIn, house: House, news: Rows
) -> None:
    site = sign_in("confirm")
    news()
    fields = {"action": "approve", "rowid": str(house.own.application)}
    assert site.post(f"{LIST}action/", fields, page="/admin/").status_code == 403
    (row,) = news()
    assert row.event == "certification:certification_application:approve"
    assert (row.result, row.entity_id) == ("refused", house.own.application)


def test_another_users_batch_is_told_with_its_number(
    sign_in: SignIn, house: House, news: Rows
) -> None:
    clerk, neighbour = sign_in("authority"), sign_in("neighbour")
    fields = {"action": "mark_incomplete", "rowid": str(house.own.application)}
    batch = int(clerk.post(f"{LIST}action/", fields, page="/admin/").location.split("/")[-2])
    news()
    for path, method, event in (
        ("", "GET", "batch:batch:view"),
        ("commit", "POST", "certification:certification_application:mark_incomplete"),
        ("cancel", "POST", "batch:batch:cancel"),
        ("rows.xlsx", "GET", "batch:batch:export"),
    ):
        address = f"/admin/batch/{batch}/{path}"
        ask = neighbour.get if method == "GET" else neighbour.post
        assert ask(address).status_code == 404
        (row,) = news()
        assert (row.event, row.result, row.batch_id) == (event, "refused", batch)


def test_a_refusal_stays_a_refusal_when_the_trail_cannot_be_written(
    sign_in: SignIn, told: Callable[[], list[Told]], monkeypatch: pytest.MonkeyPatch
) -> None:
    viewer = sign_in("viewer")
    told()

    def broken(*_args: Any, **_options: Any) -> None:
        raise OperationalError("INSERT", {}, Exception("disk full"))

    monkeypatch.setattr("admin_app.refusals.record", broken)
    assert viewer.get("/admin/user_account/").status_code == 403
    assert told() == []


def test_every_act_of_a_working_day_is_told(
    app: Flask, house: House, told: Callable[[], list[Told]]
) -> None:
    clerk = Staff(app.test_client())
    account, application = "accounts:user_account", "certification:certification_application"
    clerk.login("authority", "wrong")
    assert [row[:2] for row in told()] == [(f"{account}:sign_in", "refused")]
    clerk.login("authority", PASSWORD)
    assert [row[:2] for row in told()] == [(f"{account}:sign_in", "ok")]

    id_ = house.own.application
    one = {"id": str(id_), "purpose": "核对证件"}
    clerk.get(f"{LIST}details/?id={id_}")
    clerk.get(f"{LIST}edit/?id={id_}")
    assert told() == []
    clerk.post(f"{LIST}reveal/", one, page="/admin/")
    assert told() == [(f"{application}:reveal", "ok", id_)]
    clerk.get(f"{LIST}export/csv/")
    assert told() == [(f"{application}:export", "ok", None)]
    clerk.send(f"{LIST}edit/?id={id_}", address="北京市东城区某胡同二号")
    assert told() == [(f"{application}:edit", "ok", id_)]
    clerk.send(
        f"/admin/application_resume/new/?application_id={id_}",
        unit="第二中学",
        start_month="2014-09-01",
    )
    ((event, result, part),) = told()
    assert (event, result) == ("certification:application_resume:create", "ok")
    gone = {"id": str(part), "row_version": "1", "sure": "1"}
    clerk.post("/admin/application_resume/delete/", gone, page="/admin/")
    assert told() == [("certification:application_resume:delete", "ok", part)]
    pinned = clerk.post(
        f"{LIST}action/", {"action": "reject_confirmation", "rowid": str(id_)}, page="/admin/"
    )
    assert told() == []
    clerk.post(f"{pinned.location}commit", {"input_reason": "材料不符"}, page="/admin/")
    assert told() == [(f"{application}:reject_confirmation", "ok", id_)]
    clerk.get(f"{pinned.location}rows.xlsx")
    assert [row[:2] for row in told()] == [("batch:batch:export", "ok")]
    clerk.post("/logout", page="/admin/")
    assert [row[:2] for row in told()] == [(f"{account}:sign_out", "ok")]
