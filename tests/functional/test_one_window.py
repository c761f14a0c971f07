"""Forms and transitions know one confirmation window: the Python rule and the SQL guard agree."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from models.base.session import ActorSession
from models.certification.choices import CertStatus
from models.certification.correction import Corrector, correction
from models.certification.guards import CONFIRM_WINDOW, PLAN_PUBLISHED
from models.planning.choices import PlanStatus
from models.planning.rules import effective_window, is_within
from tests.factories.certification import AT, World, make_application
from tests.support.certifying import reasons
from tests.support.databases import SessionOf

HOUR = timedelta(hours=1)
TICK = timedelta(microseconds=1)
#: Hours from AT: the plan's window, the site's own, and what a row was granted.
PLAN = (-20, 20)
SITES: tuple[tuple[int, int] | None, ...] = (None, (-10, 10), (5, 20), (-20, -5))
DEADLINES = (None, -30, 0, 15, 40)
EDGES = (-30, -20, -10, -5, 0, 5, 10, 15, 20, 40)
INSTANTS = tuple(AT + edge * HOUR + step for edge in EDGES for step in (-TICK, 0 * TICK, TICK))


def at(hours: int) -> datetime:
    return AT + hours * HOUR


@pytest.mark.parametrize("deadline", DEADLINES)
@pytest.mark.parametrize("site", SITES)
def test_rule_and_guard_agree_at_every_instant(
    site: tuple[int, int] | None,
    deadline: int | None,
    world: World,
    system: ActorSession,
    session_of: SessionOf,
) -> None:
    plan, arrangement = world.here.plan, world.here.arrangement
    plan.apply_start, plan.apply_end = at(-40), at(0)
    plan.confirm_start, plan.confirm_end = at(PLAN[0]), at(PLAN[1])
    plan.decide_start, plan.decide_end = at(0), at(50)
    if site is not None:
        arrangement.confirm_start, arrangement.confirm_end = at(site[0]), at(site[1])
    granted = None if deadline is None else at(deadline)
    record = make_application(system, world.here, "materials_incomplete", material_deadline=granted)
    system.commit()
    window = effective_window(plan, arrangement, granted)
    desk = session_of(world.here.confirm)
    inside = set()
    for instant in INSTANTS:
        reason = reasons(desk, world.here.confirm, record, instant)["confirm"]
        assert reason in (None, str(CONFIRM_WINDOW.reason))
        assert is_within(*window, instant) is (reason is None), instant
        inside.add(reason is None)
    assert inside == {True, False}


@pytest.mark.parametrize("status", list(PlanStatus))
def test_the_states_of_a_plan_bind_forms_as_they_bind_confirmation(
    status: PlanStatus, world: World, system: ActorSession, session_of: SessionOf
) -> None:
    world.here.plan.status = status.value
    record = make_application(system, world.here, "submitted")
    system.commit()
    for who, actor in (
        (Corrector.site, world.here.confirm),
        (Corrector.authority, world.here.authority),
    ):
        right = correction(who, CertStatus.submitted, plan=status, in_window=True)
        reason: Any = reasons(session_of(actor), actor, record)["confirm"]
        assert (reason is None) is bool(right.fields)
        assert reason in (None, str(PLAN_PUBLISHED.reason))
        assert reason is None or str(right.why_not) == reason
