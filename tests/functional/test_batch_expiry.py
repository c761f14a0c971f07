"""The ledger forgets old before-images and unused selections, and nothing else (reading 11)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import ColumnElement, func, select

from models import clock
from models.audit.tables import AuditLog
from models.base.session import UNDO_HOURS, ActorSession
from models.batch.expiry import Forgotten, expire
from models.batch.operations import pin_ids, preview
from models.batch.tables import Batch, BatchPart, BatchRow
from models.certification.tables import CertificationApplication
from tests.factories.certification import AT, World
from tests.support.certifying import act
from tests.support.databases import SessionOf
from tests.support.undoing import make, refused, take_back

A = CertificationApplication


@pytest.fixture
def session(world: World, session_of: SessionOf) -> ActorSession:
    return session_of(world.here.authority)


def test_images_are_kept_for_ninety_days(
    world: World, system: ActorSession, session: ActorSession
) -> None:
    actor = world.here.authority
    first, second = make(system, world, "confirmed", 2)
    done = act(session, actor, "mark_incomplete", first, second)
    take_back(session, actor, done, first)
    key = done.id
    session.rollback()
    with clock.held(AT + timedelta(days=90) - timedelta(microseconds=1)):
        assert expire(system) == Forgotten(0, 0, 0)
    assert system.scalar(select(func.count()).select_from(AuditLog).where(_expiry())) == 0
    with clock.held(AT + timedelta(days=90)):
        assert expire(system) == Forgotten(selections=0, rows=3, parts=2)
        assert expire(system) == Forgotten(0, 0, 0)
    told = system.scalars(select(AuditLog).where(_expiry())).one()
    assert told.changes == {"expired": [None, 0], "images": [None, 5]}
    rows = system.execute(select(BatchRow.before, BatchRow.restores, BatchRow.outcome)).all()
    assert rows == [(None, None, "done")] * 3
    assert system.scalar(select(func.count()).select_from(BatchPart)) == 0
    assert system.get_one(Batch, key).done_count == 2
    system.commit()
    session.info[UNDO_HOURS] = 24 * 365
    with clock.held(AT + timedelta(days=91)):
        assert "Nothing of this can be undone any more" in refused(session, actor, key, second)


def test_a_selection_past_its_time_is_closed(
    world: World, system: ActorSession, session: ActorSession
) -> None:
    (record,) = make(system, world, "confirmed")
    batch = pin_ids(session, world.here.authority, A, "approve", [record.id])
    preview(session, batch)
    session.commit()
    key = batch.id
    session.rollback()
    with clock.held(AT + timedelta(hours=24)):
        assert expire(system).selections == 1
    assert system.get_one(Batch, key).state == "expired"
    system.commit()


def test_the_command_says_what_it_did(app: Flask, world: World) -> None:
    assert world
    told = app.test_cli_runner().invoke(args=["batch", "expire"])
    assert told.exit_code == 0, told.output
    assert told.output == (
        "0 selections closed; before-images of 0 rows and 0 parts forgotten;"
        " 0 files of imports forgotten, 0 of exports;"
        " 0 files removed that no record names.\n"
    )


def _expiry() -> ColumnElement[bool]:
    return AuditLog.event == "batch:batch:expire"
