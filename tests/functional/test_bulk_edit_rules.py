"""Bulk edit judges rows by the very rules by which one record is corrected."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest

from models import clock
from models.base.session import ActorSession
from models.certification.choices import CertStatus
from models.certification.correction import CONTACT, correction, corrector_of
from models.certification.states import MACHINE
from models.planning.choices import PlanStatus
from models.planning.rules import effective_window, is_within
from models.planning.tables import WorkPlan
from models.workflow.editing import edits_of
from models.workflow.engine import judge_record
from tests.factories.certification import World, make_application
from tests.support.databases import SessionOf

PLANS = (PlanStatus.published, PlanStatus.closed, PlanStatus.archived, PlanStatus.draft)
SOURCES = ("online", "staff_entry")


@pytest.mark.parametrize("plan_state", PLANS)
@pytest.mark.parametrize("hours", [-24, 0, 24 * 365])
def test_the_guards_say_what_the_rules_of_correction_say(
    plan_state: PlanStatus,
    hours: int,
    world: World,
    system: ActorSession,
    session_of: SessionOf,
) -> None:
    """The same declaration judges one form and a hundred thousand rows."""
    desks = (world.here.authority, world.here.confirm, world.centre)
    made = [
        make_application(system, world.here, state.value, data_source=source)
        for state, source in product(CertStatus, SOURCES)
    ]
    plan = system.get_one(WorkPlan, world.here.plan.id)
    plan.status = plan_state.value
    system.commit()
    window = effective_window(plan, world.here.arrangement, None)
    at = window[0] + timedelta(hours=hours)
    cases = [(each.id, CertStatus[each.status], each.data_source) for each in made]
    system.rollback()
    machine = replace(MACHINE, transitions=edits_of(MACHINE))
    for who, (key, state, source) in product(desks, cases):
        rule = correction(
            corrector_of(who),
            state,
            plan=plan_state,
            in_window=is_within(*window, at),
            entered_by_staff=source == "staff_entry",
        )
        session = session_of(who)
        with clock.held(at):
            judged = judge_record(session, machine, who, key)
        session.rollback()
        session.close()
        allowed = {t.name.removeprefix("edit_") for t, why_not in judged if why_not is None}
        editable = {t.name.removeprefix("edit_") for t in machine.transitions}
        assert allowed == editable & rule.fields, (who.role, state, source)


def test_contact_is_never_changed_in_bulk() -> None:
    names = {t.name.removeprefix("edit_") for t in edits_of(MACHINE)}
    assert not names & CONTACT
