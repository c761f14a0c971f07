"""Between preview and import somebody else works on: his changes are never overwritten unseen."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from models import clock
from models.base.session import ActorSession
from models.planning.importing import ORGS, PARTS
from models.reference.tables import Org
from models.transfer import importing
from tests.factories.certification import World
from tests.factories.reference import make_site
from tests.support.certifying import system, world
from tests.support.importing import said
from tests.support.upserting import Cells, Run, run, site

__all__ = ["run", "system", "world"]

NOT_SEEN = str(importing.NOT_SEEN)
MOVED_ON = "Somebody has changed this record since the preview. Look at it again."


@pytest.fixture
def row(world: World, system: ActorSession) -> Cells:
    """Return a row that says of a stored site what is stored."""
    world.here.site.phone = "1"
    system.commit()
    return site(world.here.site.name, 行政区划=None, 电话="1")


def change(system: ActorSession, record: Any, **values: Any) -> None:
    """Change a record as a colleague does."""
    system.refresh(record)
    for name, value in values.items():
        setattr(record, name, value)
    system.commit()


def test_a_row_that_the_preview_called_unchanged_overwrites_nothing(
    run: Run, world: World, system: ActorSession, row: Cells
) -> None:
    dry = run(ORGS, row, dry_run=True)
    assert dry.outcomes == {"unchanged": 1}
    change(system, world.here.site, phone="2")
    report = run(ORGS, row, seen=dry.versions)
    assert [words for _, _, words in said(report)] == [MOVED_ON]
    system.refresh(world.here.site)
    assert world.here.site.phone == "2"


def test_a_row_that_the_preview_refused_keeps_its_reason_and_overwrites_nothing(
    run: Run, world: World, system: ActorSession, row: Cells
) -> None:
    row |= {"类别": "县级"}  # which the clerk may not make of a site
    dry = run(ORGS, row, dry_run=True)
    assert dry.refused == 1
    change(system, world.here.site, phone="2")
    assert said(run(ORGS, row, seen=dry.versions)) == said(dry)


def test_a_row_that_the_preview_refused_is_not_saved_when_its_reason_has_gone(
    run: Run, world: World, system: ActorSession
) -> None:
    new, plan = make_site(system, world.here.org, "分点"), world.here.plan
    end = plan.confirm_end.astimezone(clock.SHANGHAI) + timedelta(days=2)
    system.commit()
    begin = plan.confirm_start.astimezone(clock.SHANGHAI)
    window = {"确认开始": f"{begin:%Y-%m-%d %H:%M}", "确认结束": f"{end:%Y-%m-%d %H:%M}"}
    part = {"计划": plan.name, "确认点": new.name} | window
    dry = run(PARTS, part, dry_run=True)
    assert (dry.refused, dry.versions) == (1, {})
    later = {n: getattr(plan, n) + timedelta(days=3) for n in ("confirm_end", "decide_end")}
    change(system, plan, **later)
    assert [words for _, _, words in said(run(PARTS, part, seen=dry.versions))] == [NOT_SEEN]


def test_a_row_that_the_preview_could_not_read_is_not_saved_unseen(
    run: Run, world: World, system: ActorSession
) -> None:
    taken = site("新点", 上级机构="还没有")
    actor = world.centre
    dry = run(ORGS, taken, dry_run=True, actor=actor)
    assert (dry.refused, dry.versions) == (1, {})
    system.add(Org(**_like(world.here.org), name="还没有"))
    system.commit()
    report = run(ORGS, taken, seen=dry.versions, actor=actor)
    assert said(report)[0][2] == NOT_SEEN
    assert system.scalar(select(Org.id).where(Org.name == "新点")) is None


def _like(org: Org) -> dict[str, Any]:
    names = ("kind", "region_code", "province_code", "parent_id")
    return {name: getattr(org, name) for name in names} | {"path": "/"}


def test_what_the_preview_showed_is_saved(
    run: Run, world: World, system: ActorSession, row: Cells
) -> None:
    rows = row, site("新点"), row | {"名称": "又一点", "行政区划": "37"}
    seen = run(ORGS, *rows, dry_run=True).versions
    assert seen == {2: world.here.site.version, 3: 0, 4: 0}
    assert said(run(ORGS, *rows, seen=seen)) == []


def test_a_broken_connection_is_not_told_as_bad_data(
    run: Run, world: World, system: ActorSession, row: Cells, monkeypatch: pytest.MonkeyPatch
) -> None:
    def deadlock(*_args: Any) -> None:
        raise OperationalError("UPDATE org", {}, Exception("deadlock detected"))

    monkeypatch.setattr(ActorSession, "flush", deadlock)
    with pytest.raises(OperationalError):
        run(ORGS, row | {"电话": "2"})
