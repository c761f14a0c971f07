"""The offer to undo: of a batch on its page, of a record's latest step on the record's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, true

from models.base.actor import Actor
from models.base.orm import Base
from models.base.session import ActorSession
from models.batch.ledger import OPTIONS
from models.batch.undoable import ROW, judge, open_rows, until
from models.batch.undoing import transition_of
from models.errors import Refusal
from models.text import Label
from models.workflow import sql
from models.workflow.engine import context
from models.workflow.judging import refusal
from models.workflow.machine import Machine
from models.workflow.registry import mover_of
from models.workflow.tables import WorkflowLog
from models.workflow.undoing import left_behind

LOG: Any = WorkflowLog.__table__


@dataclass(frozen=True, slots=True)
class Offer:
    """That a batch, or one record of it, can be undone: until when, and how many records.

    ``log_id`` is the step in the record's history that would be undone.
    """

    batch_id: int
    until: datetime
    count: int
    leaves: tuple[Label, ...]
    log_id: int | None = None


def offer(session: ActorSession, actor: Actor, batch_id: int) -> Offer | None:
    """Return the offer to undo a batch; None where the actor could not."""
    try:
        original, transition = judge(session, actor, batch_id)
    except Refusal:
        return None
    left = original.done_count - original.undone_count
    return Offer(batch_id, until(session, original), left, left_behind(transition))


def offer_for(session: ActorSession, actor: Actor, table: type[Base], key: int) -> Offer | None:
    """Return the offer to undo the latest step of a record; None where the actor could not."""
    machine = mover_of(table)
    latest = _latest_step(session, machine, key) if machine else None
    found = offer(session, actor, latest.batch_id) if latest is not None else None
    if machine is None or latest is None or found is None:
        return None
    if _refused(session, actor, machine, found.batch_id, key):
        return None
    return Offer(found.batch_id, found.until, 1, found.leaves, latest.id)


def _latest_step(session: ActorSession, machine: Machine, key: int) -> Any:
    wanted = select(LOG.c.id, LOG.c.batch_id)
    wanted = wanted.where(LOG.c.machine == machine.name, LOG.c.entity_id == key)
    wanted = wanted.order_by(LOG.c.at.desc(), LOG.c.id.desc()).limit(1)
    found = session.execute(wanted, execution_options=OPTIONS).one_or_none()
    return found if found is not None and found.batch_id is not None else None


def _refused(
    session: ActorSession, actor: Actor, machine: Machine, batch_id: int, key: int
) -> bool:
    """Say whether a record has moved on since a batch, or cannot go back."""
    entity = sql.alias_of(machine.table.__table__, "subject")
    transition = transition_of(session, batch_id)
    why = refusal(machine, transition, entity.c, context(session, actor), asked=False)
    same = (
        ROW.c.row_id == entity.c.id,
        entity.c.version == ROW.c.version + 1,
        *open_rows(batch_id),
    )
    found = session.execute(
        select(why).select_from(entity.join(ROW, true())).where(*same, entity.c.id == key),
        execution_options=OPTIONS,
    ).one_or_none()
    return found is None or found[0] is not None
