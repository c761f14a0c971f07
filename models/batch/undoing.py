"""Undo: a batch that takes another one back (reading 11): its transition, its rows, and the mark on
the batch undone.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Integer, case, insert, literal, select, true, update

from models import clock
from models.base.actor import Actor
from models.base.session import ActorSession
from models.batch.ledger import BATCH, OPTIONS
from models.batch.ownership import is_own
from models.batch.pinning import IDS_AT_ONCE, LIFETIME, TEXT_LENGTH, closed_pin, record_id
from models.batch.tables import Batch, BatchKind, BatchPart, BatchState
from models.batch.undoable import (
    ROW,
    class_of,
    judge,
    open_rows,
    original_of,
    until,
    within_reach,
)
from models.errors import Conflict
from models.text import msg
from models.workflow.machine import Transition
from models.workflow.run import DONE, Run
from models.workflow.undoing import Undone, undo_name, undo_of

PART: Any = BatchPart.__table__
#: Key of ``session.info``: transitions made here, by the batch that they undo.
MADE = "undo transitions"


def transition_of(session: ActorSession, batch_id: int) -> Transition:
    """Return the transition that takes a batch back, made once in a session."""
    made: dict[int, Transition] = session.info.setdefault(MADE, {})
    if batch_id not in made:
        _row, machine, transition = original_of(session, batch_id)
        lock = partial(_row_of, batch_id)
        close = partial(_close, batch_id=batch_id)
        made[batch_id] = undo_of(machine, transition, _undone(session, batch_id), lock, close)
    return made[batch_id]


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
        parts[class_of(name)] = _columns(session, kept)
    return Undone(batch_id, _columns(session, rows), parts, PART)


def _columns(session: ActorSession, images: Any) -> tuple[str, ...]:
    image = session.scalar(images.limit(1), execution_options=OPTIONS)
    return tuple(image or ())


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
    return pin_undo(session, actor, original, ids)


def pin_undo(
    session: ActorSession, actor: Actor, original: Any, ids: Iterable[Any] | None = None
) -> Batch:
    """Open a batch that takes another one back, with its rows that nobody took back since.

    Whether the actor may is judged before.

    :raises Conflict: when nothing of it can be undone any more.
    """
    batch = _open_undo(session, actor, original)
    within = true() if is_own(original, actor) else within_reach(actor, original.entity)
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


def _pin_rows(session: ActorSession, batch: Batch, which: ColumnElement[bool]) -> None:
    row = {
        "batch_id": literal(batch.id, Integer()),
        "row_id": ROW.c.row_id,
        "version": ROW.c.version + 1,  # as the batch left it
        "label": ROW.c.label,
        "restores": ROW.c.before,
    }
    found = select(*row.values()).where(*open_rows(int(batch.undo_of_id or 0)), which)
    session.execute(insert(ROW).from_select(list(row), found), execution_options=OPTIONS)


def _close(run: Run, batch_id: int) -> None:
    """Mark the rows taken back, and the batch once none is left."""
    mark_undone(run.session, batch_id, run.batch_id)


def mark_undone(session: ActorSession, batch_id: int, by_id: int) -> None:
    """Mark the rows that a batch has taken back of another, and that one once none is left."""
    taken = select(ROW.c.row_id).where(ROW.c.batch_id == by_id, ROW.c.outcome == DONE)
    rows = update(ROW).where(ROW.c.batch_id == batch_id, ROW.c.row_id.in_(taken))
    marked: Any = session.execute(rows.values(undone_by_id=by_id), execution_options=OPTIONS)
    undone = BATCH.c.undone_count + marked.rowcount
    is_whole = undone >= BATCH.c.done_count
    state = case((is_whole, literal(BatchState.undone.value)), else_=BATCH.c.state)
    batch = update(BATCH).where(BATCH.c.id == batch_id)
    session.execute(batch.values(undone_count=undone, state=state), execution_options=OPTIONS)
