"""The small machines, walked pair by pair: plans, restrictions, credentials, materials."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from models.base.actor import Actor
from models.base.orm import Business
from models.base.session import ActorSession
from models.certification.choices import MaterialState
from models.people.choices import VerifyStatus
from models.people.tables import PersonCredential
from models.planning.choices import PlanStatus
from models.planning.tables import WorkPlan
from models.reference.tables import Org
from models.restriction.choices import ReviewState
from models.restriction.tables import RestrictionEntry
from models.workflow.registry import machine_of
from models.workflow.tables import WorkflowLog
from tests.factories.accounts import make_actor
from tests.factories.certification import AT, World, make_application, make_material
from tests.factories.planning import make_plan
from tests.support.certifying import act, outcomes, reasons
from tests.support.databases import SessionOf

Maker = Callable[[ActorSession, World, str], Business]


def plan_in(session: ActorSession, world: World, state: str) -> Business:
    number = list(PlanStatus.labels()).index(state) + 2
    return make_plan(session, world.here.org, AT, status=state, batch_no=number, is_open=False)


def entry_in(session: ActorSession, world: World, state: str) -> Business:
    entry = RestrictionEntry(
        name="某人",
        id_type="1",
        id_no="370102199001010018",
        type="exam_cheat",
        effective_from=date(2026, 1, 1),
        review_state=state,
        reviewed_at=AT,
        lifted_at=AT,
        org=world.here.org,
    )
    session.add(entry)
    session.flush()
    return entry


def credential_in(session: ActorSession, world: World, state: str) -> Business:
    person = make_application(session, world.here, "submitted").person_id
    credential = PersonCredential(
        person_id=person, kind="putonghua", mode="verified", verify_status=state
    )
    session.add(credential)
    session.flush()
    return credential


def material_in(session: ActorSession, world: World, state: str) -> Business:
    application = make_application(session, world.here, "submitted")
    return make_material(session, application, "degree_certificate", state=state)


MOVES: dict[str, tuple[type[Any], Maker, dict[str, dict[str, str]]]] = {
    "plan": (
        PlanStatus,
        plan_in,
        {
            "publish": {"draft": "published"},
            "unpublish": {"published": "draft"},
            "open_online": {"published": "published"},
            "close": {"published": "closed"},
            "archive": {"closed": "archived"},
        },
    ),
    "restriction": (
        ReviewState,
        entry_in,
        {
            "review": {"pending": "reviewed"},
            "reject": {"pending": "rejected"},
            "lift": {"reviewed": "lifted"},
        },
    ),
    "credential": (
        VerifyStatus,
        credential_in,
        {
            "verify": dict.fromkeys(("pending", "rejected"), "passed"),
            "reject_credential": dict.fromkeys(("pending", "passed"), "rejected"),
        },
    ),
    "material": (
        MaterialState,
        material_in,
        {
            "receive": dict.fromkeys(("pending", "missing", "invalid", "waived"), "received"),
            "mark_missing": dict.fromkeys(("pending", "received", "invalid", "waived"), "missing"),
            "waive": dict.fromkeys(("pending", "missing", "invalid"), "waived"),
        },
    ),
}


def _actor(session: ActorSession, world: World, machine: str) -> Actor:
    role = "reg_authority" if machine == "restriction" else "authority"
    return make_actor(session, role, world.here.org)


@pytest.mark.parametrize(
    ("machine", "action"),
    [(name, action) for name, (_, _, moves) in MOVES.items() for action in moves],
)
def test_each_state_moves_as_declared_and_no_other(
    machine: str, action: str, world: World, system: ActorSession, session_of: SessionOf
) -> None:
    states, make, moves = MOVES[machine]
    records = {state.value: make(system, world, state.value) for state in states}
    actor = _actor(system, world, machine)
    system.commit()
    session = session_of(actor)
    batch = act(session, actor, action, *records.values(), inputs={"input_reason": "已核实"})
    assert outcomes(session, batch) == {
        record.id: "done" if state in moves[action] else f"state:{state}"
        for state, record in records.items()
    }
    declared = machine_of(type(next(iter(records.values()))))
    assert declared is not None
    for state, record in records.items():
        stored = session.get_one(type(record), record.id)
        assert getattr(stored, declared.column) == moves[action].get(state, state)
    logged = select(WorkflowLog).where(WorkflowLog.batch_id == batch.id)
    history = session.scalars(logged).all()
    assert {log.machine for log in history} == {machine}
    assert {log.org_id for log in history} == {world.here.org.id}


def test_a_plan_with_applications_cannot_be_unpublished(
    world: World, system: ActorSession, session_of: SessionOf
) -> None:
    make_application(system, world.here, "draft")
    system.commit()
    actor = world.here.authority
    judged = reasons(session_of(actor), actor, world.here.plan)
    assert judged["unpublish"] == "There are applications in this plan already."
    assert judged["close"] is None


def test_a_plan_is_not_archived_before_everything_is_numbered(
    world: World, system: ActorSession, session_of: SessionOf
) -> None:
    make_application(system, world.here, "approved_unnumbered")
    system.commit()
    actor = world.here.authority
    session = session_of(actor)
    closed = act(session, actor, "close", world.here.plan)
    assert closed.done_count == 1
    judged = reasons(session, actor, world.here.plan)
    assert judged["archive"] is not None
    assert judged["archive"].startswith("Approved applications of this plan have no")


def test_opening_and_closing_for_applications_is_kept_in_the_history(
    world: World, system: ActorSession, session_of: SessionOf
) -> None:
    actor, plan = world.here.authority, world.here.plan
    session = session_of(actor)
    assert reasons(session, actor, plan)["open_online"] == (
        "The plan is open for applications already."
    )
    act(session, actor, "close_online", plan)
    assert session.get_one(WorkPlan, plan.id).is_open is False
    session.rollback()
    assert reasons(session, actor, plan)["close_online"] == (
        "The plan is not open for applications."
    )
    act(session, actor, "open_online", plan)
    assert session.get_one(WorkPlan, plan.id).is_open is True
    actions = session.scalars(select(WorkflowLog.action).order_by(WorkflowLog.id))
    assert list(actions) == ["close_online", "open_online"]


def test_a_plan_whose_time_is_over_is_not_published(
    world: World, system: ActorSession, session_of: SessionOf
) -> None:
    late = make_plan(system, world.here.org, AT - timedelta(days=60), status="draft", batch_no=9)
    system.commit()
    actor = world.here.authority
    assert reasons(session_of(actor), actor, late)["publish"] == (
        "The decision time of the plan is over. Change its times first."
    )


def test_a_credential_without_a_picture_or_verified_elsewhere_is_not_verified(
    world: World, system: ActorSession, session_of: SessionOf
) -> None:
    person = make_application(system, world.here, "submitted").person_id
    other = make_application(system, world.there, "submitted").person_id
    same = {"kind": "degree", "mode": "verified", "number": "X1"}
    taken = PersonCredential(person_id=other, verify_status="passed", **same)
    mine = PersonCredential(person_id=person, verify_status="pending", **same)
    bare = PersonCredential(person_id=person, kind="degree", verify_status="pending")
    system.add_all([taken, mine, bare])
    system.commit()
    actor = world.here.authority
    session = session_of(actor)
    batch = act(session, actor, "verify", mine, bare)
    assert outcomes(session, batch) == {mine.id: "duplicate", bare.id: "picture"}


def test_an_authority_above_looks_at_a_credential_and_does_not_verify_it(
    world: World, system: ActorSession, session_of: SessionOf
) -> None:
    credential = credential_in(system, world, "pending")
    root = system.get_one(Org, world.here.org.parent_id)
    above = replace(make_actor(system, "authority", root), is_leaf=False)
    system.commit()
    session = session_of(above)
    reason = "It belongs to another organisation: you may look at it only."
    assert reasons(session, above, credential)["verify"] == reason
    batch = act(session, above, "verify", credential)
    assert outcomes(session, batch) == {credential.id: "elsewhere"}
    assert session.get_one(PersonCredential, credential.id).verify_status == "pending"
