"""The row of a batch itself: its state moves by conditional UPDATE, so that of two presses one
counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select, update

from models import clock
from models.base.session import ActorSession
from models.batch.tables import Batch, BatchState
from models.errors import Conflict
from models.text import Message, msg
from models.workflow.run import CHANGED, DONE, GONE, READY, REFUSED

BATCH: Any = Batch.__table__
OPTIONS = {"unscoped": "batch: ledger", "preserve_rowcount": True}
OVER = {
    BatchState.done: msg("This batch is done already."),
    BatchState.undone: msg("This batch is done already."),
    BatchState.running: msg("This batch is running."),
    BatchState.cancelled: msg("This batch was cancelled. Select the records again."),
    BatchState.failed: msg("This batch failed. Select the records again."),
    BatchState.pinned: msg("This batch was not previewed yet. Preview it first."),
}
EXPIRED = msg("This selection is older than 24 hours. Select the records again.")
UNDO_EXPIRED = msg(
    "The time for undoing it has passed. Nothing was changed; use the action that leads back"
    " instead."
)


def state_of(session: ActorSession, batch: Batch) -> BatchState:
    """Return the state as the database has it now."""
    found = select(BATCH.c.state).where(BATCH.c.id == batch.id)
    state = session.execute(found, execution_options=OPTIONS).scalar_one()
    return next(each for each in BatchState if each == state)


def claim(
    session: ActorSession, batch: Batch, state: BatchState, sources: Sequence[BatchState]
) -> bool:
    """Move a batch from one of ``sources`` to ``state``; False when it is in another state already.

    :raises Conflict: when the selection is too old.
    """
    now = clock.now()
    if batch.expires_at is not None and batch.expires_at <= now:
        raise Conflict(_why_expired(batch))
    moved = update(BATCH).where(BATCH.c.id == batch.id, BATCH.c.state.in_(list(sources)))
    result: Any = session.execute(moved.values(state=state.value), execution_options=OPTIONS)
    session.expire(batch)
    return bool(result.rowcount)


def need_claim(
    session: ActorSession, batch: Batch, state: BatchState, sources: Sequence[BatchState]
) -> None:
    """Claim a batch.

    :raises Conflict: saying where the batch stands, when it is too late.
    """
    if not claim(session, batch, state, sources):
        raise too_late(batch, state_of(session, batch))


def too_late(batch: Batch, state: BatchState) -> Conflict:
    """Return the refusal for a batch that stands elsewhere."""
    return Conflict(OVER.get(state) or _why_expired(batch))


def _why_expired(batch: Batch) -> Message:
    return EXPIRED if batch.undo_of_id is None else UNDO_EXPIRED


def write(session: ActorSession, batch: Batch, **values: Any) -> None:
    """Write columns of the batch."""
    session.execute(
        update(BATCH).where(BATCH.c.id == batch.id).values(values), execution_options=OPTIONS
    )
    session.expire(batch)


def tally(counts: dict[str, int]) -> dict[str, int]:
    """Return the batch's counts from rows by outcome; gone rows count as changed."""
    return {
        "done_count": counts.get(DONE, 0) + counts.get(READY, 0),
        "refused_count": counts.get(REFUSED, 0),
        "changed_count": counts.get(CHANGED, 0) + counts.get(GONE, 0),
    }
