"""Who may undo what, until when, and what is offered (reading 11)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update

from models import clock
from models.base.actor import Actor
from models.base.session import UNDO_HOURS, ActorSession
from models.batch import ledger, offers
from models.batch.operations import commit, preview
from models.batch.tables import Batch, BatchState
from models.batch.undoing import undo
from models.certification.tables import CertificationApplication
from models.errors import Conflict
from tests.factories.certification import AT, World
from tests.support.certifying import act, status
from tests.support.databases import SessionOf
from tests.support.undoing import (
    make,
    refused,
    take_back,
)


@pytest.fixture
def actor(world: World) -> Actor:
    return world.here.authority


@pytest.fixture
def session(actor: Actor, session_of: SessionOf) -> ActorSession:
    return session_of(actor)


def test_the_time_for_it_ends_whatever_the_window(
    world: World, system: ActorSession, session: ActorSession, actor: Actor
) -> None:
    first, second = make(system, world, "confirmed", 2)
    with clock.held(world.here.plan.decide_end - timedelta(hours=1)):
        one = act(session, actor, "approve", first)
        two = act(session, actor, "approve", second)
    late = world.here.plan.decide_end + timedelta(hours=22)
    with clock.held(late):
        assert take_back(session, actor, one).done_count == 1
    with clock.held(late + timedelta(hours=1)):
        with pytest.raises(Conflict, match=r"could be undone until 2026-\d\d-\d\d \d\d:\d\d"):
            undo(session, actor, two.id)
        session.info[UNDO_HOURS] = 48
        assert undo(session, actor, two.id).pinned_count == 1


def test_a_preview_does_not_lengthen_the_time(
    world: World, system: ActorSession, session: ActorSession, actor: Actor
) -> None:
    (record,) = make(system, world, "confirmed")
    done = act(session, actor, "approve", record)
    with clock.held(AT + timedelta(hours=23)):
        shown = undo(session, actor, done.id)
        preview(session, shown)
    assert shown.expires_at == AT + timedelta(hours=24)
    with clock.held(AT + timedelta(hours=24)), pytest.raises(Conflict, match="could be undone"):
        commit(session, shown)


def test_the_starter_needs_the_right_still(
    world: World, system: ActorSession, session: ActorSession, actor: Actor, session_of: SessionOf
) -> None:
    (record,) = make(system, world, "confirmed")
    key = act(session, actor, "approve", record).id
    session.rollback()
    poor = replace(actor, grants=frozenset({"batch:*"}))
    assert "by who started it" in refused(session_of(poor), poor, key)


def test_who_may_do_the_reverse_may_undo_and_others_do_not_know_of_it(
    world: World, system: ActorSession, session: ActorSession, actor: Actor, session_of: SessionOf
) -> None:
    (record,) = make(system, world, "submitted")
    site = world.here.confirm
    at_site = session_of(site)
    key = act(at_site, site, "reject_confirmation", record).id
    at_site.rollback()
    stranger = world.there.authority
    # He may do the reverse, but not to this record.
    assert refused(session_of(stranger), stranger, key) == "There is no such batch."
    reader = replace(actor, grants=frozenset({"batch:*", "certification:*:view"}))
    assert "by who started it" in refused(session_of(reader), reader, key)
    nobody = replace(stranger, grants=frozenset({"batch:batch:undo"}))
    assert refused(session_of(nobody), nobody, key) == "There is no such batch."
    assert take_back(session, actor, key).done_count == 1  # by reopening one's right
    assert status(session, record) == "submitted"


def test_the_latest_step_of_a_record_is_offered(
    world: World, system: ActorSession, session: ActorSession, actor: Actor
) -> None:
    first, second = make(system, world, "confirmed", 2)

    def offer(record: CertificationApplication) -> offers.Offer | None:
        found = offers.offer_for(session, actor, CertificationApplication, record.id)
        session.rollback()
        return found

    assert offer(first) is None
    done = act(session, actor, "approve", first, second)
    found = offer(first)
    assert found is not None
    assert (found.batch_id, found.count, found.until) == (done.id, 1, AT + timedelta(hours=24))
    session.get_one(CertificationApplication, first.id).address = "新地址"
    session.commit()
    assert offer(first) is None
    assert offer(second) is not None
    take_back(session, actor, done, second)
    assert offer(second) is None


def test_what_is_declared_no_more_is_told_to_nobody_who_may_not_see_it(
    world: World, system: ActorSession, session: ActorSession, actor: Actor, session_of: SessionOf
) -> None:
    (record,) = make(system, world, "confirmed")
    key = act(session, actor, "approve", record).id
    session.rollback()
    system.execute(
        update(Batch).where(Batch.id == key).values(action="given_up"),
        execution_options={"unscoped": "test"},
    )
    system.commit()
    stranger = world.there.authority
    assert refused(session_of(stranger), stranger, key) == "There is no such batch."
    assert refused(session, actor, key) == "This action cannot be undone."


def test_an_undo_past_its_time_says_so(
    world: World, system: ActorSession, session: ActorSession, actor: Actor
) -> None:
    (record,) = make(system, world, "confirmed")
    begun = undo(session, actor, act(session, actor, "approve", record).id)
    with clock.held(AT + timedelta(hours=24)):
        with pytest.raises(Conflict, match="time for undoing it has passed"):
            ledger.claim(session, begun, BatchState.previewed, (BatchState.pinned,))
        with pytest.raises(Conflict, match="time for undoing it has passed"):
            raise ledger.too_late(begun, BatchState.expired)
