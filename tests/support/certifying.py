"""What tests of certification share: a stored world, and a desk from which somebody acts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select

from models import clock
from models.base.actor import Actor, system_actor
from models.base.orm import Business
from models.base.session import ActorSession
from models.batch.operations import commit, pin_ids, preview
from models.batch.queries import rows
from models.batch.tables import Batch
from models.certification.tables import CertificationApplication
from models.workflow.engine import judge_record
from models.workflow.registry import machine_of
from tests.factories.certification import AT, World, make_world
from tests.support.databases import SessionOf

#: For each transition what it asks for.
INPUTS: dict[str, dict[str, Any]] = {
    "mark_incomplete": {
        "input_reason": "缺照片",
        "input_missing": ["photo"],
        "input_deadline": "2026-12-20",
    },
    "reject_confirmation": {"input_reason": "不属本辖区"},
    "reopen_confirmation": {"input_reason": "录入有误"},
    "refuse": {"input_reason": "学历不符"},
    "withdraw_approval": {"input_reason": "录入有误"},
    "reopen_review": {"input_reason": "补充材料"},
}


@pytest.fixture
def system(session_of: SessionOf) -> ActorSession:
    """Return the session of the system, which stores what a test starts with."""
    session = session_of(system_actor("test"))
    session.expire_on_commit = False
    return session


@pytest.fixture
def world(system: ActorSession) -> Iterator[World]:
    """Store two offices; the clock stands at an instant at which all windows are open."""
    with clock.held(AT):
        world = make_world(system)
        system.commit()
        yield world


def act(
    session: ActorSession,
    actor: Actor,
    action: str,
    *records: Business,
    inputs: Mapping[str, Any] | None = None,
) -> Batch:
    """Pin, preview and commit one transition of the records' table, with the inputs it asks for."""
    given = INPUTS.get(action) if inputs is None else inputs
    batch = pin_ids(session, actor, type(records[0]), action, [each.id for each in records])
    preview(session, batch, given)
    done = commit(session, batch, given)
    session.commit()
    return done


def outcomes(session: ActorSession, batch: Batch) -> dict[int, str]:
    """Return what happened to each row: ``done``, or the code of the reason."""
    found = {
        row.row_id: str(row.outcome) if row.outcome != "refused" else str(row.reason)
        for row in rows(session, batch)
    }
    session.rollback()  # on SQLite an open transaction would lock out the other sessions of a test
    return found


def status(session: ActorSession, application: CertificationApplication) -> str:
    """Return an application's state as the database has it."""
    cls = CertificationApplication
    found = select(cls.status).where(cls.id == application.id)
    state = str(session.scalar(found, execution_options={"unscoped": "test"}))
    session.rollback()
    return state


def reasons(
    session: ActorSession, actor: Actor, record: Business, at: datetime | None = None
) -> dict[str, str | None]:
    """Return why each transition that the role may do is not possible, None where it is."""
    machine = machine_of(type(record))
    assert machine is not None
    with clock.held(at or clock.now()):
        judged = judge_record(session, machine, actor, record.id)
    session.rollback()
    return {t.name: None if reason is None else str(reason) for t, reason in judged}
