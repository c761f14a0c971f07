"""The undo of an import: what it made goes, what it changed is as before, what moved on stays."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from models import clock
from models.base.session import ActorSession
from models.batch.tables import Batch, BatchState
from models.errors import Conflict, Forbidden
from models.planning.importing import ORGS, PARTS
from models.planning.tables import SiteArrangement
from models.reference.tables import Org
from tests.factories.certification import World
from tests.factories.reference import make_site
from tests.support.certifying import system, world
from tests.support.databases import SessionOf
from tests.support.taking_back import undo
from tests.support.upserting import Run, run, site, stored

__all__ = ["run", "system", "world"]


def test_an_import_is_taken_back(
    run: Run, world: World, system: ActorSession, session_of: SessionOf
) -> None:
    world.here.site.phone = "1"
    system.commit()
    clerk = world.here.authority
    change = site(world.here.site.name, 行政区划=None, 电话="2")
    batch_id = run(ORGS, change, site("新点")).batch_id
    dry = undo(session_of, clerk, batch_id, dry_run=True)
    assert (dry.done, stored(system, Batch)) == (2, 2)
    system.rollback()
    assert undo(session_of, clerk, batch_id).done == 2
    system.refresh(world.here.site)
    assert world.here.site.phone == "1"
    assert system.scalar(select(Org.is_deleted).where(Org.name == "新点")) is True
    assert system.get_one(Batch, batch_id).state == BatchState.undone
    system.rollback()
    with pytest.raises(Conflict):
        undo(session_of, clerk, batch_id)


def test_what_moved_on_or_is_in_use_stays(
    run: Run, world: World, system: ActorSession, session_of: SessionOf
) -> None:
    clerk = world.here.authority
    change = site(world.here.site.name, 行政区划=None, 电话="2")
    batch_id = run(ORGS, change, site("有安排"), site("走")).batch_id
    used = system.scalars(select(Org).where(Org.name == "有安排")).one()
    system.add(SiteArrangement(plan_id=world.here.plan.id, site_id=used.id))
    system.refresh(world.here.site)
    world.here.site.phone = "3"
    system.commit()
    found = undo(session_of, clerk, batch_id)
    assert found.done == 1
    assert {(name, str(why)) for name, why in found.stay} == {
        (world.here.site.name, "The record was changed after the import. It stays as it is."),
        (
            "有安排",
            "It was used since: others refer to it, it was printed, or somebody signed in."
            " It stays.",
        ),
    }
    system.refresh(world.here.site)
    assert world.here.site.phone == "3"
    assert system.get_one(Batch, batch_id).undone_count == 1


def test_what_may_not_be_changed_any_more_stays(
    run: Run, world: World, system: ActorSession, session_of: SessionOf
) -> None:
    """A plan that is over keeps its sites, and their parts, as an edit by hand would leave them."""
    plan, clerk = world.here.plan, world.here.authority
    new = make_site(system, world.here.org, "新点")
    system.commit()
    part = {"计划": plan.name, "确认点": world.here.site.name, "每日容量": 7}
    report = run(PARTS, part, {**part, "确认点": new.name})
    assert report.saved == 2
    system.refresh(plan)
    plan.status = "closed"
    system.commit()
    found = undo(session_of, clerk, report.batch_id)
    assert (found.done, {str(why) for _, why in found.stay}) == (
        0,
        {"The plan is over: its windows and sites stay as they are."},
    )
    kept = select(SiteArrangement.daily_capacity).where(SiteArrangement.plan_id == plan.id)
    assert set(system.scalars(kept)) == {7}


def test_values_of_before_are_judged_as_typed_ones(
    run: Run, world: World, system: ActorSession, session_of: SessionOf
) -> None:
    plan = world.here.plan
    start, *ends = [
        f"{moment.astimezone(clock.SHANGHAI):%Y-%m-%d %H:%M:%S}"
        for moment in (plan.confirm_start, plan.confirm_end, plan.confirm_end - timedelta(days=9))
    ]
    part = {"计划": plan.name, "确认点": world.here.site.name, "确认开始": start}
    run(PARTS, part | {"确认结束": ends[0]})
    batch_id = run(PARTS, part | {"确认结束": ends[1]}).batch_id
    system.refresh(plan)
    plan.confirm_end -= timedelta(days=9)
    system.commit()
    found = undo(session_of, world.here.authority, batch_id)
    assert (found.done, len(found.stay)) == (0, 1)


def test_only_its_starter_takes_an_import_back_and_in_time(
    run: Run, world: World, session_of: SessionOf
) -> None:
    batch_id = run(ORGS, site("新点")).batch_id
    with pytest.raises(Forbidden, match="by who started it"):
        undo(session_of, world.centre, batch_id)
    late = clock.now().replace(day=25)
    with clock.held(late), pytest.raises(Conflict, match="It could be undone until"):
        undo(session_of, world.here.authority, batch_id)
