"""Batches: pinned from a list's own select, previewed with reasons, committed once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from models import clock
from models.base.engine import reading
from models.base.session import ActorSession
from models.batch import ownership, queries
from models.batch.operations import cancel, commit, pin, pin_ids, preview
from models.batch.tables import Batch
from models.certification.states import MACHINE
from models.certification.tables import CertificationApplication
from models.errors import BadInput, Conflict, Forbidden, NotFound
from models.planning.tables import WorkPlan
from tests.factories.certification import AT, World, make_application
from tests.factories.planning import make_arrangement, make_plan
from tests.support.certifying import status
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
    stored = select(A.id, A.version).where(A.id.in_([record.id for record in wanted]))
    assert pinned == dict(session.execute(stored).all())
    assert pinned.keys() == {record.id for record in wanted}
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
        pin_ids(session, world.here.authority, "workflow_log", "approve", [1])


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
    assert (done.first_number, done.last_number) == (None, None)  # two ranges are no range


def test_a_batch_with_one_range_of_numbers_keeps_its_ends(
    world: World, system: ActorSession, session: ActorSession
) -> None:
    for _ in range(2):
        make_application(system, world.here, "approved_unnumbered")
    system.commit()
    batch = pin(session, world.here.authority, A, "assign_numbers", select(A))
    only = preview(session, batch).numbers[0]
    done = commit(session, batch)
    assert (done.first_number, done.last_number) == (only.first, only.last)
    assert only.first[-6:] + only.last[-6:] == "000001000002"


def test_each_counter_of_an_office_is_a_range_of_its_own(
    world: World, system: ActorSession, session: ActorSession
) -> None:
    second = make_plan(system, world.here.org, AT, batch_no=2)
    arrangement = make_arrangement(system, second, world.here.site)
    make_application(system, world.here)
    for _ in range(2):
        make_application(system, world.here, plan_id=second.id, arrangement_id=arrangement.id)
    system.commit()
    batch = pin(session, world.here.authority, A, "submit", select(A))
    foretold = preview(session, batch).numbers
    done = commit(session, batch)
    assert tuple(queries.number_ranges(session, done)) == foretold
    shown = [(found.count, found.first[-8:], found.last[-8:]) for found in foretold]
    assert shown == [(1, "01000001", "01000001"), (2, "02000001", "02000002")]
    assert done.first_number is None


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
        assert ownership.load(session, actor, key).id == key
        for other in others:
            with pytest.raises(NotFound, match="no such batch"):
                ownership.load(session_of(other), other, key)
        above = session_of(world.centre)
        seen = ownership.load(above, world.centre, key)
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
