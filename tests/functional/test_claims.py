"""Leases of the queue: nobody is given what somebody else holds, however many ask at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from datetime import timedelta
from typing import TypeVar

import pytest
from sqlalchemy import select
from sqlalchemy.orm import aliased

from models import clock
from models.base.actor import Actor
from models.base.engine import make_engine
from models.base.session import ActorSession
from models.batch.claims import LEASE, hold, hold_next, release, waiting
from models.batch.operations import run_now
from models.batch.tables import Claim
from models.certification.states import MACHINE
from models.certification.tables import CertificationApplication
from tests.factories.accounts import make_actor
from tests.factories.certification import AT, World, make_application, make_office
from tests.support.databases import SessionOf
from views.base.waiting import count_in

T = TypeVar("T")
A = CertificationApplication
WAITS = ("submitted",)
CLERKS, RECORDS = 4, 24


@pytest.fixture
def clerks(world: World, system: ActorSession) -> list[Actor]:
    """Return the clerks of one site."""
    made = [make_actor(system, "confirm", world.here.site) for _ in range(CLERKS)]
    system.commit()
    return made


@pytest.fixture
def rows(world: World, system: ActorSession) -> list[int]:
    """Return the ids of submitted applications of the site, and store one of another."""
    made = [make_application(system, world.here, "submitted").id for _ in range(RECORDS)]
    make_application(system, world.there, "submitted")
    make_application(system, world.here, "confirmed")
    system.commit()
    return made


def test_the_oldest_comes_first_and_a_skipped_one_again_at_the_end(
    clerks: list[Actor], rows: list[int], session_of: SessionOf
) -> None:
    session, clerk = session_of(clerks[0]), clerks[0]
    assert hold_next(session, clerk, MACHINE, WAITS) == rows[0]
    assert hold_next(session, clerk, MACHINE, WAITS, after=rows[0]) == rows[1]
    assert hold_next(session, clerk, MACHINE, WAITS, after=rows[-1]) == rows[0]
    session.commit()
    assert list(session.scalars(select(Claim.row_id))) == [rows[0]]


def test_what_somebody_holds_is_given_to_nobody_else(
    clerks: list[Actor], rows: list[int], session_of: SessionOf
) -> None:
    one, other = session_of(clerks[0]), session_of(clerks[1])
    assert hold_next(one, clerks[0], MACHINE, WAITS) == rows[0]
    one.commit()
    assert not hold(other, clerks[1], MACHINE, rows[0])
    assert hold_next(other, clerks[1], MACHINE, WAITS) == rows[1]
    other.commit()
    assert hold(one, clerks[0], MACHINE, rows[0])
    release(one, clerks[0], MACHINE)
    one.commit()
    assert hold(other, clerks[1], MACHINE, rows[0])


def test_a_lease_runs_out_unless_it_is_renewed(
    clerks: list[Actor], rows: list[int], session_of: SessionOf
) -> None:
    one, other = session_of(clerks[0]), session_of(clerks[1])
    hold_next(one, clerks[0], MACHINE, WAITS)
    one.commit()
    with clock.held(AT + LEASE - timedelta(minutes=1)):
        assert hold(one, clerks[0], MACHINE, rows[0])
        one.commit()
    with clock.held(AT + LEASE):
        assert not hold(other, clerks[1], MACHINE, rows[0])
        other.rollback()
    with clock.held(AT + 2 * LEASE):
        assert hold_next(other, clerks[1], MACHINE, WAITS) == rows[0]


def test_nothing_waits_where_nothing_is_ones_own(
    world: World, rows: list[int], session_of: SessionOf
) -> None:
    assert rows
    stranger = world.there.confirm
    own = session_of(stranger)
    assert len(list(own.scalars(waiting(stranger, MACHINE, WAITS)))) == 1
    assert hold_next(own, stranger, MACHINE, ()) is None
    own.rollback()


def test_what_is_assigned_comes_first_and_to_nobody_else(
    world: World, system: ActorSession, session_of: SessionOf
) -> None:
    one, other = (make_actor(system, "authority", world.here.org) for _ in range(2))
    free, taken, own = (make_application(system, world.here, "confirmed") for _ in range(3))
    taken.reviewer_id, own.reviewer_id = other.user_id, one.user_id
    submitted = make_application(system, world.here, "submitted")
    submitted.reviewer_id = other.user_id  # it is not reviewed yet: whoever confirms may take it
    ids = {"free": free.id, "taken": taken.id, "own": own.id}
    submitted_id = submitted.id
    system.commit()
    session, states = session_of(one), ("confirmed",)
    assert hold_next(session, one, MACHINE, states) == ids["own"]
    assert hold_next(session, one, MACHINE, states, after=ids["own"]) == ids["own"]
    assert set(session.scalars(waiting(one, MACHINE, states))) == {ids["free"], ids["own"]}
    session.rollback()
    system.get_one(A, ids["own"]).reviewer_id = other.user_id
    system.commit()
    assert hold_next(session, one, MACHINE, states) == ids["free"]
    assert set(session.scalars(waiting(one, MACHINE, WAITS))) == {submitted_id}
    session.rollback()


def test_what_waits_is_counted_as_it_is_given_out(
    world: World, system: ActorSession, session_of: SessionOf
) -> None:
    below = make_office(system, world.here.org, world.here.subject, "甲县")
    one, other = (make_actor(system, "authority", world.here.org) for _ in range(2))
    own = [make_application(system, world.here, "confirmed").id for _ in range(3)]
    make_application(system, below, "confirmed")
    system.commit()
    states = ("confirmed",)
    session = session_of(one)
    assert count_in(session, one, MACHINE, states) == len(own)
    session.rollback()
    colleague = session_of(other)
    assert hold_next(colleague, other, MACHINE, states) == own[0]
    colleague.commit()
    assert count_in(session, one, MACHINE, states) == len(own) - 1
    session.rollback()
    assert count_in(colleague, other, MACHINE, states) == len(own)
    colleague.rollback()


def test_a_list_narrows_what_is_given_out_and_counted(
    clerks: list[Actor], rows: list[int], session_of: SessionOf
) -> None:
    session, clerk = session_of(clerks[0]), clerks[0]
    listed = select(A).where(A.id.in_([*rows[3:5], 0]))
    held = [hold_next(session, clerk, MACHINE, WAITS, after, rows=listed) for after in (0, rows[3])]
    assert held == rows[3:5]
    assert hold_next(session, clerk, MACHINE, WAITS, rows[4], rows=listed) == rows[3]
    assert count_in(session, clerk, MACHINE, WAITS, listed) == len(rows[3:5])
    nothing = listed.where(A.id == rows[0])
    assert hold_next(session, clerk, MACHINE, WAITS, rows=nothing) is None
    assert count_in(session, clerk, MACHINE, WAITS, nothing) == 0
    session.rollback()


def test_what_a_list_asks_of_other_records_stays_in_scope(
    world: World, clerks: list[Actor], rows: list[int], session_of: SessionOf
) -> None:
    session, clerk = session_of(clerks[0]), clerks[0]
    other = aliased(A)
    for office, expected in ((world.here, rows), (world.there, [])):
        asked = select(other.id).where(other.org_id == office.org.id).exists()
        listed = select(A).where(asked)
        given = hold_next(session, clerk, MACHINE, WAITS, rows=listed)
        assert given == next(iter(expected), None)
        assert count_in(session, clerk, MACHINE, WAITS, listed) == len(expected)
    session.rollback()


def test_clerks_at_once_hold_different_records(
    clerks: list[Actor], rows: list[int], database: str
) -> None:
    def take(clerk: Actor) -> int | None:
        engine = make_engine(database)
        with ActorSession(bind=engine) as session:
            session.act_as(clerk)
            found = hold_next(session, clerk, MACHINE, WAITS)
            session.commit()
        engine.dispose()
        return found

    taken = at_once(take, clerks)
    assert len(set(taken)) == CLERKS
    assert set(taken) <= set(rows)


def test_clerks_who_empty_a_queue_together_decide_each_record_once(
    clerks: list[Actor], rows: list[int], database: str, system: ActorSession
) -> None:
    def work(clerk: Actor) -> list[int]:
        engine, done = make_engine(database), []
        while True:
            with ActorSession(bind=engine) as session:
                session.act_as(clerk)
                found = hold_next(session, clerk, MACHINE, WAITS)
                session.commit()
                if found is None:
                    break
                batch = run_now(
                    session, clerk, A, "confirm", [found], inputs={"input_complete": "1"}
                )
                release(session, clerk, MACHINE)
                session.commit()
                assert batch.done_count == 1
                done.append(found)
        engine.dispose()
        return done

    decided = at_once(work, clerks)
    counted = Counter(row for each in decided for row in each)
    assert counted == Counter(rows)
    assert list(system.scalars(select(Claim.row_id))) == []


def at_once(do: Callable[[Actor], T], clerks: list[Actor]) -> list[T]:
    """Let every clerk do the same at the same time, by the clock that is held here."""
    with ThreadPoolExecutor(len(clerks)) as pool:
        running = [pool.submit(copy_context().run, do, clerk) for clerk in clerks]
        return [each.result(timeout=120) for each in running]
