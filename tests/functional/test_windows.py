"""Windows of transitions at their edges: half-open, lengthened, passed by (reading 14)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from models import clock
from models.base.session import ActorSession
from models.batch.operations import pin_ids
from models.batch.tables import BatchRow
from models.certification.offered import plan_deadline
from models.certification.tables import CertificationApplication
from tests.factories.certification import AT, World, make_application
from tests.support.certifying import INPUTS, act, outcomes, reasons
from tests.support.databases import SessionOf

MICROSECOND = timedelta(microseconds=1)
#: For each transition the window that binds it, and a state from which it leads.
WINDOWS = {
    "submit": ("apply", "draft"),
    "confirm": ("confirm", "submitted"),
    "mark_incomplete": ("confirm", "submitted"),
    "reject_confirmation": ("confirm", "submitted"),
    "reopen_confirmation": ("confirm", "confirm_rejected"),
    "approve": ("decide", "confirmed"),
    "refuse": ("decide", "confirmed"),
    "withdraw_approval": ("decide", "approved_unnumbered"),
    "reopen_review": ("decide", "review_rejected"),
}


def _reason_at(session: ActorSession, world: World, action: str, record: Any, at: datetime) -> Any:
    return reasons(session, world.here.authority, record, at)[action]


@pytest.mark.parametrize("action", WINDOWS)
def test_windows_are_half_open(
    action: str, world: World, system: ActorSession, session_of: SessionOf
) -> None:
    name, state = WINDOWS[action]
    record = make_application(system, world.here, state)
    system.commit()
    session = session_of(world.here.authority)
    start = getattr(world.here.plan, f"{name}_start")
    end = getattr(world.here.plan, f"{name}_end")
    for at, is_inside in (
        (start - MICROSECOND, False),
        (start, True),
        (end - MICROSECOND, True),
        (end, False),
    ):
        reason = _reason_at(session, world, action, record, at)
        assert (reason is None) is is_inside, (at, reason)
        assert is_inside or "outside the" in reason


def test_numbering_goes_on_after_the_decision_window(
    world: World, system: ActorSession, session_of: SessionOf
) -> None:
    record = make_application(system, world.here, "approved_unnumbered")
    system.commit()
    session, plan = session_of(world.here.authority), world.here.plan
    before = _reason_at(session, world, "assign_numbers", record, plan.decide_start - MICROSECOND)
    assert str(before) == "The decision time of the plan has not begun."
    after = plan.decide_end + timedelta(days=100)
    assert _reason_at(session, world, "assign_numbers", record, after) is None


def test_the_sites_own_window_goes_before_the_plans(
    world: World, system: ActorSession, session_of: SessionOf
) -> None:
    world.here.arrangement.confirm_start = AT + timedelta(days=5)
    world.here.arrangement.confirm_end = AT + timedelta(days=6)
    record = make_application(system, world.here, "submitted")
    system.commit()
    session = session_of(world.here.authority)
    reasons = [
        _reason_at(session, world, "confirm", record, AT + timedelta(days=days, microseconds=us))
        for days, us in ((5, -1), (5, 0), (6, -1), (6, 0))
    ]
    assert [reason is None for reason in reasons] == [False, True, True, False]


def test_the_deadline_lengthens_the_window_for_that_row_alone(
    world: World, system: ActorSession, session_of: SessionOf
) -> None:
    end = world.here.plan.confirm_end
    granted = make_application(
        system, world.here, "materials_incomplete", material_deadline=end + timedelta(days=2)
    )
    other = make_application(system, world.here, "materials_incomplete")
    system.commit()
    session, later = session_of(world.here.authority), end + timedelta(days=1)
    assert _reason_at(session, world, "confirm", granted, later) is None
    assert _reason_at(session, world, "confirm", other, later) is not None
    assert _reason_at(session, world, "confirm", granted, end + timedelta(days=2)) is not None


def test_a_deadline_does_not_reach_beyond_the_decision_time(
    world: World, system: ActorSession, session_of: SessionOf
) -> None:
    end = world.here.plan.decide_end
    record = make_application(
        system, world.here, "materials_incomplete", material_deadline=end + timedelta(days=9)
    )
    system.commit()
    session = session_of(world.here.authority)
    assert _reason_at(session, world, "confirm", record, end - MICROSECOND) is None
    assert _reason_at(session, world, "confirm", record, end) is not None
    assert _reason_at(session, world, "reject_confirmation", record, end) is None


@pytest.mark.parametrize(("last_day", "code"), [("2026-12-22", "done"), ("2026-12-23", "deadline")])
def test_no_deadline_is_granted_behind_the_decision_time(
    last_day: str, code: str, world: World, system: ActorSession, session_of: SessionOf
) -> None:
    world.here.plan.decide_end = clock.day_end(date(2026, 12, 22))
    record = make_application(system, world.here, "submitted")
    system.commit()
    actor = world.here.authority
    session = session_of(actor)
    inputs = INPUTS["mark_incomplete"] | {"input_deadline": last_day}
    assert _reason_at(session, world, "mark_incomplete", record, AT) is None
    batch = act(session, actor, "mark_incomplete", record, inputs=inputs)
    assert outcomes(session, batch) == {record.id: code}


@pytest.mark.parametrize(
    ("days", "offered"), [(25, "2026-12-18"), (40, "2026-12-23"), (None, None)]
)
def test_the_deadline_offered_is_the_plans_within_the_decision_time(
    days: int | None,
    offered: str | None,
    world: World,
    system: ActorSession,
    session_of: SessionOf,
) -> None:
    world.here.plan.material_deadline = AT + timedelta(days=days) if days else None
    record = make_application(system, world.here, "submitted")
    system.commit()
    actor = world.here.authority
    session = session_of(actor)
    batch = pin_ids(session, actor, CertificationApplication, "mark_incomplete", [record.id])
    rows = select(BatchRow.row_id).where(BatchRow.batch_id == batch.id)
    assert plan_deadline(session, rows) == offered


@pytest.mark.parametrize(
    ("action", "state"),
    [
        ("confirm", "materials_incomplete"),
        ("reject_confirmation", "materials_incomplete"),
        ("reopen_confirmation", "confirm_rejected"),
    ],
)
def test_a_deadline_ends_with_what_it_was_granted_for(
    action: str, state: str, world: World, system: ActorSession, session_of: SessionOf
) -> None:
    record = make_application(system, world.here, state, material_deadline=AT + timedelta(days=25))
    system.commit()
    actor = world.here.authority
    session = session_of(actor)
    act(session, actor, action, record)
    assert session.get_one(CertificationApplication, record.id).material_deadline is None


def test_who_came_too_late_may_still_be_refused(
    world: World, system: ActorSession, session_of: SessionOf
) -> None:
    end = world.here.plan.confirm_end
    late = make_application(
        system, world.here, "materials_incomplete", material_deadline=end + timedelta(days=1)
    )
    never_asked = make_application(system, world.here, "submitted")
    system.commit()
    session, at = session_of(world.here.authority), end + timedelta(days=3)
    assert _reason_at(session, world, "reject_confirmation", late, at) is None
    assert _reason_at(session, world, "reject_confirmation", never_asked, at) is not None


def test_after_its_own_reopening_the_authority_is_not_bound_by_the_window(
    world: World, system: ActorSession, session_of: SessionOf
) -> None:
    record = make_application(system, world.here, "confirm_rejected")
    system.commit()
    session = session_of(world.here.authority)
    later = world.here.plan.confirm_end + timedelta(days=1)
    act(session, world.here.authority, "reopen_confirmation", record)
    assert _reason_at(session, world, "confirm", record, later) is None
    site = session_of(world.here.confirm)
    assert None not in reasons(site, world.here.confirm, record, later).values()
    with clock.held(later):
        act(session, world.here.authority, "mark_incomplete", record)
    beyond = later + timedelta(days=60)
    assert _reason_at(session, world, "confirm", record, beyond) is not None
