"""Bulk edit of tables without states: the same pin, preview, commit, history and undo."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from models.audit.tables import AuditLog
from models.base.actor import Actor
from models.base.session import ActorSession
from models.batch.offers import offer_for
from models.batch.operations import commit, pin_ids, preview
from models.batch.tables import Batch
from models.reference.keeping import keeps, kept_of
from models.reference.tables import Org, OrgKind
from models.workflow.editing import edited_names
from models.workflow.registry import mover_of
from models.workflow.tables import WorkflowLog
from tests.factories.certification import World
from tests.factories.planning import make_arrangement
from tests.factories.reference import make_site
from tests.support.certifying import outcomes
from tests.support.databases import SessionOf
from tests.support.undoing import facts, stored, take_back

UNSCOPED = {"unscoped": "test"}


@pytest.fixture
def actor(world: World) -> Actor:
    return world.here.authority


@pytest.fixture
def session(actor: Actor, session_of: SessionOf) -> ActorSession:
    return session_of(actor)


def edit(session: ActorSession, actor: Actor, column: str, value: str, *records: Any) -> Batch:
    """Change a column of records in one go."""
    batch = pin_ids(session, actor, type(records[0]), f"edit_{column}", [r.id for r in records])
    given = {"input_value": value}
    preview(session, batch, given)
    done = commit(session, batch, given)
    session.commit()
    return done


def sites(system: ActorSession, world: World, count: int) -> list[Org]:
    """Store sites of the authority."""
    made = [make_site(system, world.here.org) for _ in range(count)]
    system.commit()
    return made


def test_many_organisations_are_changed_told_of_and_brought_back(
    world: World, system: ActorSession, session: ActorSession, actor: Actor
) -> None:
    first, second = sites(system, world, 2)
    done = edit(session, actor, "enabled", "0", first, second)
    assert (done.kind, done.action, done.done_count) == ("edit", "edit_enabled", 2)
    for site in (first, second):
        assert stored(session, site)["enabled"] is False
    steps = session.scalars(
        select(WorkflowLog).where(WorkflowLog.batch_id == done.id).order_by(WorkflowLog.entity_id)
    ).all()
    told = [(s.machine, s.entity_id, s.action, s.to_state, s.org_id, s.site_id) for s in steps]
    here = world.here.org.id
    assert told == [("org", site.id, "edit_enabled", "", here, site.id) for site in (first, second)]
    trail = select(AuditLog).where(AuditLog.batch_id == done.id)
    row = session.scalars(trail, execution_options=UNSCOPED).one()
    assert row.event == "reference:org:edit_enabled"
    assert row.changes == {"enabled": [None, False], "done": [None, 2]}
    assert offer_for(session, actor, Org, first.id) is not None
    session.rollback()
    take_back(session, actor, done)
    assert facts(session, done) == ("undone", 2)
    assert stored(session, first)["enabled"] is True


def test_an_office_changes_only_what_it_keeps(
    world: World, system: ActorSession, session: ActorSession, actor: Actor
) -> None:
    (site,) = sites(system, world, 1)
    (own,) = session.scalars(select(Org).where(Org.id == world.here.org.id)).all()
    session.rollback()
    done = edit(session, actor, "is_open", "1" if not site.is_open else "0", site, own)
    assert outcomes(session, done) == {site.id: "done", own.id: "kept"}
    centre = edit(session, actor, "is_registering", "1", site)
    assert outcomes(session, centre) == {site.id: "kept"}


@pytest.mark.parametrize("kind", list(OrgKind))
def test_the_rule_in_sql_is_the_rule_of_the_form(
    world: World, system: ActorSession, kind: OrgKind
) -> None:
    """``keeps`` and ``kept_of`` say the same of every column, whoever asks."""
    parent = world.here.org
    code = parent.region_code
    org = Org(name="某单位", kind=kind, parent_id=parent.id, region_code=code, province_code=code)
    system.add(org)
    system.commit()
    machine = mover_of(Org)
    assert machine is not None
    for who in (world.here.authority, world.here.confirm, world.centre):
        for record in (org, parent):
            kept = kept_of(record, who)
            for name in edited_names(machine):
                rule = select(keeps(name, Org, who)).where(Org.id == record.id)
                said = system.scalar(rule, execution_options=UNSCOPED)
                assert bool(said) is (kept is None or name in kept), (kind, name, who.role)
    system.rollback()


def test_a_part_of_a_plan_that_is_over_stays_as_it_is(
    world: World, system: ActorSession, session: ActorSession, actor: Actor
) -> None:
    (site,) = sites(system, world, 1)
    part = make_arrangement(system, world.here.plan, site)
    system.commit()
    few = edit(session, actor, "daily_capacity", "0", part)
    assert outcomes(session, few) == {part.id: "capacity"}
    enough = edit(session, actor, "daily_capacity", "40", part)
    assert outcomes(session, enough) == {part.id: "done"}
    part.plan.status = "closed"
    system.commit()
    late = edit(session, actor, "daily_capacity", "50", part)
    assert outcomes(session, late) == {part.id: "plan_over"}
    assert stored(session, part)["daily_capacity"] == 40
