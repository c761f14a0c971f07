"""The offer to undo: of a batch on its page, of a record's latest step on the record's."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select, true

from models.base.actor import Actor
from models.base.orm import Base
from models.base.session import ActorSession
from models.batch.ledger import OPTIONS
from models.batch.ownership import is_own
from models.batch.undoable import ROW, judge, open_rows, until, within_reach
from models.batch.undoing import transition_of
from models.errors import Refusal
from models.text import Label
from models.workflow import sql
from models.workflow.engine import context
from models.workflow.judging import refusal
from models.workflow.machine import Machine, Transition
from models.workflow.registry import mover_of
from models.workflow.tables import WorkflowLog
from models.workflow.undoing import left_behind

LOG: Any = WorkflowLog.__table__


@dataclass(frozen=True, slots=True)
class Offer:
    """That a batch, or one record of it, can be undone: until when, and how many records.

    Where none can be any more, ``count`` is 0 and ``stays`` how many are left as they are.
    ``log_id`` is the step in the record's history that would be undone.
    """

    batch_id: int
    until: datetime
    count: int
    leaves: tuple[Label, ...]
    log_id: int | None = None
    stays: int = 0


def offer(session: ActorSession, actor: Actor, batch_id: int) -> Offer | None:
    """Return the offer to undo a batch; None where the actor could not."""
    try:
        original, transition = judge(session, actor, batch_id)
    except Refusal:
        return None
    found = _offer_of(session, original, transition)
    if _can_go_back(session, actor, original):
        return found
    return replace(found, count=0, stays=found.count)


def _offer_of(session: ActorSession, original: Any, transition: Transition) -> Offer:
    """Return the offer of a batch, whatever became of its rows since."""
    left = original.done_count - original.undone_count
    return Offer(original.id, until(session, original), left, left_behind(transition))


def offer_for(session: ActorSession, actor: Actor, table: type[Base], key: int) -> Offer | None:
    """Return the offer to undo the latest step of a record; None where the actor could not."""
    machine = mover_of(table)
    latest = _latest_step(session, machine, key) if machine else None
    if latest is None:
        return None
    try:
        original, transition = judge(session, actor, latest.batch_id)
    except Refusal:
        return None
    if not _can_go_back(session, actor, original, key):
        return None
    found = _offer_of(session, original, transition)
    return Offer(found.batch_id, found.until, 1, found.leaves, latest.id)


def _latest_step(session: ActorSession, machine: Machine, key: int) -> Any:
    wanted = select(LOG.c.id, LOG.c.batch_id)
    wanted = wanted.where(LOG.c.machine == machine.name, LOG.c.entity_id == key)
    wanted = wanted.order_by(LOG.c.at.desc(), LOG.c.id.desc()).limit(1)
    found = session.execute(wanted, execution_options=OPTIONS).one_or_none()
    return found if found is not None and found.batch_id is not None else None


def _can_go_back(
    session: ActorSession, actor: Actor, original: Any, key: int | None = None
) -> bool:
    """Say whether a record of a batch, or the one of a key, is still as the batch left it and
    nothing keeps it from going back.
    """
    undo, machine = transition_of(session, original.id), mover_of(original.entity)
    if machine is None:
        return False
    entity = sql.alias_of(machine.table.__table__, "subject")
    why = refusal(machine, undo, entity.c, context(session, actor), asked=False)
    within = true() if is_own(original, actor) else within_reach(actor, original.entity)
    found = (
        select(ROW.c.row_id)
        .select_from(entity.join(ROW, ROW.c.row_id == entity.c.id))
        .where(
            entity.c.version == ROW.c.version + 1, *open_rows(original.id), within, why.is_(None)
        )
    )
    if key is not None:
        found = found.where(entity.c.id == key)
    return session.scalar(found.limit(1), execution_options=OPTIONS) is not None
