"""The undo of an import: what it made goes, what it changed is as before, what moved on stays."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from models import clock
from models.base.actor import Actor
from models.base.session import ActorSession
from models.batch.tables import Batch, BatchState
from models.errors import Conflict, Forbidden
from models.planning.importing import ORGS
from models.planning.tables import SiteArrangement
from models.reference.tables import Org
from models.transfer.taking_back import take_back
from tests.factories.certification import World
from tests.support.certifying import system, world
from tests.support.databases import SessionOf
from tests.support.upserting import Run, run, site, stored

__all__ = ["run", "system", "world"]


def undo(session_of: SessionOf, actor: Actor, batch_id: int | None, **how: Any) -> Any:
    with session_of(actor) as session:
        found = take_back(session, actor, session.get_one(Batch, batch_id), **how)
        session.commit()
    return found


def test_an_import_is_taken_back(
    run: Run, world: World, system: ActorSession, session_of: SessionOf
) -> None:
    world.here.site.phone = "1"
    system.commit()
    clerk = world.here.authority
    change = site(world.here.site.name, 行政区划=None, 电话="2")
    batch_id = run(ORGS, change, site("新点")).batch_id
    dry = undo(session_of, clerk, batch_id, dry_run=True)
    assert (dry.done, stored(system, Batch)) == (2, 1)
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
            "It was used since: others refer to it, it was printed, or somebody signed in. It stays.",
        ),
    }
    system.refresh(world.here.site)
    assert world.here.site.phone == "3"
    assert system.get_one(Batch, batch_id).undone_count == 1


def test_only_its_starter_takes_an_import_back_and_in_time(
    run: Run, world: World, session_of: SessionOf
) -> None:
    batch_id = run(ORGS, site("新点")).batch_id
    with pytest.raises(Forbidden, match="by who started it"):
        undo(session_of, world.centre, batch_id)
    late = clock.now().replace(day=25)
    with clock.held(late), pytest.raises(Conflict, match="It could be undone until"):
        undo(session_of, world.here.authority, batch_id)
