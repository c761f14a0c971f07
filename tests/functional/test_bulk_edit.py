"""Bulk edit: one column of many records, by the rules of correction, as a batch like any other."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from models.audit.tables import AuditLog
from models.base.actor import Actor
from models.base.session import MOST_ROWS, ActorSession
from models.batch.editing import old_values
from models.batch.operations import commit, pin_ids, preview
from models.batch.tables import Batch
from models.certification.tables import CertificationApplication
from models.errors import BadInput, Forbidden
from models.planning.tables import SiteArrangement
from models.workflow.tables import WorkflowLog
from tests.factories.certification import AT, World, make_application
from tests.factories.planning import make_arrangement, make_plan
from tests.factories.reference import make_site
from tests.support.certifying import outcomes
from tests.support.databases import SessionOf
from tests.support.undoing import facts, make, stored, take_back

A = CertificationApplication


@pytest.fixture
def actor(world: World) -> Actor:
    return world.here.authority


@pytest.fixture
def session(actor: Actor, session_of: SessionOf) -> ActorSession:
    return session_of(actor)


@pytest.fixture
def elsewhere(world: World, system: ActorSession) -> SiteArrangement:
    """Another site of the same authority in the same plan."""
    site = make_site(system, world.here.org)
    made = make_arrangement(system, world.here.plan, site)
    system.commit()
    return made


def edit(
    session: ActorSession, actor: Actor, column: str, value: Any, *records: CertificationApplication
) -> Batch:
    """Change a column of records in one go."""
    ids = [each.id for each in records]
    batch = pin_ids(session, actor, A, f"edit_{column}", ids)
    given = {"input_value": str(value)}
    preview(session, batch, given)
    done = commit(session, batch, given)
    session.commit()
    return done


def test_a_column_is_changed_and_what_follows_it(
    world: World,
    system: ActorSession,
    session: ActorSession,
    actor: Actor,
    elsewhere: SiteArrangement,
) -> None:
    first, second = make(system, world, "submitted", 2)
    (there,) = make(system, world, "confirmed")
    done = edit(session, actor, "arrangement_id", elsewhere.id, first, second, there)
    assert (done.kind, done.action, done.done_count) == ("edit", "edit_arrangement_id", 3)
    for record in (first, second, there):
        now = stored(session, record)
        assert (now["arrangement_id"], now["site_id"]) == (elsewhere.id, elsewhere.site_id)
    assert stored(session, first)["status"] == "submitted"


def test_it_leaves_history_and_one_row_of_the_trail(
    world: World,
    system: ActorSession,
    session: ActorSession,
    actor: Actor,
    elsewhere: SiteArrangement,
) -> None:
    records = make(system, world, "submitted", 2)
    name = elsewhere.site.name
    key = elsewhere.id
    system.rollback()
    done = edit(session, actor, "arrangement_id", key, *records)
    steps = session.scalars(
        select(WorkflowLog).where(WorkflowLog.batch_id == done.id).order_by(WorkflowLog.entity_id)
    ).all()
    assert [(s.action, s.from_state, s.to_state, s.note) for s in steps] == [
        ("edit_arrangement_id", "submitted", "submitted", f"确认点安排：{name}")
    ] * 2
    told = select(AuditLog).where(AuditLog.batch_id == done.id)
    row = session.scalars(told, execution_options={"unscoped": "test"}).one()
    assert row.event == "certification:certification_application:edit_arrangement_id"
    assert row.changes == {"arrangement_id": [None, key], "done": [None, 2]}
    session.rollback()
    (one,) = make(system, world, "submitted")
    before = one.arrangement_id
    single = edit(session, actor, "arrangement_id", key, one)
    told = select(AuditLog).where(AuditLog.batch_id == single.id)
    changes = session.scalars(told, execution_options={"unscoped": "test"}).one().changes
    assert changes
    assert changes["arrangement_id"] == [before, key]


def test_the_preview_counts_old_values_and_what_stays(
    world: World, system: ActorSession, session: ActorSession, actor: Actor
) -> None:
    for basis, count in (("household", 3), ("study", 2), ("residence", 1)):
        for _ in range(count):
            make_application(system, world.here, "submitted", place_basis=basis)
    make_application(system, world.here, "approved_unnumbered", place_basis="study")
    system.commit()
    ids = session.scalars(select(A.id)).all()
    batch = pin_ids(session, actor, A, "edit_place_basis", ids)
    shown = preview(session, batch, {"input_value": "residence"})
    assert shown.ready == 5
    assert [(g.code, g.count) for g in shown.refused] == [
        ("too_late:approved_unnumbered", 1),
        ("unchanged", 1),
    ]
    assert [(each.value, each.count) for each in old_values(session, batch)] == [
        ("household", 3),
        ("study", 2),
    ]


def test_it_is_undone_like_any_batch(
    world: World,
    system: ActorSession,
    session: ActorSession,
    actor: Actor,
    elsewhere: SiteArrangement,
) -> None:
    first, second = make(system, world, "submitted", 2)
    before = [stored(session, each) for each in (first, second)]
    done = edit(session, actor, "arrangement_id", elsewhere.id, first, second)
    assert stored(session, first) != before[0]
    undone = take_back(session, actor, done)
    assert (undone.action, undone.done_count) == ("undo_edit_arrangement_id", 2)
    assert [stored(session, each) for each in (first, second)] == before
    assert facts(session, done) == ("undone", 2)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("place_basis", "moon"),
        ("arrangement_id", "0"),
        ("arrangement_id", "²"),
        ("arrangement_id", "99999999999"),
        ("pledge_signed", "perhaps"),
        ("learn_form_code", "no such code"),
    ],
)
def test_a_value_that_the_column_does_not_take_is_refused(
    column: str,
    value: str,
    world: World,
    system: ActorSession,
    session: ActorSession,
    actor: Actor,
) -> None:
    (record,) = make(system, world, "submitted")
    batch = pin_ids(session, actor, A, f"edit_{column}", [record.id])
    with pytest.raises(BadInput, match="does not take this value") as refused:
        preview(session, batch, {"input_value": value})
    assert refused.value.field == "value"


def test_another_offices_record_is_no_value(
    world: World, system: ActorSession, session: ActorSession, actor: Actor
) -> None:
    (record,) = make(system, world, "submitted")
    with pytest.raises(BadInput, match="does not take this value"):
        edit(session, actor, "arrangement_id", world.there.arrangement.id, record)


def test_a_site_of_another_plan_is_refused_row_by_row(
    world: World, system: ActorSession, session: ActorSession, actor: Actor
) -> None:
    other = make_plan(system, world.here.org, AT, batch_no=2)
    foreign = make_arrangement(system, other, world.here.site)
    (record,) = make(system, world, "submitted")
    done = edit(session, actor, "arrangement_id", foreign.id, record)
    assert outcomes(session, done) == {record.id: "other_plan"}


@pytest.mark.parametrize("name", ["status", "name", "id_no", "mobile", "version", "plan_id", "nil"])
def test_what_is_not_declared_is_not_changed(
    name: str, world: World, system: ActorSession, session: ActorSession, actor: Actor
) -> None:
    (record,) = make(system, world, "submitted")
    with pytest.raises(BadInput, match="no such action"):
        pin_ids(session, actor, A, f"edit_{name}", [record.id])
    batch = pin_ids(session, actor, A, "bulk_edit", [record.id])
    with pytest.raises(BadInput, match="cannot be changed for many"):
        preview(session, batch, {"input_field": name})


def test_a_column_is_chosen_first_and_choosing_anew_forgets_the_value(
    world: World, system: ActorSession, session: ActorSession, actor: Actor
) -> None:
    (record,) = make(system, world, "submitted")
    batch = pin_ids(session, actor, A, "bulk_edit", [record.id])
    preview(session, batch)
    with pytest.raises(BadInput, match="Choose first what is to be changed"):
        commit(session, batch)
    preview(session, batch, {"input_field": "place_basis"})
    assert batch.label == "教师资格认定申请 · 修改“申请地依据”"
    with pytest.raises(BadInput, match="“Basis of place” is needed"):
        commit(session, batch)
    preview(session, batch, {"input_field": "place_basis", "input_value": "study"})
    preview(session, batch, {"input_field": "pledge_signed", "input_value": "study"})
    assert (batch.action, batch.inputs) == ("edit_pledge_signed", {})
    preview(session, batch, {"input_field": "pledge_signed", "input_value": "1"})
    commit(session, batch)
    session.commit()
    now = stored(session, record)
    assert (now["pledge_signed"], now["place_basis"]) == (True, "household")


def test_it_needs_the_right_to_edit(
    world: World, system: ActorSession, session_of: SessionOf, actor: Actor
) -> None:
    (record,) = make(system, world, "submitted")
    reader = replace(actor, grants=frozenset({"batch:*", "certification:*:view"}))
    with pytest.raises(Forbidden):
        pin_ids(session_of(reader), reader, A, "edit_place_basis", [record.id])


def test_a_claim_is_taken_away_again(
    world: World, system: ActorSession, session: ActorSession, actor: Actor
) -> None:
    record = make_application(system, world.here, "submitted", pledge_signed=True)
    system.commit()
    edit(session, actor, "pledge_signed", 0, record)
    assert stored(session, record)["pledge_signed"] is False


def test_more_records_than_the_setting_allows_are_refused(
    world: World, system: ActorSession, session: ActorSession, actor: Actor
) -> None:
    records = make(system, world, "confirmed", 3)
    session.info[MOST_ROWS] = 2
    with pytest.raises(BadInput, match="3 records were chosen, and this action takes at most 2"):
        pin_ids(session, actor, A, "approve", [each.id for each in records])
