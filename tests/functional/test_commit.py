"""Committing a batch: once, in one transaction, with history, trail and before-images."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, event, func, select, update

from models import clock
from models.audit.tables import AuditLog
from models.base.session import ActorSession
from models.batch import operations, ownership, queries
from models.batch.operations import cancel, commit, pin_ids, preview
from models.batch.tables import BatchRow
from models.certification.tables import CertificationApplication
from models.errors import Conflict
from models.workflow.tables import WorkflowLog
from tests.factories.certification import AT, World, make_application
from tests.support.certifying import act, outcomes, status
from tests.support.databases import SessionOf

A = CertificationApplication


def make_many(
    session: ActorSession, world: World, count: int, state: str, **traits: Any
) -> list[CertificationApplication]:
    made = [make_application(session, world.here, state, **traits) for _ in range(count)]
    session.commit()
    return made


@pytest.fixture
def session(world: World, session_of: SessionOf) -> ActorSession:
    return session_of(world.here.authority)


def test_rows_that_changed_or_went_meanwhile_are_left_out_and_listed(
    world: World, system: ActorSession, session: ActorSession
) -> None:
    kept, changed = make_many(system, world, 2, "confirmed")
    gone = make_many(system, world, 1, "draft")[0]
    batch = pin_ids(session, world.here.authority, A, "approve", [kept.id, changed.id, gone.id])
    preview(session, batch)
    session.commit()
    changed.email = "new@example.cn"
    system.delete(gone)
    system.commit()
    done = commit(session, batch)
    session.commit()
    assert outcomes(session, done) == {kept.id: "done", changed.id: "changed", gone.id: "gone"}
    assert (done.done_count, done.refused_count, done.changed_count) == (1, 0, 2)
    reasons = {key: str(reason) for key, reason in queries.refusals(session, done).items()}
    assert reasons == {
        changed.id: "It was changed after it was selected. Look at it again.",
        gone.id: "It does not exist any more.",
    }
    session.rollback()
    assert status(session, changed) == "confirmed"


def test_a_second_commit_shows_the_first_ones_result(
    world: World, system: ActorSession, session: ActorSession
) -> None:
    record = make_many(system, world, 1, "confirmed")[0]
    batch = act(session, world.here.authority, "approve", record)
    again = commit(session, batch)
    assert (again.id, again.state, again.done_count) == (batch.id, "done", 1)
    logged = select(func.count()).select_from(WorkflowLog)
    assert session.scalar(logged.where(WorkflowLog.batch_id == batch.id)) == 1
    with pytest.raises(Conflict, match="done already"):
        preview(session, batch)
    with pytest.raises(Conflict, match="done already"):
        cancel(session, batch)


def test_four_presses_at_once_move_the_rows_once(
    world: World, system: ActorSession, session: ActorSession, engine: Engine
) -> None:
    records = make_many(system, world, 20, "confirmed")
    batch = pin_ids(session, world.here.authority, A, "approve", [each.id for each in records])
    preview(session, batch)
    session.commit()
    key, results, barrier = batch.id, [], threading.Barrier(4)
    session.rollback()

    def press() -> None:
        with ActorSession(bind=engine) as own, clock.held(AT):
            own.act_as(world.here.authority)
            barrier.wait()
            done = commit(own, ownership.load(own, world.here.authority, key))
            own.commit()
            results.append((done.state, done.done_count))

    threads = [threading.Thread(target=press) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [("done", 20)] * 4
    moved = select(func.count()).select_from(WorkflowLog).where(WorkflowLog.batch_id == key)
    assert session.scalar(moved) == 20
    trail = select(func.count()).select_from(AuditLog).where(AuditLog.batch_id == key)
    assert session.scalar(trail) == 1


def test_before_images_hold_what_the_batch_changed(
    world: World, system: ActorSession, session: ActorSession
) -> None:
    record = make_many(
        system, world, 1, "materials_incomplete", material_deadline=AT + timedelta(days=1)
    )[0]
    version = session.scalar(select(A.version).where(A.id == record.id))
    session.rollback()
    done = act(session, world.here.authority, "confirm", record)
    row = session.scalars(select(BatchRow).where(BatchRow.batch_id == done.id)).one()
    assert (row.from_state, row.version) == ("materials_incomplete", version)
    assert row.before == {
        "status": "materials_incomplete",
        "confirmed_at": None,
        "confirmed_by": None,
        "material_deadline": "2026-11-24T01:00:00.000000+00:00",
        "status_note": "缺照片",
        "receipt_no": None,
    }
    back = act(session, world.here.authority, "mark_incomplete", record)
    row = session.scalars(select(BatchRow).where(BatchRow.batch_id == back.id)).one()
    assert row.before is not None
    assert row.before["confirmed_at"] == "2026-11-23T01:00:00.000000+00:00"
    assert row.before["material_deadline"] is None  # it went with the confirmation
    assert row.before["confirmed_by"] == world.here.authority.user_id


def test_one_row_of_the_trail_tells_of_a_batch(
    world: World, system: ActorSession, session: ActorSession
) -> None:
    one = make_many(system, world, 1, "confirmed")[0]
    many = [*make_many(system, world, 2, "confirmed"), *make_many(system, world, 1, "draft")]
    single = act(session, world.here.authority, "refuse", one)
    several = act(session, world.here.authority, "approve", *many)
    told = select(AuditLog).where(AuditLog.batch_id.in_((single.id, several.id)))
    first, second = session.scalars(told.order_by(AuditLog.id)).all()
    assert (first.event, first.entity_id, first.reason) == (
        "certification:certification_application:refuse",
        one.id,
        "学历不符",
    )
    assert first.changes == {"status": ["confirmed", "review_rejected"], "done": [None, 1]}
    assert second.entity_id is None
    assert second.changes == {
        "status": [None, "approved_unnumbered"],
        "done": [None, 2],
        "refused": [None, 1],
    }
    assert (second.username, second.role) == (world.here.authority.username, "authority")


def test_a_failure_on_the_way_leaves_everything_as_it_was(
    world: World,
    system: ActorSession,
    session: ActorSession,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    record = make_many(system, world, 1, "confirmed")[0]
    batch = pin_ids(session, world.here.authority, A, "approve", [record.id])
    preview(session, batch)
    session.commit()

    def fail(*_args: object, **_kwargs: object) -> None:
        raise RuntimeError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(operations, "record", fail)
        with pytest.raises(RuntimeError, match="disk is full"):
            commit(session, batch)
    session.rollback()
    assert status(session, record) == "confirmed"
    assert batch.state == "previewed"
    assert commit(session, batch).done_count == 1


def test_fewer_rows_moved_than_decided_is_a_scope_mismatch_and_moves_none(
    world: World, system: ActorSession, session: ActorSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = make_many(system, world, 1, "confirmed")[0]
    batch = pin_ids(session, world.here.authority, A, "approve", [own.id])
    preview(session, batch)
    monkeypatch.setattr("models.workflow.judging._acts", lambda _m, entity, _c: entity.id > 0)
    moved = update(A).where(A.id == own.id).values(org_id=world.there.org.id)
    session.execute(moved, execution_options={"unscoped": "test", "synchronize_session": False})
    with pytest.raises(Conflict, match="moved out of your reach"):
        commit(session, batch)
    session.rollback()
    assert status(session, own) == "confirmed"


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    """Collect the statements that reach the database inside the block."""
    statements: list[str] = []

    def note(_conn: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)


@pytest.mark.parametrize(
    ("action", "state"),
    [
        ("submit", "draft"),
        ("confirm", "submitted"),
        ("mark_incomplete", "submitted"),
        ("approve", "confirmed"),
        ("assign_numbers", "approved_unnumbered"),
    ],
)
def test_ten_rows_take_as_many_statements_as_two_hundred(
    action: str,
    state: str,
    world: World,
    system: ActorSession,
    session_of: SessionOf,
    engine: Engine,
) -> None:
    few, many = (make_many(system, world, count, state) for count in (10, 200))
    used = []
    for records in (few, many):
        session = session_of(world.here.authority)
        with counted(engine) as statements:
            done = act(session, world.here.authority, action, *records)
        assert done.done_count == len(records)
        session.rollback()
        used.append(len(statements))
    assert used[0] == used[1] <= 40
