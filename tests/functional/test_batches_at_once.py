"""Batches at once and batches interrupted: nothing twice, nothing half, nobody waits for ever."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine, func, select

from models import clock
from models.audit.tables import AuditLog
from models.base.actor import Actor
from models.base.engine import make_engine
from models.base.session import ActorSession
from models.batch import ownership
from models.batch.operations import commit, pin_ids, preview
from models.batch.tables import Batch
from models.batch.undoing import undo
from models.certification.tables import CertificationApplication
from models.errors import Refusal
from models.workflow.run import PROGRESS
from models.workflow.tables import WorkflowLog
from tests.factories.certification import AT, World
from tests.support.at_once import at_once
from tests.support.certifying import act, status
from tests.support.databases import SessionOf
from tests.support.undoing import count, facts, make

A = CertificationApplication
PRESSES = 4
ROWS = 30
ROUNDS = 5


@pytest.fixture
def actor(world: World) -> Actor:
    return world.here.authority


@pytest.fixture
def session(actor: Actor, session_of: SessionOf) -> ActorSession:
    return session_of(actor)


def pressing(engine: Engine, actor: Actor, key: int, told: list[Any]) -> Callable[[], None]:
    def press() -> None:
        with ActorSession(bind=engine) as own, clock.held(AT):
            own.act_as(actor)
            done = commit(own, ownership.load(own, actor, key))
            told.append((done.state, done.done_count))
            own.commit()

    return press


def begun(session: ActorSession, batch: Batch) -> int:
    preview(session, batch)
    key = batch.id
    session.commit()
    return key


def test_an_undo_pressed_four_times_at_once_takes_back_once(
    world: World, system: ActorSession, session: ActorSession, actor: Actor, engine: Engine
) -> None:
    records = make(system, world, "confirmed", ROWS)
    original = act(session, actor, "approve", *records)
    key = begun(session, undo(session, actor, original.id))
    told: list[Any] = []
    assert at_once([pressing(engine, actor, key, told)] * PRESSES) == []
    assert told == [("done", ROWS)] * PRESSES
    assert count(session, WorkflowLog, WorkflowLog.batch_id == key) == ROWS
    assert count(session, AuditLog, AuditLog.batch_id == key) == 1
    assert facts(session, original) == ("undone", ROWS)


def test_two_undos_of_one_batch_share_its_rows(
    world: World, system: ActorSession, session: ActorSession, actor: Actor, engine: Engine
) -> None:
    records = make(system, world, "confirmed", ROWS)
    original = act(session, actor, "approve", *records)
    half = [each.id for each in records[: ROWS // 2]]
    keys = [
        begun(session, undo(session, actor, original.id)),
        begun(session, undo(session, actor, original.id, half)),
    ]
    told: list[Any] = []
    raised = at_once([pressing(engine, actor, key, told) for key in keys])
    assert all(isinstance(error, Refusal) for error in raised)  # the second found it undone
    assert sum(done for _state, done in told) == ROWS
    assert facts(session, original) == ("undone", ROWS)
    undone = WorkflowLog.action == "undo_approve"
    assert count(session, WorkflowLog, undone) == ROWS


def test_batches_over_the_same_rows_in_opposite_order_both_end(
    world: World, system: ActorSession, session: ActorSession, actor: Actor, engine: Engine
) -> None:
    """Each waits for the other's rows, in the same order: no deadlock, and a row moves once."""
    for _round in range(ROUNDS):
        records = make(system, world, "confirmed", ROWS)
        ids = [each.id for each in records]
        there = begun(session, pin_ids(session, actor, A, "approve", ids))
        back = pin_ids(session, actor, A, "refuse", list(reversed(ids)))
        preview(session, back, {"input_reason": "学历不符"})
        keys = [there, back.id]
        session.commit()
        told: list[Any] = []
        assert at_once([pressing(engine, actor, key, told) for key in keys]) == []
        assert sorted(done for _state, done in told) == [0, ROWS]
        moved = WorkflowLog.batch_id.in_(keys)
        assert count(session, WorkflowLog, moved) == ROWS


def test_an_undo_and_a_later_step_at_once_move_each_row_once(
    world: World, system: ActorSession, session: ActorSession, actor: Actor, engine: Engine
) -> None:
    for _round in range(ROUNDS):
        records = make(system, world, "confirmed", ROWS)
        original = act(session, actor, "approve", *records)
        taking = begun(session, undo(session, actor, original.id))
        ids = [each.id for each in records]
        numbering = begun(session, pin_ids(session, actor, A, "assign_numbers", ids))
        told: list[Any] = []
        keys = [taking, numbering]
        assert at_once([pressing(engine, actor, key, told) for key in keys]) == []
        assert sorted(done for _state, done in told) == [0, ROWS]
        states = {status(session, record) for record in records}
        assert len(states) == 1


def die_at(step: str, url: str, actor: Actor, key: int) -> int:
    """Commit a batch in a process of its own that is killed when a step begins; return its end."""
    child = os.fork()
    if child:
        return os.waitpid(child, 0)[1]

    def tell(begun_step: str) -> None:
        if begun_step == step:
            os.kill(os.getpid(), signal.SIGKILL)

    try:
        with ActorSession(bind=make_engine(url)) as own:
            own.act_as(actor)
            own.info[PROGRESS] = tell
            commit(own, ownership.load(own, actor, key))
    finally:
        os._exit(1)


@pytest.mark.parametrize("step", ["decide", "apply", "history", "after", "close"])
@pytest.mark.parametrize("is_undo", [False, True])
def test_killed_between_claim_and_commit_it_did_nothing_and_can_be_pressed_again(
    is_undo: bool,
    step: str,
    world: World,
    system: ActorSession,
    session: ActorSession,
    actor: Actor,
    database: str,
) -> None:
    records = make(system, world, "confirmed", 5)
    if is_undo:
        original = act(session, actor, "approve", *records)
        key = begun(session, undo(session, actor, original.id))
    else:
        ids = [each.id for each in records]
        key = begun(session, pin_ids(session, actor, A, "approve", ids))
    before = status(session, records[0])
    session.rollback()
    assert die_at(step, database, actor, key) == signal.SIGKILL
    found = select(Batch.state).where(Batch.id == key)
    assert session.scalar(found) == "previewed"  # never left running
    session.rollback()
    assert {status(session, each) for each in records} == {before}
    assert count(session, WorkflowLog, WorkflowLog.batch_id == key) == 0
    done = commit(session, session.get_one(Batch, key))
    session.commit()
    assert (done.state, done.done_count) == ("done", 5)
    assert count(session, AuditLog, AuditLog.batch_id == key) == 1


def test_a_retry_after_the_answer_was_lost_shows_the_result(
    world: World, system: ActorSession, session: ActorSession, actor: Actor
) -> None:
    records = make(system, world, "confirmed", 5)
    done = act(session, actor, "approve", *records)
    again = commit(session, session.get_one(Batch, done.id), {"input_opinion": "另一个意见"})
    session.commit()
    assert (again.state, again.done_count) == ("done", 5)
    moved = select(func.count()).select_from(WorkflowLog).where(WorkflowLog.batch_id == done.id)
    assert session.scalar(moved) == 5
