"""Waiting for the job worker: who enters the queue, and what the worker does to the ledger: find
what waits, count attempts, write a failure down.

The ledger is the queue: whatever a crash forgets elsewhere, a batch that waits is found here.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import func, select, update

from models import clock
from models.base.session import ActorSession
from models.batch.ledger import BATCH, OPTIONS, need_claim, write
from models.batch.tables import Batch, BatchState
from models.errors import Conflict
from models.text import Message, from_json, msg, to_json

QUEUED: Final = msg("This batch waits to be carried out. Cancel it to change anything.")
#: A batch that kills its worker must not be tried for ever.
MOST_ATTEMPTS: Final = 3
#: States in which a batch may wait: an import to be judged, or whatever is to be carried out.
WAITING: Final = (BatchState.pinned, BatchState.previewed)
_WAITS: Final = (BATCH.c.queued_at.is_not(None), BATCH.c.state.in_(WAITING))


def wait_to_be_judged(session: ActorSession, batch: Batch) -> None:
    """Have the rows of an open batch judged by the worker, whatever was judged before.

    :raises Conflict: when it is over, too old, or waits already.
    """
    need_claim(session, batch, BatchState.pinned, WAITING)
    if batch.queued_at is not None:  # as it is now that nobody else can queue it
        raise Conflict(QUEUED)
    write(session, batch, queued_at=clock.now(), attempts=None)


def wait_to_be_done(session: ActorSession, batch: Batch, **values: Any) -> None:
    """Have a previewed batch carried out by the worker; ``values`` are written with it. What waits
    already waits as it was confirmed first.

    :raises Conflict: when it is not previewed, over or too old.
    """
    need_claim(session, batch, BatchState.previewed, (BatchState.previewed,))
    if batch.queued_at is None:  # as it is now that nobody else can queue it
        write(session, batch, queued_at=clock.now(), **values)


def begin_judging(session: ActorSession, batch: Batch) -> None:
    """Take a batch that waits to be judged out of the queue; the caller judges and commits."""
    write(session, batch, queued_at=None, attempts=None)


def waiting(session: ActorSession) -> list[int]:
    """Return the ids of the batches that wait for the worker, the longest waiting first."""
    found = select(BATCH.c.id).where(*_WAITS).order_by(BATCH.c.queued_at, BATCH.c.id)
    return list(session.scalars(found, execution_options=OPTIONS))


def begin_attempt(session: ActorSession, batch: Batch) -> bool:
    """Count an attempt before it begins; False when the batch waits no more or was tried too often.

    The caller commits at once: an attempt that dies must have been counted.
    """
    tried = session.scalar(
        update(BATCH)
        .where(BATCH.c.id == batch.id, *_WAITS)
        .values(attempts=func.coalesce(BATCH.c.attempts, 0) + 1)
        .returning(BATCH.c.attempts),
        execution_options=OPTIONS,
    )
    session.expire(batch)
    return tried is not None and tried <= MOST_ATTEMPTS


def fail(session: ActorSession, batch: Batch, why: Message) -> bool:
    """Give a waiting batch up, with the reason for its page, however long it has waited; False when
    it waits no more.
    """
    ended = {"failure": to_json(why), "finished_at": clock.now(), "expires_at": None}
    result: Any = session.execute(
        update(BATCH)
        .where(BATCH.c.id == batch.id, *_WAITS)
        .values(state=BatchState.failed.value, **ended),
        execution_options=OPTIONS,
    )
    session.expire(batch)
    return bool(result.rowcount)


def failure_of(batch: Batch) -> Message | None:
    """Return why a batch failed, None where no reason was kept."""
    told: Message | None = from_json(batch.failure) if batch.failure else None
    return told
