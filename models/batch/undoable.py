"""Which batches can be undone, by whom and until when, and what was undone (reading 11)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, select, true

from models import clock
from models.base.actor import Actor
from models.base.orm import Base
from models.base.session import UNDO_HOURS, ActorSession
from models.batch.ledger import BATCH, OPTIONS
from models.batch.ownership import READ, is_own
from models.batch.tables import Batch, BatchKind, BatchRow, BatchState
from models.errors import Conflict, Forbidden, NotFound, Refusal
from models.text import Label, msg
from models.workflow.editing import edit_of, editable_by, edited_column
from models.workflow.machine import Machine, Transition
from models.workflow.registry import mover_of
from models.workflow.run import DONE
from models.workflow.undoing import left_behind

ROW: Any = BatchRow.__table__
HOURS = 24
RIGHT = "batch:batch:undo"
NO_BATCH = msg("There is no such batch.")
UNDECLARED = msg("This action cannot be undone.")
WITH_UNDO = (BatchKind.transition.value, BatchKind.edit.value)


def judge(session: ActorSession, actor: Actor, batch_id: int) -> tuple[Any, Transition]:
    """Return the row and the transition of a batch that the actor may undo now.

    :raises NotFound: for a batch that he can neither see nor undo.
    :raises Forbidden: when he is neither its starter nor may do the reverse.
    :raises Conflict: when it cannot be undone, was undone already, or it is too late.
    """
    original, machine, transition = _read(session, batch_id)
    if transition is None:
        sees = is_own(original, actor) or _sees(session, actor, original)
        raise Conflict(UNDECLARED) if sees else NotFound(NO_BATCH)
    if not _may(session, actor, original, machine, transition):
        raise _not_his(session, actor, original)
    if not transition.undoable or original.kind not in WITH_UNDO:
        raise Conflict(
            msg("This action cannot be undone. Use the action that leads back, if there is one.")
        )
    if original.state == BatchState.undone:
        raise Conflict(msg("This batch was undone already. Nothing more is done."))
    if original.state != BatchState.done:
        raise Conflict(msg("Only a batch that was carried out can be undone."))
    end = until(session, original)
    if clock.now() >= end:
        raise Conflict(
            msg(
                "It could be undone until %(until)s. Use the action that leads back instead.",
                until=end.astimezone(clock.SHANGHAI).strftime("%Y-%m-%d %H:%M"),
            )
        )
    return original, transition


def until(session: ActorSession, original: Any) -> datetime:
    """Return the instant from which a batch cannot be undone any more."""
    hours = session.info.get(UNDO_HOURS, HOURS)
    finished: datetime = original.finished_at
    return finished + timedelta(hours=hours)


def original_of(session: ActorSession, batch_id: int) -> tuple[Any, Machine, Transition]:
    """Return the row of a batch as the ledger has it, whosever it is, with what it did.

    :raises NotFound: when there is none.
    :raises Conflict: when the declaration is gone since.
    """
    original, machine, transition = _read(session, batch_id)
    if transition is None:
        raise Conflict(UNDECLARED)
    return original, machine, transition


def _read(session: ActorSession, batch_id: int) -> tuple[Any, Machine, Transition | None]:
    found = session.execute(select(BATCH).where(BATCH.c.id == batch_id), execution_options=OPTIONS)
    original = found.one_or_none()
    machine = mover_of(original.entity) if original is not None else None
    if original is None or machine is None:
        raise NotFound(NO_BATCH)
    transition = machine.transition(original.action) or edit_of(machine, original.action)
    return original, machine, transition


def _may(
    session: ActorSession, actor: Actor, original: Any, machine: Machine, transition: Transition
) -> bool:
    """Say whether an actor started a batch, with the right to do so now, or may do the reverse with
    any of its records.
    """
    column = edited_column(machine, original.action)
    if column is not None and column.key not in editable_by(machine, actor):
        return False
    own = is_own(original, actor) and actor.can(machine.permission(transition))
    back = any(actor.can(machine.permission(each)) for each in machine.reverses(transition))
    return actor.can(RIGHT) and (own or (back and _reaches(session, actor, original)))


def _reaches(session: ActorSession, actor: Actor, original: Any) -> bool:
    mine = select(ROW.c.row_id).where(
        ROW.c.batch_id == original.id, within_reach(actor, original.entity)
    )
    return session.scalar(mine.limit(1), execution_options=OPTIONS) is not None


def within_reach(actor: Actor, entity: str) -> ColumnElement[bool]:
    """Return the criterion of a batch's rows that an actor may read, whoever started it."""
    if actor.is_system:
        return true()
    table: Any = class_of(entity)
    rows = table.__table__.alias("within_reach")
    reached: ColumnElement[bool] = ROW.c.row_id.in_(
        select(rows.c.id).where(table.__scope__.reads(rows.c, actor))
    )
    return reached


def class_of(name: str) -> Any:
    """Return the mapped class of a table."""
    table = Base.metadata.tables[name]
    return next(m.class_ for m in Base.registry.mappers if m.local_table is table)


def _not_his(session: ActorSession, actor: Actor, original: Any) -> Refusal:
    if is_own(original, actor) or _sees(session, actor, original):
        return Forbidden(
            msg("A batch is undone by who started it, or by who may do the action that leads back.")
        )
    return NotFound(NO_BATCH)


def _sees(session: ActorSession, actor: Actor, original: Any) -> bool:
    seen = session.scalar(select(Batch.id).where(Batch.id == original.id))
    return seen is not None and (is_own(original, actor) or actor.can(READ))


def left_by(session: ActorSession, batch: Batch) -> tuple[Label, ...]:
    """Return in words what an undo does not bring back; nothing for any other batch."""
    if batch.undo_of_id is None or mover_of(batch.entity) is None:
        return ()
    _row, _machine, transition = _read(session, batch.undo_of_id)
    return left_behind(transition) if transition is not None else ()


def taken_by(session: ActorSession, batch: Batch) -> list[tuple[int, int]]:
    """Return the batches that took rows of a batch back, whosever they are, with their number of
    rows.
    """
    wanted = select(BATCH.c.id, BATCH.c.done_count).where(
        BATCH.c.undo_of_id == batch.id,
        BATCH.c.state == BatchState.done.value,
        BATCH.c.done_count > 0,
    )
    found = session.execute(wanted.order_by(BATCH.c.id), execution_options=OPTIONS)
    return [(key, count) for key, count in found]


def open_rows(batch_id: int) -> tuple[ColumnElement[bool], ...]:
    """Return the criteria of a batch's rows that can still be taken back."""
    return (
        ROW.c.batch_id == batch_id,
        ROW.c.outcome == DONE,
        ROW.c.undone_by_id.is_(None),
        ROW.c.before.is_not(None),
    )
