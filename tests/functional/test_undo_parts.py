"""What belongs to a record comes back with it: materials, letters, numbers (reading 11)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Select, select

from models import clock
from models.base.actor import Actor
from models.base.session import ActorSession
from models.batch.operations import commit, preview
from models.batch.undoing import undo
from models.certification.states import MACHINE
from models.certification.tables import CertificationApplication
from models.certification.tables_parts import ApplicationMaterial
from models.messaging.tables import Message
from models.planning.tables import WorkPlan
from models.workflow.parts import TAKEN_AWAY
from models.workflow.tables import WorkflowLog
from tests.factories.certification import World, make_material
from tests.support.certifying import act, status
from tests.support.databases import SessionOf
from tests.support.undoing import (
    UNDOABLE,
    count,
    make,
    offered,
    stored,
    take_back,
)


@pytest.fixture
def actor(world: World) -> Actor:
    return world.here.authority


@pytest.fixture
def session(actor: Actor, session_of: SessionOf) -> ActorSession:
    return session_of(actor)


def material_of(record: CertificationApplication, code: str = "photo") -> Select[Any]:
    own = ApplicationMaterial.application_id == record.id
    return select(ApplicationMaterial).where(own, ApplicationMaterial.material_code == code)


def test_materials_come_back_too(
    world: World, system: ActorSession, session: ActorSession, actor: Actor
) -> None:
    (record,) = make(system, world, "submitted")
    material = make_material(system, record, "degree_certificate", state="pending")
    system.commit()
    before = stored(session, material)
    done = act(session, actor, "confirm", record, inputs={"input_complete": "1"})
    assert stored(session, material)["state"] == "received"
    undone = take_back(session, actor, done)
    assert stored(session, material) == before
    steps = select(WorkflowLog.action, WorkflowLog.from_state, WorkflowLog.to_state)
    steps = steps.where(WorkflowLog.batch_id == undone.id, WorkflowLog.machine == "material")
    assert session.execute(steps).all() == [("undo", "received", "pending")]


def test_a_check_list_is_as_it_was_before_something_was_missing(
    world: World, system: ActorSession, session: ActorSession, actor: Actor
) -> None:
    (record,) = make(system, world, "confirmed")
    material = system.scalars(material_of(record)).one()
    system.scalars(material_of(record, "id_document")).one().state = "missing"
    system.commit()
    before = stored(session, material)
    given = {
        "input_reason": "缺两样",
        "input_missing": ["photo", "degree_certificate", "id_document"],
        "input_deadline": "2026-12-20",
    }
    done = act(session, actor, "mark_incomplete", record, inputs=given)
    listed = (ApplicationMaterial.application_id == record.id,)
    assert count(session, ApplicationMaterial, *listed) == 3
    made = session.scalars(material_of(record, "degree_certificate")).one().id
    undone = take_back(session, actor, done)
    assert stored(session, material) == before
    told = select(WorkflowLog.action, WorkflowLog.from_state, WorkflowLog.note).where(
        WorkflowLog.batch_id == undone.id,
        WorkflowLog.machine == "material",
        WorkflowLog.entity_id == made,
    )
    assert session.execute(told).all() == [("undo", "missing", TAKEN_AWAY)]
    states = select(ApplicationMaterial.material_code, ApplicationMaterial.state).where(*listed)
    assert dict(session.execute(states).all()) == {
        "id_document": "missing",  # was missing before, and stays so
        "photo": "received",
    }


def test_a_material_touched_since_stops_the_undo_of_its_record(
    world: World, system: ActorSession, session: ActorSession, actor: Actor
) -> None:
    touched, other = make(system, world, "confirmed", 2)
    done = act(session, actor, "mark_incomplete", touched, other)
    act(session, actor, "receive", session.scalars(material_of(touched)).one())
    shown = undo(session, actor, done.id)
    found = preview(session, shown)
    assert [(g.code, g.count) for g in found.refused] == [("parts", 1)]
    assert str(found.refused[0].reason) == "What belongs to it was changed since. Look at it again."
    commit(session, shown)
    session.commit()
    assert (status(session, touched), status(session, other)) == (
        "materials_incomplete",
        "confirmed",
    )


@pytest.mark.parametrize("action", ["mark_incomplete", "reject_confirmation", "refuse"])
def test_an_applicant_who_was_told_is_told_that_it_holds_no_more(
    action: str, world: World, system: ActorSession, session: ActorSession, actor: Actor
) -> None:
    (record,) = make(system, world, UNDOABLE[action][0])
    done = act(session, actor, action, record)
    offer = offered(session, actor, done)
    assert offer is not None
    assert "Letters to applicants stay" in offer.leaves[0].en
    take_back(session, actor, done, inputs={"input_reason": "选错了"})
    to_him = select(Message).where(Message.recipient_person_id == record.person_id)
    letters = session.scalars(
        to_him.order_by(Message.id), execution_options={"unscoped": "test"}
    ).all()
    label = next(t.label.zh for t in MACHINE.transitions if t.name == action)
    assert len(letters) == 2
    assert letters[1].subject == f"撤销“{label}”"
    assert letters[1].body == "此前的通知不再有效，申请已恢复到该通知以前的状态。\n选错了"


def test_a_receipt_number_stays_and_serves_again(
    world: World, system: ActorSession, session: ActorSession, actor: Actor
) -> None:
    (record,) = make(system, world, "submitted")
    done = act(session, actor, "confirm", record)
    number = stored(session, record)["receipt_no"]
    offer = offered(session, actor, done)
    assert offer is not None
    assert "Numbers that were issued stay" in offer.leaves[0].en
    take_back(session, actor, done)
    assert stored(session, record)["receipt_no"] == number
    act(session, actor, "confirm", record)
    assert stored(session, record)["receipt_no"] == number


def test_a_step_taken_back_counts_as_never_taken(
    world: World, system: ActorSession, session: ActorSession, actor: Actor
) -> None:
    """Who reopened a review after the time for it may go on, also after a slip was undone."""
    (record,) = make(system, world, "approved_unnumbered")
    end = world.here.plan.decide_end
    with clock.held(end - timedelta(hours=1)):
        act(session, actor, "withdraw_approval", record)
    with clock.held(end + timedelta(hours=1)):
        take_back(session, actor, act(session, actor, "approve", record))
        assert act(session, actor, "approve", record).done_count == 1


def test_a_plan_in_the_archive_stays_as_it_is(
    world: World, system: ActorSession, session: ActorSession, actor: Actor
) -> None:
    (record,) = make(system, world, "confirmed")
    done = act(session, actor, "refuse", record)
    system.get_one(WorkPlan, world.here.plan.id).status = "archived"
    system.commit()
    shown = undo(session, actor, done.id)
    found = preview(session, shown)
    assert [(g.code, g.count) for g in found.groups] == [("plan", 1)]
