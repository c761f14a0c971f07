"""The undo of an import takes many records at once: what one of them hinders stays alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Engine, event, func, select

from models.base.actor import system_actor
from models.base.session import ActorSession
from models.batch.tables import Batch
from models.people.importing import PERSONS
from models.people.tables import Person
from models.planning.importing import ORGS
from models.reference.tables import Org
from models.transfer import bringing_back, taking_back
from models.transfer.unmaking import Ties, ties_of
from models.workflow.run import PROGRESS
from tests.factories.certification import World, make_application
from tests.support.certifying import system, world
from tests.support.databases import SessionOf
from tests.support.importing import IDS
from tests.support.taking_back import undo
from tests.support.upserting import Run, run, site

__all__ = ["run", "system", "world"]

SYSTEM = system_actor("test")
ROWS = 100


def persons() -> list[dict[str, Any]]:
    names = "王小明", "王小红", "王小强"
    known = {"证件类型": "居民身份证"}
    return [known | {"姓名": n, "证件号码": i} for n, i in zip(names, IDS, strict=True)]


def blind(session: ActorSession, records: Any, batch_id: int) -> Ties:
    """Return ties as they were before somebody referred to the records."""
    ties = ties_of(session, records, batch_id)
    return replace(ties, hanging=dict.fromkeys(ties.hanging, ()))


def test_what_is_referred_to_at_the_last_moment_stays_alone(
    run: Run, world: World, system: ActorSession, session_of: SessionOf,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    report = run(PERSONS, *persons(), actor=SYSTEM)
    assert report.saved == len(IDS), report.problems
    other = make_application(system, world.here, "submitted")
    used = system.scalars(select(Person).where(Person.name == "王小红")).one()
    other.person_id = used.id
    system.commit()
    monkeypatch.setattr(bringing_back, "ties_of", blind)
    found = undo(session_of, SYSTEM, report.batch_id)
    assert (found.done, found.stay) == (2, [("王小红", str(bringing_back.IN_USE))])
    left = select(Person.name).where(Person.name.startswith("王小"))
    assert list(system.scalars(left)) == ["王小红"]


@pytest.mark.parametrize("size", [1, 2, 100])
def test_what_stands_below_another_of_the_file_goes_before_it(
    run: Run, world: World, system: ActorSession, session_of: SessionOf,
    monkeypatch: pytest.MonkeyPatch, size: int,
) -> None:  # fmt: skip
    monkeypatch.setattr(bringing_back, "CHUNK_ROWS", size)
    above = site("新局", 类别="县级", 上级机构=world.here.org.name)
    below = site("新局的点", 上级机构="新局")
    beside = site("别的点", 上级机构=world.here.org.name)
    report = run(ORGS, above, below, beside, actor=world.centre)
    assert report.problems == []
    found = undo(session_of, world.centre, report.batch_id)
    assert (found.done, found.stay) == (3, [])
    gone = select(func.count()).where(Org.name.in_(["新局", "新局的点", "别的点"]), Org.is_deleted)
    assert system.scalar(gone) == 3


def test_many_records_take_few_statements(
    run: Run, world: World, session_of: SessionOf, engine: Engine
) -> None:
    batch_id = run(ORGS, *(site(f"点{n}") for n in range(ROWS))).batch_id
    told: list[tuple[str, int]] = []
    asked: list[str] = []
    with session_of(world.here.authority) as session:
        session.info[PROGRESS] = lambda step, percent=0: told.append((step, percent))
        original = session.get_one(Batch, batch_id)
        batch = taking_back.begin(session, session.need_actor(), original)
        event.listen(engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
        taking_back.preview(session, batch)
        taking_back.commit(session, batch)
        session.commit()
    # One UPDATE for each record and pass; besides as many as there are columns that may refer.
    assert len(asked) < 3 * ROWS
    assert ("decide", 99) in told
    assert ("apply", 99) in told
