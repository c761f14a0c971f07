"""Undo: what a batch changed comes back, from its before-images, by who may, as long as nobody
has touched it since (reading 11).
"""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from models.audit.tables import AuditLog
from models.base.actor import Actor
from models.base.session import ActorSession
from models.batch.operations import cancel, commit, preview
from models.batch.tables import Batch, BatchRow
from models.batch.undoing import undo
from models.certification.states import MACHINE
from models.certification.tables import CertificationApplication
from models.errors import Conflict
from models.workflow.tables import WorkflowLog
from tests.factories.certification import World
from tests.support.certifying import act, outcomes, status
from tests.support.databases import SessionOf
from tests.support.undoing import (
    UNDOABLE,
    count,
    facts,
    make,
    offered,
    refused,
    stored,
    take_back,
)

CAN = [name for name, (_state, can) in UNDOABLE.items() if can]
CANNOT = [name for name in UNDOABLE if name not in CAN]


@pytest.fixture
def actor(world: World) -> Actor:
    return world.here.authority


@pytest.fixture
def session(actor: Actor, session_of: SessionOf) -> ActorSession:
    return session_of(actor)


def told_of(session: ActorSession, batch: Batch) -> AuditLog:
    wanted = select(AuditLog).where(AuditLog.batch_id == batch.id)
    return session.scalars(wanted, execution_options={"unscoped": "test"}).one()


def test_the_table_names_every_transition() -> None:
    assert {t.name: t.undoable for t in MACHINE.transitions} == {
        name: can for name, (_state, can) in UNDOABLE.items()
    }


@pytest.mark.parametrize("action", CAN)
def test_every_column_comes_back(
    action: str, world: World, system: ActorSession, session: ActorSession, actor: Actor
) -> None:
    (record,) = make(system, world, UNDOABLE[action][0])
    before = stored(session, record)
    done = act(session, actor, action, record)
    assert stored(session, record) != before
    undone = take_back(session, actor, done)
    assert outcomes(session, undone) == {record.id: "done"}
    after = stored(session, record)
    issued = {"receipt_no"} if action == "confirm" else set()  # never taken back
    assert {name for name in after if after[name] != before[name]} == issued
    assert facts(session, done) == ("undone", 1)


@pytest.mark.parametrize("action", CANNOT)
def test_what_is_not_declared_cannot_be_undone(
    action: str, world: World, system: ActorSession, session: ActorSession, actor: Actor
) -> None:
    (record,) = make(system, world, UNDOABLE[action][0])
    done = act(session, actor, action, record)
    assert done.done_count == 1
    assert offered(session, actor, done) is None
    assert re.search("This action cannot be undone", refused(session, actor, done))


def test_an_undo_is_a_batch_with_history_and_one_row_of_the_trail(
    world: World, system: ActorSession, session: ActorSession, actor: Actor
) -> None:
    records = make(system, world, "confirmed", 3)
    done = act(session, actor, "approve", *records)
    trail = count(session, AuditLog)
    undone = take_back(session, actor, done, inputs={"input_reason": "选错了"})
    assert (undone.kind, undone.action, undone.undo_of_id) == ("undo", "undo_approve", done.id)
    assert (undone.pinned_count, undone.done_count) == (3, 3)
    session.rollback()
    log = select(WorkflowLog).where(WorkflowLog.batch_id == undone.id)
    steps = session.scalars(log.order_by(WorkflowLog.entity_id)).all()
    assert [(s.entity_id, s.action, s.from_state, s.to_state, s.note) for s in steps] == [
        (record.id, "undo_approve", "approved_unnumbered", "confirmed", "选错了")
        for record in records
    ]
    session.rollback()
    assert count(session, AuditLog) == trail + 1
    row = told_of(session, undone)
    assert row.event == "certification:certification_application:undo_approve"
    assert (row.reason, row.changes) == ("选错了", {"undo_of": [None, done.id], "done": [None, 3]})


def test_the_trail_tells_of_one_record_what_it_was_and_is(
    world: World, system: ActorSession, session: ActorSession, actor: Actor
) -> None:
    (record,) = make(system, world, "confirmed")
    undone = take_back(session, actor, act(session, actor, "approve", record))
    row = told_of(session, undone)
    assert (row.entity_id, row.entity_text) == (record.id, f"{record.apply_no} {record.name}")
    assert row.changes
    assert row.changes["status"] == ["approved_unnumbered", "confirmed"]


def test_rows_that_moved_on_are_listed_and_left(
    world: World, system: ActorSession, session: ActorSession, actor: Actor
) -> None:
    still, moved, edited, gone_on = make(system, world, "confirmed", 4)
    done = act(session, actor, "approve", still, moved, edited, gone_on)
    act(session, actor, "assign_numbers", moved)
    act(session, actor, "withdraw_approval", gone_on)
    session.get_one(CertificationApplication, edited.id).address = "新地址"
    session.commit()
    shown = undo(session, actor, done.id)
    found = preview(session, shown)
    assert [(g.outcome, g.count) for g in found.groups] == [("ready", 1), ("changed", 3)]
    assert "changed after that batch was carried out" in str(found.refused[0].reason)
    commit(session, shown)
    session.commit()
    states = [status(session, each) for each in (still, moved, edited, gone_on)]
    assert states == ["confirmed", "approved_numbered", "approved_unnumbered", "confirmed"]
    assert facts(session, done) == ("done", 1)


def test_a_change_between_preview_and_commit_is_seen(
    world: World, system: ActorSession, session: ActorSession, actor: Actor
) -> None:
    first, second = make(system, world, "confirmed", 2)
    done = act(session, actor, "approve", first, second)
    shown = undo(session, actor, done.id)
    assert preview(session, shown).ready == 2
    session.commit()
    act(session, actor, "withdraw_approval", first)
    commit(session, shown)
    session.commit()
    assert outcomes(session, shown) == {first.id: "changed", second.id: "done"}


def test_a_batch_is_undone_once(
    world: World, system: ActorSession, session: ActorSession, actor: Actor
) -> None:
    (record,) = make(system, world, "confirmed")
    done = act(session, actor, "approve", record)
    early = undo(session, actor, done.id)  # two were begun before either was carried out
    preview(session, early)
    session.commit()
    take_back(session, actor, done)
    with pytest.raises(Conflict, match="was undone already"):
        commit(session, early)
    session.rollback()
    assert re.search("was undone already", refused(session, actor, done))
    assert offered(session, actor, done) is None
    session.rollback()
    assert status(session, record) == "confirmed"


def test_pressing_an_undo_twice_shows_the_same_result(
    world: World, system: ActorSession, session: ActorSession, actor: Actor
) -> None:
    (record,) = make(system, world, "confirmed")
    undone = take_back(session, actor, act(session, actor, "approve", record))
    again = commit(session, undone)
    assert (again.id, again.state, again.done_count) == (undone.id, "done", 1)
    session.rollback()
    assert count(session, WorkflowLog, WorkflowLog.batch_id == undone.id) == 1


def test_an_undo_is_not_undone(
    world: World, system: ActorSession, session: ActorSession, actor: Actor
) -> None:
    (record,) = make(system, world, "confirmed")
    undone = take_back(session, actor, act(session, actor, "approve", record))
    assert offered(session, actor, undone) is None
    assert re.search("cannot be undone", refused(session, actor, undone))


def test_a_batch_that_was_not_carried_out_is_not_undone(
    world: World, system: ActorSession, session: ActorSession, actor: Actor
) -> None:
    (record,) = make(system, world, "confirmed")
    done = act(session, actor, "approve", record)
    begun = undo(session, actor, done.id)
    cancel(session, begun)
    session.commit()
    assert offered(session, actor, done) is not None
    pinned = act(session, actor, "refuse", record, inputs={"input_reason": "x"})
    assert pinned.done_count == 0
    assert re.search("Nothing of this can be undone", refused(session, actor, pinned))


def test_one_record_after_another_until_nothing_is_left(
    world: World, system: ActorSession, session: ActorSession, actor: Actor
) -> None:
    first, second, third = make(system, world, "confirmed", 3)
    done = act(session, actor, "approve", first, second, third)
    one = take_back(session, actor, done, second)
    assert outcomes(session, one) == {second.id: "done"}
    assert facts(session, done) == ("done", 1)
    assert re.search("Nothing of this can be undone", refused(session, actor, done, second))
    rest = take_back(session, actor, done)
    assert outcomes(session, rest) == {first.id: "done", third.id: "done"}
    assert facts(session, done) == ("undone", 3)
    rows = session.scalars(select(BatchRow).where(BatchRow.batch_id == done.id))
    assert {row.row_id: row.undone_by_id for row in rows} == {
        first.id: rest.id,
        second.id: one.id,
        third.id: rest.id,
    }
