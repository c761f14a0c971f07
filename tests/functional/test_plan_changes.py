"""Changing a plan in which people have applied: lengthened freely, shortened only knowingly."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from models import clock
from models.audit.tables import AuditLog
from models.base.session import ActorSession
from models.certification.tables import CertificationApplication
from models.planning.tables import SiteArrangement, WorkPlan
from tests.factories.records import House
from tests.support.record_pages import Ask, SignIn

DAY = timedelta(days=1)
WINDOWS = ("apply", "confirm", "decide")
TICK = {"confirm_shortening": "1"}
REASON = {"change_reason": "上级要求提前结束"}
BY_THE_CLERK = (AuditLog.event == "planning:work_plan:edit", AuditLog.username == "authority")


def noon(days: int) -> datetime:
    """Return noon of a day counted from today."""
    return clock.day_start(clock.today() + days * DAY) + timedelta(hours=12)


def on(days: int) -> str:
    """Return a day counted from today as it is typed."""
    return (clock.today() + days * DAY).isoformat()


def edit(house: House) -> str:
    return f"/admin/work_plan/edit/?id={house.own.plan}"


@pytest.fixture
def version(work: ActorSession, house: House) -> int:
    """Widen the plan's windows to ten days each way, its one application was handled today;
    return the plan's version.
    """
    plan = work.get_one(WorkPlan, house.own.plan)
    for name in WINDOWS:
        setattr(plan, f"{name}_start", clock.day_start(clock.today() - 10 * DAY))
        setattr(plan, f"{name}_end", clock.day_end(clock.today() + 10 * DAY))
    marks = {"submitted_at": noon(0), "confirmed_at": noon(0), "reviewed_at": noon(0)}
    work.execute(
        update(CertificationApplication)
        .where(CertificationApplication.id == house.own.application)
        .values(status="approved_unnumbered", **marks),
        execution_options={"unscoped": "test"},
    )
    work.flush()
    version = plan.version
    work.commit()
    return version


#: What is typed for a window so that the others still stand in order, cutting today off.
LATE_START = {
    "apply": {f"{name}_start": 1 for name in WINDOWS},
    "confirm": {"confirm_start": 1, "decide_start": 1},
    "decide": {"decide_start": 1},
}
EARLY_END = {
    "apply": {"apply_end": -1},
    "confirm": {"apply_end": -1, "confirm_end": -1},
    "decide": {f"{name}_end": -1 for name in WINDOWS},
}


@pytest.mark.parametrize("edge", ["start", "end"])
@pytest.mark.parametrize("window", WINDOWS)
def test_a_window_is_not_shortened_past_what_was_done_in_it(
    sign_in: SignIn, house: House, version: int, ask: Ask, window: str, edge: str
) -> None:
    days = (LATE_START if edge == "start" else EARLY_END)[window]
    typed = {name: on(day) for name, day in days.items()}
    client = sign_in("authority")
    answer = client.send(edit(house), **typed)
    assert answer.status_code == 400
    for name in days:
        assert f'id="{name}-wrong"' in answer.text
    assert "有 1 项申请的" in answer.text
    assert "请勾选" in answer.text
    stored = ask(select(WorkPlan).where(WorkPlan.id == house.own.plan))
    assert stored.version == version
    silent = client.send(edit(house), **typed, **TICK)
    assert silent.status_code == 400
    assert "请填写修改原因" in silent.text
    assert client.send(edit(house), **typed, **TICK, **REASON).status_code == 303
    column = getattr(WorkPlan, f"{window}_{edge}")
    moved = ask(select(column).where(WorkPlan.id == house.own.plan))
    expected = clock.day_start if edge == "start" else clock.day_end
    assert moved == expected(date.fromisoformat(typed[f"{window}_{edge}"]))
    kept = ask(select(AuditLog).where(*BY_THE_CLERK))
    assert kept.reason == REASON["change_reason"]
    assert set(days) <= set(kept.changes)


def test_lengthening_and_shortening_where_nothing_happened_ask_nothing(
    sign_in: SignIn, house: House, version: int, ask: Ask
) -> None:
    client = sign_in("authority")
    longer = {"apply_start": on(-20), "decide_end": on(40), "confirm_end": on(30)}
    assert client.send(edit(house), **longer).status_code == 303
    shorter = {"apply_start": on(0), "confirm_start": on(0), "decide_start": on(0)}
    shorter |= {"apply_end": on(0), "confirm_end": on(0), "decide_end": on(0)}
    assert client.send(edit(house), **shorter).status_code == 303
    edits = select(func.count()).where(*BY_THE_CLERK)
    assert ask(edits) == 2
    assert ask(edits.where(AuditLog.reason.is_not(None))) == 0


def test_what_lay_outside_before_keeps_nobody_from_shortening(
    sign_in: SignIn, house: House, version: int, work: ActorSession
) -> None:
    work.get_one(CertificationApplication, house.own.application).confirmed_at = noon(15)
    work.commit()
    shorter = {"apply_end": on(5), "confirm_end": on(5)}
    assert sign_in("authority").send(edit(house), **shorter).status_code == 303


@pytest.mark.parametrize("confirmed", [{}, TICK | REASON])
@pytest.mark.parametrize(
    ("typed", "field", "sentence"),
    [
        ({"confirm_start": 3, "decide_start": 3}, "confirm_start", "开始更早"),
        ({"apply_end": 4, "confirm_end": 4}, "confirm_end", "结束更晚"),
    ],
)
def test_a_site_outside_the_plan_is_always_refused_by_name(
    sign_in: SignIn,
    house: House,
    work: ActorSession,
    ask: Ask,
    typed: dict[str, int],
    field: str,
    sentence: str,
    confirmed: dict[str, str],
) -> None:
    site = work.get_one(SiteArrangement, house.own.second_arrangement)
    site.confirm_start, site.confirm_end = noon(2), noon(6)
    work.commit()
    stored = select(WorkPlan.version).where(WorkPlan.id == house.own.plan)
    version = ask(stored)
    typed_days = {name: on(day) for name, day in typed.items()}
    answer = sign_in("authority").send(edit(house), **typed_days, **confirmed)
    assert answer.status_code == 400
    assert f'id="{field}-wrong"' in answer.text
    assert f"“甲区第二确认点”的确认{sentence}" in answer.text
    assert ask(stored) == version


@pytest.mark.parametrize("status", ["draft", "published"])
def test_what_numbers_name_is_fixed_once_there_are_applications(
    sign_in: SignIn, house: House, work: ActorSession, ask: Ask, status: str
) -> None:
    work.get_one(WorkPlan, house.own.plan).status = status
    work.commit()
    client = sign_in("centre")
    page = client.get(edit(house)).text
    assert "已有申请" in page
    forged = {"year": "2030", "batch_no": "9", "kind": "reg", "org_id": str(house.other.authority)}
    assert not client.form(edit(house)).keys() & forged.keys()
    assert client.send(edit(house), name="改名", **forged).status_code == 303
    plan = ask(select(WorkPlan).where(WorkPlan.id == house.own.plan))
    assert (plan.name, plan.year, plan.batch_no) == ("改名", 2026, 1)
    assert (plan.kind, plan.org_id) == ("cert", house.own.authority)


@pytest.mark.parametrize("status", ["draft", "published"])
def test_what_numbers_name_is_fixed_once_the_plan_is_published(
    sign_in: SignIn, house: House, work: ActorSession, status: str
) -> None:
    plan = WorkPlan(
        **{name: getattr(work.get_one(WorkPlan, house.own.plan), name) for name in WINDOW_COLUMNS},
        name="无人报名",
        org_id=house.own.authority,
        year=2026,
        batch_no=7,
        status=status,
    )
    work.add(plan)
    work.flush()
    path = f"/admin/work_plan/edit/?id={plan.id}"
    work.commit()
    form = sign_in("centre").form(path)
    settled = {"kind", "year", "batch_no", "org_id"}
    assert form.keys() & settled == (settled if status == "draft" else set())
    assert "confirm_shortening" not in form


WINDOW_COLUMNS = tuple(f"{name}_{edge}" for name in WINDOWS for edge in ("start", "end"))


@pytest.mark.parametrize("status", ["closed", "archived"])
def test_of_a_plan_that_is_over_only_the_notice_changes(
    sign_in: SignIn, house: House, work: ActorSession, ask: Ask, status: str
) -> None:
    work.get_one(WorkPlan, house.own.plan).status = status
    work.commit()
    client = sign_in("authority")
    form = client.form(edit(house))
    columns = set(form) & {column.key for column in WorkPlan.__table__.columns}
    assert columns == {"notice"}
    assert "只能修改注意事项" in client.get(edit(house)).text
    forged: dict[str, Any] = {"name": "改名", "decide_end": on(90), **TICK, **REASON}
    assert client.send(edit(house), notice="证书领取另行通知", **forged).status_code == 303
    plan = ask(select(WorkPlan).where(WorkPlan.id == house.own.plan))
    assert plan.notice == "证书领取另行通知"
    assert plan.name != "改名"
    assert plan.decide_end < noon(90)
