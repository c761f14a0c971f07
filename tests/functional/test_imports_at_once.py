"""An import cancelled while a worker takes it up, and an import undone twice at once: one wins."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import Engine, func, select

from models import clock
from models.base.actor import Actor, system_actor
from models.base.session import ActorSession
from models.batch import queueing
from models.batch.tables import Batch, BatchRow, BatchState
from models.errors import Conflict
from models.planning.importing import ORGS
from models.reference.tables import Org
from models.transfer import carrying, taking_back
from models.transfer.declaring import importer_of
from models.transfer.queueing import carry_on
from tests.factories.certification import AT, World
from tests.support.at_once import at_once
from tests.support.certifying import system, world
from tests.support.databases import SessionOf
from tests.support.upserting import Run, run, site

__all__ = ["run", "system", "world"]

ROWS = 12
ROUNDS = 5


def queued(session: ActorSession, mark: int, region: str) -> int:
    """Send a file of new sites and have it wait for a worker; return its batch."""
    importer = importer_of(Org)
    assert importer is not None
    lines = ["名称,类别,行政区划", *(f"甲{mark}之{n},确认点,{region}" for n in range(ROWS))]
    content = "\n".join(lines).encode()
    batch = carrying.upload(session, session.need_actor(), importer, "f.csv", content)
    carrying.preview(session, batch, carrying.file_of(session, batch).mapping or {})
    carrying.queue(session, batch)
    key = batch.id
    session.commit()
    return key


def working(engine: Engine, actor: Actor, key: int) -> Callable[[], None]:
    """Return what a worker does with a batch that waits."""

    def work() -> None:
        with ActorSession(bind=engine) as own, clock.held(AT):
            own.act_as(system_actor("jobs"))
            is_begun = queueing.begin_attempt(own, own.get_one(Batch, key))
            own.commit()
        if is_begun:
            with ActorSession(bind=engine) as own, clock.held(AT):
                own.act_as(actor)
                carry_on(own, own.get_one(Batch, key))
                own.commit()

    return work


def cancelling(engine: Engine, actor: Actor, key: int) -> Callable[[], None]:
    def cancel() -> None:
        with ActorSession(bind=engine) as own, clock.held(AT):
            own.act_as(actor)
            carrying.cancel(own, own.get_one(Batch, key))
            own.commit()

    return cancel


def made(system: ActorSession, mark: int) -> int:
    found = system.scalar(select(func.count()).where(Org.name.startswith(f"甲{mark}之")))
    system.rollback()
    return found or 0


def state_of(system: ActorSession, key: int) -> str | None:
    state = system.scalar(select(Batch.state).where(Batch.id == key))
    system.rollback()
    return state


def test_of_worker_and_cancelling_exactly_one_wins(
    world: World, system: ActorSession, session_of: SessionOf, engine: Engine
) -> None:
    actor, region = world.here.authority, world.here.org.region_code or ""
    for mark in range(ROUNDS):
        key = queued(session_of(actor), mark, region)
        steps = [working(engine, actor, key), cancelling(engine, actor, key)]
        raised = at_once(steps if mark % 2 else steps[::-1])
        assert [type(each) for each in raised] in ([], [Conflict])
        state = state_of(system, key)
        assert state in {BatchState.done, BatchState.cancelled}
        assert made(system, mark) == (ROWS if state == BatchState.done else 0)
        # Whoever came second was told, or found nothing to begin with.
        assert raised or state == BatchState.cancelled


@pytest.mark.parametrize("is_first", [True, False], ids=["the worker first", "cancelled first"])
def test_who_comes_second_is_told(
    world: World, system: ActorSession, session_of: SessionOf, engine: Engine, is_first: bool
) -> None:
    actor = world.here.authority
    key = queued(session_of(actor), 0, world.here.org.region_code or "")
    work, cancel = working(engine, actor, key), cancelling(engine, actor, key)
    if is_first:
        work()
        with pytest.raises(Conflict, match="This batch is done already"):
            cancel()
        assert made(system, 0) == ROWS
    else:
        cancel()
        with ActorSession(bind=engine) as own:
            own.act_as(actor)
            with pytest.raises(Conflict, match="was cancelled"):
                carry_on(own, own.get_one(Batch, key))
        work()
        assert made(system, 0) == 0


def test_an_import_undone_twice_at_once_is_taken_back_once(
    world: World, run: Run, system: ActorSession, session_of: SessionOf, engine: Engine
) -> None:
    actor = world.here.authority
    imported = run(ORGS, *(site(f"甲0之{n}") for n in range(ROWS))).batch_id
    keys = []
    for _ in range(2):
        with session_of(actor) as session:
            batch = taking_back.begin(session, actor, session.get_one(Batch, imported))
            taking_back.preview(session, batch)
            keys.append(batch.id)
            session.commit()

    def pressing(key: int) -> Callable[[], None]:
        def press() -> None:
            with ActorSession(bind=engine) as own, clock.held(AT):
                own.act_as(actor)
                taking_back.commit(own, own.get_one(Batch, key))
                own.commit()

        return press

    raised = at_once([pressing(key) for key in keys])
    assert [type(each) for each in raised] == [Conflict]
    assert "undone already" in str(raised[0])
    marked = system.scalars(select(BatchRow.undone_by_id).where(BatchRow.batch_id == imported))
    (winner,) = set(marked)
    assert {state_of(system, key) for key in keys} == {BatchState.done, BatchState.previewed}
    assert state_of(system, winner or 0) == BatchState.done
    assert made(system, 0) == ROWS, "they lie in the trash"
