"""Undo: a batch that takes another one back (reading 11). Which batches may be taken back by whom,
the rows that are left to take back, and the mark on the batch undone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Integer, case, insert, literal, select, true, update

from models import clock
from models.base.actor import Actor
from models.base.orm import Base
from models.base.session import UNDO_HOURS, ActorSession
from models.batch.ledger import BATCH, OPTIONS
from models.batch.ownership import READ, is_own
from models.batch.pinning import IDS_AT_ONCE, LIFETIME, TEXT_LENGTH, closed_pin, record_id
from models.batch.tables import Batch, BatchKind, BatchPart, BatchRow, BatchState
from models.errors import Conflict, Forbidden, NotFound, Refusal
from models.text import Label, msg
from models.workflow import sql
from models.workflow.editing import edit_of
from models.workflow.engine import context
from models.workflow.judging import refusal
from models.workflow.machine import Machine, Transition
from models.workflow.registry import machine_of
from models.workflow.run import DONE, Run
from models.workflow.tables import WorkflowLog
from models.workflow.undoing import Undone, left_behind, undo_name, undo_of

ROW: Any = BatchRow.__table__
PART: Any = BatchPart.__table__
LOG: Any = WorkflowLog.__table__
HOURS = 24
RIGHT = "batch:batch:undo"
#: Key of ``session.info``: transitions made here, by the batch that they undo.
MADE = "undo transitions"
WITH_UNDO = (BatchKind.transition.value, BatchKind.edit.value)


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
    machine = machine_of(table)
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
    same = (ROW.c.row_id == entity.c.id, entity.c.version == ROW.c.version + 1, *_open(batch_id))
    found = session.execute(
        select(why).select_from(entity.join(ROW, true())).where(*same, entity.c.id == key),
        execution_options=OPTIONS,
    ).one_or_none()
    return found is None or found[0] is not None


def until(session: ActorSession, original: Any) -> datetime:
    """Return the instant from which a batch cannot be undone any more."""
    hours = session.info.get(UNDO_HOURS, HOURS)
    finished: datetime = original.finished_at
    return finished + timedelta(hours=hours)


def judge(session: ActorSession, actor: Actor, batch_id: int) -> tuple[Any, Transition]:
    """Return the row and the transition of a batch that the actor may undo now.

    :raises NotFound: for a batch that he can neither see nor undo.
    :raises Forbidden: when he is neither its starter nor may do the reverse.
    :raises Conflict: when it cannot be undone, was undone already, or it is too late.
    """
    original, machine, transition = _original(session, batch_id)
    if not _may(actor, original, machine, transition):
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


def _original(session: ActorSession, batch_id: int) -> tuple[Any, Machine, Transition]:
    found = session.execute(select(BATCH).where(BATCH.c.id == batch_id), execution_options=OPTIONS)
    original = found.one_or_none()
    machine = machine_of(original.entity) if original is not None else None
    if original is None or machine is None:
        raise NotFound(msg("There is no such batch."))
    transition = machine.transition(original.action) or edit_of(machine, original.action)
    if transition is None:
        raise Conflict(msg("This action cannot be undone."))
    return original, machine, transition


def _may(actor: Actor, original: Any, machine: Machine, transition: Transition) -> bool:
    """Say whether an actor started a batch, with the right to do so now, or may do the reverse."""
    own = is_own(original, actor) and actor.can(machine.permission(transition))
    ways_back = machine.reverses(transition)
    return actor.can(RIGHT) and (own or any(actor.can(machine.permission(t)) for t in ways_back))


def _not_his(session: ActorSession, actor: Actor, original: Any) -> Refusal:
    if is_own(original, actor) or _sees(session, actor, original):
        return Forbidden(
            msg("A batch is undone by who started it, or by who may do the action that leads back.")
        )
    return NotFound(msg("There is no such batch."))


def _sees(session: ActorSession, actor: Actor, original: Any) -> bool:
    seen = session.scalar(select(Batch.id).where(Batch.id == original.id))
    return seen is not None and (is_own(original, actor) or actor.can(READ))


def transition_of(session: ActorSession, batch_id: int) -> Transition:
    """Return the transition that takes a batch back, made once in a session."""
    made: dict[int, Transition] = session.info.setdefault(MADE, {})
    if batch_id not in made:
        _row, machine, transition = _original(session, batch_id)
        lock = partial(_row_of, batch_id)
        close = partial(_close, batch_id=batch_id)
        made[batch_id] = undo_of(machine, transition, _undone(session, batch_id), lock, close)
    return made[batch_id]


def left_by(session: ActorSession, batch: Batch) -> tuple[Label, ...]:
    """Return in words what an undo does not bring back; nothing for any other batch."""
    if batch.undo_of_id is None:
        return ()
    return left_behind(_original(session, batch.undo_of_id)[2])


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


def _row_of(batch_id: int) -> Any:
    return select(BATCH.c.id).where(BATCH.c.id == batch_id)


def _undone(session: ActorSession, batch_id: int) -> Undone:
    """Read out of the ledger what a batch wrote: of its rows, and of which parts."""
    rows = select(ROW.c.before).where(ROW.c.batch_id == batch_id, ROW.c.before.is_not(None))
    entities = select(PART.c.entity).where(PART.c.batch_id == batch_id).distinct()
    names = list(session.scalars(entities, execution_options=OPTIONS))
    parts = {}
    for name in names:
        kept = select(PART.c.before).where(
            PART.c.batch_id == batch_id, PART.c.entity == name, PART.c.before.is_not(None)
        )
        parts[_class_of(name)] = _columns(session, kept)
    return Undone(batch_id, _columns(session, rows), parts, PART)


def _columns(session: ActorSession, images: Any) -> tuple[str, ...]:
    image = session.scalar(images.limit(1), execution_options=OPTIONS)
    return tuple(image or ())


def _class_of(name: str) -> Any:
    table = Base.metadata.tables[name]
    return next(m.class_ for m in Base.registry.mappers if m.local_table is table)


def undo(
    session: ActorSession, actor: Actor, batch_id: int, ids: Iterable[Any] | None = None
) -> Batch:
    """Pin the rows that a batch moved and nobody took back since, as it left them.

    ``ids`` narrows it to some records, such as the one of a page. Whoever did not start the batch
    takes back the records within his reach.

    :raises NotFound: for a batch that he can neither see nor undo.
    :raises Forbidden: when he is neither its starter nor may do the reverse.
    :raises Conflict: when nothing of it can be undone any more.
    """
    original, _transition = judge(session, actor, batch_id)
    batch = _open_undo(session, actor, original)
    within = true() if is_own(original, actor) else _within_reach(actor, original.entity)
    if ids is None:
        _pin_rows(session, batch, within)
    else:
        wanted = iter(sorted({record_id(each) for each in ids}))
        while chunk := list(islice(wanted, IDS_AT_ONCE)):
            _pin_rows(session, batch, within & ROW.c.row_id.in_(chunk))
    return closed_pin(
        session,
        batch,
        Conflict(msg("Nothing of this can be undone any more: look at the record's history.")),
    )


def _open_undo(session: ActorSession, actor: Actor, original: Any) -> Batch:
    now = clock.now()
    batch = Batch(
        label=f"撤销 · {original.label}"[:TEXT_LENGTH],
        kind=BatchKind.undo.value,
        entity=original.entity,
        action=undo_name(original.action),
        user_id=actor.user_id,
        username=actor.username,
        role=actor.role,
        org_id=actor.org_id,
        query=original.query if is_own(original, actor) else None,
        pinned_at=now,
        expires_at=min(now + LIFETIME, until(session, original)),
        undo_of_id=original.id,
    )
    session.add(batch)
    session.flush()
    return batch


def _within_reach(actor: Actor, entity: str) -> ColumnElement[bool]:
    table: Any = _class_of(entity)
    rows = table.__table__.alias("within_reach")
    reached: ColumnElement[bool] = ROW.c.row_id.in_(
        select(rows.c.id).where(table.__scope__.reads(rows.c, actor))
    )
    return true() if actor.is_system else reached


def _open(batch_id: int) -> tuple[ColumnElement[bool], ...]:
    """Return the criteria of a batch's rows that can still be taken back."""
    return (
        ROW.c.batch_id == batch_id,
        ROW.c.outcome == DONE,
        ROW.c.undone_by_id.is_(None),
        ROW.c.before.is_not(None),
    )


def _pin_rows(session: ActorSession, batch: Batch, which: ColumnElement[bool]) -> None:
    row = {
        "batch_id": literal(batch.id, Integer()),
        "row_id": ROW.c.row_id,
        "version": ROW.c.version + 1,  # as the batch left it
        "label": ROW.c.label,
        "restores": ROW.c.before,
    }
    found = select(*row.values()).where(*_open(int(batch.undo_of_id or 0)), which)
    session.execute(insert(ROW).from_select(list(row), found), execution_options=OPTIONS)


def _close(run: Run, batch_id: int) -> None:
    """Mark the rows taken back, and the batch once none is left."""
    taken = update(ROW).where(ROW.c.batch_id == batch_id, ROW.c.row_id.in_(run.moved()))
    count = run.execute(taken.values(undone_by_id=run.batch_id), "mark rows undone").rowcount
    undone = BATCH.c.undone_count + count
    is_whole = undone >= BATCH.c.done_count
    state = case((is_whole, literal(BatchState.undone.value)), else_=BATCH.c.state)
    marked = update(BATCH).where(BATCH.c.id == batch_id)
    run.execute(marked.values(undone_count=undone, state=state), "mark batch undone")
