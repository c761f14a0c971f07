"""Undo as tests go through it: pin what a batch moved, preview, commit."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, inspect, select

from models.base.actor import Actor
from models.base.orm import Business
from models.base.session import ActorSession
from models.batch import offers
from models.batch.operations import commit, preview
from models.batch.tables import Batch
from models.batch.undoing import undo
from models.certification.tables import CertificationApplication
from models.errors import Refusal
from tests.factories.certification import World, make_application

#: Every transition with a state that it starts from, and whether it can be undone; written down a
#: second time on purpose.
UNDOABLE = {
    "submit": ("draft", False),
    "confirm": ("submitted", True),
    "mark_incomplete": ("confirmed", True),
    "reject_confirmation": ("materials_incomplete", True),
    "reopen_confirmation": ("confirm_rejected", True),
    "approve": ("confirmed", True),
    "refuse": ("confirmed", True),
    "assign_numbers": ("approved_unnumbered", False),
    "withdraw_approval": ("approved_unnumbered", True),
    "reopen_review": ("review_rejected", True),
}
#: Kept by every write; an undo is a write too.
MARKS = {"version", "updated_at", "updated_by"}


def take_back(
    session: ActorSession,
    actor: Actor,
    batch: Batch | int,
    *records: Business,
    inputs: dict[str, str] | None = None,
) -> Batch:
    """Undo a batch, or some records of it, in one go."""
    key = batch if isinstance(batch, int) else batch.id
    begun = undo(session, actor, key, [each.id for each in records] or None)
    preview(session, begun, inputs)
    done = commit(session, begun, inputs)
    session.commit()
    return done


def stored(session: ActorSession, record: Business) -> dict[str, Any]:
    """Return the columns of a record as the database has them, but for the marks of a write."""
    table = inspect(type(record)).local_table
    wanted = select(table).where(table.c.id == record.id)
    row = session.execute(wanted, execution_options={"unscoped": "test"}).one()
    session.rollback()
    return {name: value for name, value in row._mapping.items() if name not in MARKS}


def offered(session: ActorSession, actor: Actor, batch: Batch) -> offers.Offer | None:
    """Return the offer to undo a batch."""
    found = offers.offer(session, actor, batch.id)
    session.rollback()  # on SQLite an open transaction would lock out the other sessions of a test
    return found


def refused(session: ActorSession, actor: Actor, batch: Batch | int, *records: Business) -> str:
    """Return why a batch cannot be undone."""
    key = batch if isinstance(batch, int) else batch.id
    try:
        undo(session, actor, key, [each.id for each in records] or None)
    except Refusal as refusal:
        return str(refusal)
    finally:
        session.rollback()
    raise AssertionError("it can be undone")


def facts(session: ActorSession, batch: Batch) -> tuple[str, int]:
    """Return the state of a batch, and how many of its rows were undone."""
    wanted = select(Batch.state, Batch.undone_count).where(Batch.id == batch.id)
    state, count = session.execute(wanted, execution_options={"unscoped": "test"}).one()
    session.rollback()
    return state, count


def make(
    system: ActorSession, world: World, state: str, count: int = 1
) -> list[CertificationApplication]:
    """Store applications of one state."""
    made = [make_application(system, world.here, state) for _ in range(count)]
    system.commit()
    return made


def count(session: ActorSession, what: Any, *which: Any) -> int:
    """Return how many rows there are, whosever they are."""
    found = session.scalar(
        select(func.count()).select_from(what).where(*which),
        execution_options={"unscoped": "test"},
    )
    session.rollback()
    return found or 0
