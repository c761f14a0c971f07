"""Batches: pinned from a list's own select, previewed with reasons, committed once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, event, func, select, update

from models import clock
from models.audit.tables import AuditLog
from models.base.engine import reading
from models.base.session import ActorSession
from models.batch import operations, queries
from models.batch.operations import cancel, commit, pin, pin_ids, preview
from models.batch.tables import Batch, BatchRow
from models.certification.states import MACHINE
from models.certification.tables import CertificationApplication
from models.errors import BadInput, Conflict, Forbidden, NotFound
from models.planning.tables import WorkPlan
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


def test_all_matching_pins_exactly_the_rows_of_the_list(
    world: World, system: ActorSession, session: ActorSession
) -> None:
    wanted = make_many(system, world, 3, "confirmed", place_basis="study")
    make_many(system, world, 2, "confirmed")
    foreign = make_application(system, world.there, "confirmed", place_basis="study")
    system.commit()
    listed = (
        select(A)
        .join(WorkPlan, WorkPlan.id == A.plan_id)
        .where(A.place_basis == "study")
        .order_by(A.name, A.id)
    )
    batch = pin(session, world.here.authority, A, "approve", listed, "filter=place_basis:eq:study")
    pinned = {row.row_id: row.version for row in queries.rows(session, batch)}
    assert pinned == {record.id: 1 for record in wanted}
    assert foreign.id not in pinned
    assert (batch.pinned_count, batch.query) == (3, "filter=place_basis:eq:study")


def test_ticked_rows_of_another_office_are_not_pinned(
    world: World, system: ActorSession, session: ActorSession
) -> None:
    own, foreign = (
        make_many(system, world, 1, "confirmed")[0],
        make_application(system, world.there, "confirmed"),
    )
    system.commit()
    batch = pin_ids(session, world.here.authority, A, "approve", [str(own.id), foreign.id, own.id])
    assert [row.row_id for row in queries.rows(session, batch)] == [own.id]
    with pytest.raises(BadInput, match="none is within your reach"):
        pin_ids(session, world.here.authority, A, "approve", [foreign.id])


@pytest.mark.parametrize("junk", ["", "abc", "-1", "0", "1.5", "²", "１", "9" * 20, "1 OR 1=1"])
def test_junk_is_no_record_number(junk: str, world: World, session: ActorSession) -> None:
    with pytest.raises(BadInput, match="no record number") as refused:
        pin_ids(session, world.here.authority, A, "approve", [junk])
    assert refused.value.field == "rowid"


def test_an_unknown_action_is_refused(world: World, session: ActorSession) -> None:
    with pytest.raises(BadInput, match="no such action"):
        pin_ids(session, world.here.authority, A, "delete_everything", [1])
    with pytest.raises(NotFound, match="no such action"):
        pin_ids(session, world.here.authority, "region", "approve", [1])


def test_the_preview_groups_by_reason_with_examples_and_changes_nothing(
    world: World, system: ActorSession, session: ActorSession
) -> None:
    ready = make_many(system, world, 5, "confirmed")
    drafts = make_many(system, world, 4, "draft")
    batch = pin(session, world.here.authority, MACHINE, "approve", select(A))
    shown = preview(session, batch)
    assert [(g.outcome, g.code, g.count, len(g.examples)) for g in shown.groups] == [
        ("ready", "", 5, 3),
        ("refused", "state:draft", 4, 3),
    ]
    assert shown.ready == 5
    assert str(shown.refused[0].reason) == "Its state is “Not submitted”."
    example = shown.refused[0].examples[0]
    assert (example.row_id, example.label) == (drafts[0].id, drafts[0].name)
    assert (batch.state, batch.done_count, batch.refused_count) == ("previewed", 5, 4)
    session.commit()
    assert {status(session, record) for record in ready} == {"confirmed"}


def test_the_preview_foretells_the_numbers(
    world: World, system: ActorSession, session_of: SessionOf
) -> None:
    for office, count in ((world.here, 3), (world.there, 2)):
        for _ in range(count):
            make_application(system, office, "approved_unnumbered")
    system.commit()
    session = session_of(world.centre)
    batch = pin(session, world.centre, A, "assign_numbers", select(A))
    foretold = preview(session, batch).numbers
    assert [(r.org_name, r.count, r.first[-6:], r.last[-6:]) for r in foretold] == [
        ("乙市", 2, "000001", "000002"),
        ("甲市", 3, "000001", "000003"),
    ]
    done = commit(session, batch)
    assert tuple(queries.number_ranges(session, done)) == foretold
    assert (done.first_number, done.last_number) == (foretold[0].first, foretold[-1].last)


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
            done = commit(own, queries.load(own, world.here.authority, key))
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


def test_a_batch_belongs_to_its_user_and_role(
    world: World, system: ActorSession, session: ActorSession, session_of: SessionOf
) -> None:
    record = make_many(system, world, 1, "confirmed")[0]
    actor = world.here.authority
    batch = pin_ids(session, actor, A, "approve", [record.id])
    preview(session, batch)
    session.commit()
    key = batch.id
    session.rollback()
    reader = replace(world.there.authority, grants=frozenset({"batch:batch:read"}))
    others = (world.there.authority, world.here.confirm, replace(actor, role="confirm"), reader)
    with reading():
        assert queries.load(session, actor, key).id == key
        for other in others:
            with pytest.raises(NotFound, match="no such batch"):
                queries.load(session_of(other), other, key)
        above = session_of(world.centre)
        seen = queries.load(above, world.centre, key)
        for verb in (preview, commit, cancel):
            with pytest.raises(NotFound, match="no such batch"):
                verb(above, seen)


def test_rights_are_asked_again_at_preview_and_commit(
    world: World, system: ActorSession, session: ActorSession, session_of: SessionOf
) -> None:
    record = make_many(system, world, 1, "confirmed")[0]
    actor = world.here.authority
    batch = pin_ids(session, actor, A, "approve", [record.id])
    preview(session, batch)
    session.commit()
    key = batch.id
    session.rollback()
    stripped = replace(actor, grants=frozenset({"batch:*"}))
    poor = session_of(stripped)
    for verb in (preview, commit):
        with pytest.raises(Forbidden, match="Your role may not do this"):
            verb(poor, poor.get_one(Batch, key))
    with pytest.raises(Forbidden):
        pin_ids(poor, stripped, A, "approve", [record.id])
    poor.rollback()
    assert status(session, record) == "confirmed"


def test_a_pin_is_good_for_a_day(world: World, system: ActorSession, session: ActorSession) -> None:
    record = make_many(system, world, 1, "confirmed")[0]
    batch = pin_ids(session, world.here.authority, A, "approve", [record.id])
    preview(session, batch)
    with clock.held(AT + timedelta(hours=24)), pytest.raises(Conflict, match="older than 24 hours"):
        commit(session, batch)
    with clock.held(AT + timedelta(hours=24, microseconds=-1)):
        assert commit(session, batch).state == "done"


def test_a_cancelled_or_unseen_batch_does_nothing(
    world: World, system: ActorSession, session: ActorSession
) -> None:
    record = make_many(system, world, 1, "confirmed")[0]
    batch = pin_ids(session, world.here.authority, A, "approve", [record.id])
    with pytest.raises(Conflict, match="Preview it first"):
        commit(session, batch)
    cancel(session, batch)
    assert batch.state == "cancelled"
    for verb in (preview, commit, cancel):
        with pytest.raises(Conflict, match="was cancelled"):
            verb(session, batch)
    session.commit()
    assert status(session, record) == "confirmed"


def test_inputs_are_kept_as_typed_and_hold_for_the_commit(
    world: World, system: ActorSession, session: ActorSession
) -> None:
    record = make_many(system, world, 1, "confirmed")[0]
    batch = pin_ids(session, world.here.authority, A, "refuse", [record.id])
    assert preview(session, batch).ready == 1
    with pytest.raises(BadInput, match="“Opinion” is needed"):
        commit(session, batch)
    preview(session, batch, {"input_reason": " 学历不符 ", "csrf_token": "x"})
    assert batch.inputs == {"reason": "学历不符"}
    commit(session, batch, {"csrf_token": "x"})
    stored = session.get_one(A, record.id)
    assert (stored.review_opinion, stored.status) == ("学历不符", "review_rejected")


def test_before_images_hold_what_the_batch_changed(
    world: World, system: ActorSession, session: ActorSession
) -> None:
    record = make_many(
        system, world, 1, "materials_incomplete", material_deadline=AT + timedelta(days=1)
    )[0]
    done = act(session, world.here.authority, "confirm", record)
    row = session.scalars(select(BatchRow).where(BatchRow.batch_id == done.id)).one()
    assert (row.from_state, row.version) == ("materials_incomplete", 1)
    assert row.before == {
        "status": "materials_incomplete",
        "confirmed_at": None,
        "confirmed_by": None,
        "status_note": "缺照片",
        "receipt_no": None,
    }
    back = act(session, world.here.authority, "mark_incomplete", record)
    row = session.scalars(select(BatchRow).where(BatchRow.batch_id == back.id)).one()
    assert row.before is not None
    assert row.before["confirmed_at"] == "2026-11-23T01:00:00.000000+00:00"
    assert row.before["material_deadline"] == "2026-11-24T01:00:00.000000+00:00"
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
