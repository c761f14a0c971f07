"""What is forgotten of an import: its file, and what was said of the rows."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import or_, select, update

from models import clock
from models.base.session import ActorSession
from models.batch.ledger import BATCH, OPTIONS
from models.batch.pinning import LIFETIME
from models.batch.queueing import WAITING
from models.transfer.tables import ImportFile

#: How a file is when it is forgotten: a cell of the first row may be a person's, too.
NOTHING_KEPT: Final[dict[str, Any]] = {
    "content": None,
    "report": None,
    "mapping": None,
    "headings": [],
}


def forget(file: ImportFile) -> None:
    """Forget a file that nobody needs any more; the caller commits."""
    for name, value in NOTHING_KEPT.items():
        setattr(file, name, value)


def forget_files(session: ActorSession) -> int:
    """Forget files whose time is over, and what was said of their rows, however an import ended;
    return how many imports. Their counts stay in the ledger.

    Refused rows can be fetched for as long as the file of an open import is kept.
    """
    table: Any = ImportFile.__table__
    old = select(BATCH.c.id).where(
        BATCH.c.queued_at.is_(None) | BATCH.c.state.not_in(WAITING),
        BATCH.c.pinned_at <= clock.now() - LIFETIME,
    )
    personal = (table.c.content, table.c.report, table.c.mapping)
    is_kept = or_(*(column.is_not(None) for column in personal))
    forgotten = update(table).where(table.c.batch_id.in_(old), is_kept).values(NOTHING_KEPT)
    result: Any = session.execute(forgotten, execution_options=OPTIONS)
    return int(result.rowcount)
