"""What the ledger forgets: selections that nobody carried out, and images older than they serve."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import delete, func, or_, select, update

from models import clock
from models.audit.recorder import record
from models.base.session import ActorSession
from models.batch.ledger import BATCH, OPTIONS
from models.batch.tables import BatchPart, BatchRow, BatchState

#: Undo alone reads how rows were before; afterwards they are personal data kept for nothing
#: (reading 11).
KEPT_DAYS: Final = 90
ROW: Any = BatchRow.__table__
PART: Any = BatchPart.__table__
OPEN = (BatchState.pinned.value, BatchState.previewed.value)


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How many selections were closed, and how many rows and parts lost their images."""

    selections: int
    rows: int
    parts: int


def expire(session: ActorSession) -> Forgotten:
    """Close selections past their time, and forget before-images after 90 days; may be repeated.

    Batches, their counts and every row's outcome stay.
    """
    now = clock.now()
    is_late = BATCH.c.expires_at <= now
    unused = (BATCH.c.state.in_(OPEN), BATCH.c.queued_at.is_(None), is_late)
    closed = update(BATCH).where(*unused).values(state=BatchState.expired.value)
    ended = func.coalesce(BATCH.c.finished_at, BATCH.c.pinned_at)
    old = select(BATCH.c.id).where(ended <= now - timedelta(days=KEPT_DAYS))
    kept = or_(ROW.c.before.is_not(None), ROW.c.restores.is_not(None))
    images = update(ROW).where(ROW.c.batch_id.in_(old), kept).values(before=None, restores=None)
    parts = delete(PART).where(PART.c.batch_id.in_(old))
    found = Forgotten(*(_count(session, each) for each in (closed, images, parts)))
    if found != Forgotten(0, 0, 0):
        told = {"expired": found.selections, "images": found.rows + found.parts}
        changes = {name: [None, count] for name, count in told.items()}
        record(session, "batch:batch:expire", entity="batch", changes=changes)
    return found


def _count(session: ActorSession, statement: Any) -> int:
    result: Any = session.execute(statement, execution_options=OPTIONS)
    return int(result.rowcount)
