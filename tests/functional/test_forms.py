"""Forms: nothing is written that was not asked for, nothing is overwritten, faults are told in
words.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, inspect, select

from models import clock
from models.accounts.tables import UserAccount, UserRole
from models.accounts.tables_settings import SavedView
from models.audit.tables import AuditLog
from models.base.columns import meta
from models.base.session import ActorSession
from models.certification.tables import CertificationApplication
from models.certification.tables_parts import ApplicationMaterial
from models.messaging.tables import Notice
from models.people.tables import PersonCredential
from models.planning.tables import WorkPlan
from models.reference.tables import (
    CodeItem,
    MaterialRule,
    Org,
    OrgQualificationType,
    SubjectType,
)
from models.restriction.tables import RestrictionEntry
from tests.factories.records import House
from tests.support.forms import form_of
from tests.support.record_pages import Ask, SignIn
from views import GRIDS

EDITABLE = [grid for grid in GRIDS if grid.edit_view]
WINDOWS = {
    "apply_start": "2026-12-01",
    "apply_end": "2026-12-10",
    "confirm_start": "2026-12-05",
    "confirm_end": "2026-12-20",
    "decide_start": "2026-12-10",
    "decide_end": "2026-12-31",
}
PLAN = {"name": "2026年秋季", "year": "2026", "batch_no": "2", "kind": "cert"} | WINDOWS


def furnish(work: ActorSession, house: House) -> None:
    """Store a row of every table that has a form, with values that forms are known to damage."""
    application = work.get_one(CertificationApplication, house.own.application)
    work.add_all(
        [
            MaterialRule(material_code="photo"),
            SubjectType(subject_id=house.own.subject, qualification_type=3),
            OrgQualificationType(org_id=house.own.authority, qualification_type=3),
            ApplicationMaterial(application_id=application.id, material_code="photo"),
            PersonCredential(person_id=application.person_id, kind="putonghua", number="1"),
            Notice(
                org_id=house.province,
                kind="notice",
                title="通知",
                body="第一行\n第二行  \n",
                published_at=datetime(2026, 1, 2, 3, 4, 5, 678000, tzinfo=clock.SHANGHAI),
                target_scope="subtree",
            ),
            RestrictionEntry(
                id_type="A",
                id_no="E99999999",
                name="某人",
                type="exam_cheat",
                effective_from=date(2026, 1, 1),
                org_id=house.own.authority,
            ),
        ]
    )
    centre = work.scalars(select(UserAccount.id).where(UserAccount.username == "centre")).one()
    work.add(SavedView(user_id=centre, table_name="org", name="本区", query="q=%E7%94%B2"))
    item = work.scalars(select(CodeItem)).first()
    assert item is not None
    item.attrs = {"b": 1, "a": ["甲"]}
    plan = work.get_one(WorkPlan, house.own.plan)
    plan.apply_end -= timedelta(hours=9, minutes=30, seconds=15)
    plan.notice = " 前后有空格 \n\n"
    work.commit()


def newest(ask: Ask, model: Any) -> int | None:
    # The oldest role is the centre's own, which nobody may touch for himself.
    order = model.id.desc() if model is UserRole else model.id
    found: int | None = ask(select(model.id).order_by(order).limit(1))
    return found


@pytest.mark.parametrize("grid", EDITABLE, ids=lambda grid: grid.mapped.__tablename__)
def test_saving_an_untouched_form_writes_nothing(
    sign_in: SignIn, house: House, work: ActorSession, ask: Ask, grid: Any
) -> None:
    furnish(work, house)
    model = grid.mapped
    id_ = newest(ask, model)
    if id_ is None:
        pytest.fail(f"no row of {model.__tablename__} to save")
    client = sign_in("centre")
    path = f"/admin/{model.__tablename__}/edit/?id={id_}"
    logged = ask(select(func.count()).select_from(AuditLog))
    before = ask(select(model.version).where(model.id == id_))
    answer = client.send(path)
    assert answer.status_code == 303
    assert ask(select(model.version).where(model.id == id_)) == before
    assert ask(select(func.count()).select_from(AuditLog)) == logged


#: Columns of any table that nobody types: authors, times, states, secrets.
NOT_TYPED = (
    "id version created_by updated_by created_at updated_at status state password_hash sender_id"
    " sender_deleted recipient_deleted read_at read_count is_deleted path submitted_at confirmed_at"
    " confirmed_by reviewed_at reviewed_by checked_at checked_by verified_at verified_by apply_no"
    " certificate_no failed_count locked_until session_epoch"
)
KEPT = frozenset(NOT_TYPED.split())


def kept(column: Any) -> bool:
    """Say whether a column's declaration keeps it from forms."""
    info = meta(column)
    return info.machine or info.system or info.sensitive == "secret"


@pytest.mark.parametrize("grid", EDITABLE, ids=lambda grid: grid.mapped.__tablename__)
def test_no_form_holds_what_the_engine_or_the_session_keeps(
    sign_in: SignIn, house: House, work: ActorSession, ask: Ask, grid: Any
) -> None:
    furnish(work, house)
    model = grid.mapped
    form = sign_in("centre").form(f"/admin/{model.__tablename__}/edit/?id={newest(ask, model)}")
    assert not form.keys() & KEPT
    columns = inspect(model).columns
    declared = {name for name in form.keys() & columns.keys() if kept(columns[name])}
    assert not declared


@pytest.mark.parametrize(
    "grid", [g for g in GRIDS if g.create_view], ids=lambda g: g.mapped.__tablename__
)
def test_no_new_form_holds_what_the_engine_or_the_session_keeps(
    sign_in: SignIn, house: House, grid: Any
) -> None:
    form = sign_in("centre").form(f"/admin/{grid.mapped.__tablename__}/new/")
    assert not form.keys() & KEPT


def test_posted_values_of_kept_columns_are_ignored(sign_in: SignIn, house: House, ask: Ask) -> None:
    client = sign_in("authority")
    forged = {
        "id": "4711",
        "version": "99",
        "status": "archived",
        "org_id": str(house.other.authority),
        "created_by": "1",
    }
    assert client.send("/admin/work_plan/new/", **PLAN, **forged).status_code == 303
    plan = ask(select(WorkPlan).where(WorkPlan.name == PLAN["name"]))
    assert (plan.id != 4711, plan.version, plan.status) == (True, 1, "draft")
    assert plan.org_id == house.own.authority
    client.send(f"/admin/work_plan/edit/?id={plan.id}", name="改名", **forged)
    plan = ask(select(WorkPlan).where(WorkPlan.name == "改名"))
    assert (plan.version, plan.status, plan.org_id) == (2, "draft", house.own.authority)


def test_typed_days_are_a_half_open_window(sign_in: SignIn, house: House, ask: Ask) -> None:
    client = sign_in("authority")
    sent = PLAN | {"confirm_start__time": "09:00"}
    assert client.send("/admin/work_plan/new/", **sent).status_code == 303
    plan = ask(select(WorkPlan).where(WorkPlan.name == PLAN["name"]))
    assert plan.apply_end == clock.day_end(date(2026, 12, 10))
    assert plan.confirm_start.astimezone(clock.SHANGHAI).hour == 9
    form = client.form(f"/admin/work_plan/edit/?id={plan.id}")
    assert form["apply_end"] == ["2026-12-10"]
    assert (form["confirm_start"], form["confirm_start__time"]) == (["2026-12-05"], ["09:00"])
    later = {"confirm_start__time": "10:30", "apply_end__time": "17:00"}
    assert client.send(f"/admin/work_plan/edit/?id={plan.id}", **later).status_code == 303
    plan = ask(select(WorkPlan).where(WorkPlan.name == PLAN["name"]))
    assert plan.confirm_start.astimezone(clock.SHANGHAI).strftime("%d %H:%M") == "05 10:30"
    assert plan.apply_end.astimezone(clock.SHANGHAI).strftime("%d %H:%M") == "10 17:00"


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("apply_end", "2026-11-30"),
        ("confirm_start", "2026-11-30"),
        ("confirm_end", "2026-12-09"),
        ("decide_start", "2026-12-04"),
        ("decide_end", "2026-12-19"),
        ("year", "1066"),
        ("batch_no", "0"),
        ("year", "二零二六"),
        ("year", "²"),
        ("apply_start", "soon"),
        ("kind", "junk"),
        ("name", ""),
        ("name", "长" * 101),
    ],
)
def test_faults_stand_beside_their_field_and_nothing_is_saved(
    sign_in: SignIn, house: House, ask: Ask, field: str, wrong: str
) -> None:
    answer = sign_in("authority").send("/admin/work_plan/new/", **(PLAN | {field: wrong}))
    assert answer.status_code == 400
    assert f'id="{field}-wrong"' in answer.text
    assert f'href="#{field}"' in answer.text
    assert ask(select(func.count()).select_from(WorkPlan)) == 2


def test_a_duplicate_is_refused_in_a_sentence(sign_in: SignIn, house: House, ask: Ask) -> None:
    client = sign_in("authority")
    answer = client.send("/admin/work_plan/new/", **(PLAN | {"batch_no": "1"}))
    assert answer.status_code == 400
    assert "UNIQUE" not in answer.text
    assert "IntegrityError" not in answer.text
    assert "批次" in answer.text.partition('role="alert"')[2].partition("<form")[0]
    assert ask(select(func.count()).select_from(WorkPlan)) == 2


def test_a_stale_form_overwrites_nothing_and_shows_both(
    sign_in: SignIn, house: House, ask: Ask
) -> None:
    path = f"/admin/org/edit/?id={house.own.site}"
    slow, quick = sign_in("authority"), sign_in("authority")
    stale = slow.form(path)
    assert quick.send(path, phone="010-1", address="新址").status_code == 303
    mine = stale | {"phone": ["010-2"], "notice": ["带身份证"]}
    answer = slow.http.post(path, data=mine)
    assert answer.status_code == 409
    assert "010-1" in answer.text
    assert "010-2" in answer.text
    assert ask(select(Org.phone).where(Org.id == house.own.site)) == "010-1"
    chosen = form_of(answer.text)
    assert chosen["phone"] == ["010-1"]  # changed by both: theirs stands unless chosen otherwise
    assert chosen["address"] == ["新址"]  # changed by them alone
    assert chosen["notice"] == ["带身份证"]  # changed by me alone
    again = slow.http.post(path, data=chosen | {"phone": ["010-2"]})
    assert again.status_code == 303
    org = ask(select(Org).where(Org.id == house.own.site))
    assert (org.phone, org.address, org.notice) == ("010-2", "新址", "带身份证")


@pytest.mark.parametrize("version", ["", "0", "abc", "99999999999", "-1", "1;2"])
def test_a_junk_version_is_a_conflict(
    sign_in: SignIn, house: House, ask: Ask, version: str
) -> None:
    client = sign_in("authority")
    path = f"/admin/org/edit/?id={house.own.site}"
    answer = client.send(path, row_version=version, row_base="{[", phone="010-9")
    assert answer.status_code == 409
    assert ask(select(Org.phone).where(Org.id == house.own.site)) is None
