"""What the ledger keeps of an import: one batch, and of each row how it was before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Integer, insert, literal, select

from models import clock
from models.audit.diff import plain
from models.audit.recorder import event_of, record
from models.base.actor import Actor
from models.base.orm import Base
from models.base.session import ActorSession
from models.batch.actions import IMPORT, IMPORT_LABEL
from models.batch.ledger import OPTIONS, write
from models.batch.pinning import TEXT_LENGTH
from models.batch.tables import Batch, BatchKind, BatchPart, BatchRow, BatchState
from models.transfer.importing import Report
from models.transfer.stored import to_json
from models.transfer.tables import ImportFile
from models.workflow.run import DONE

ROWS_AT_ONCE: Final = 1_000
NAME_LENGTH: Final = 200
ROW: Any = BatchRow.__table__
PART: Any = BatchPart.__table__


def keep_moved(session: ActorSession, batch: Batch, moved_id: int) -> None:
    """Keep what an import made and another batch moved on at once, as that batch left it."""
    row = {
        "batch_id": literal(batch.id, Integer()),
        "row_id": ROW.c.row_id,
        "version": ROW.c.version,
        "label": ROW.c.label,
        "before": literal({}, ROW.c.before.type),
        "outcome": ROW.c.outcome,
    }
    moved = select(*row.values()).where(ROW.c.batch_id == moved_id, ROW.c.outcome == DONE)
    session.execute(insert(ROW).from_select(list(row), moved), execution_options=OPTIONS)


def keep_beside(
    session: ActorSession, batch: Batch, table: type[Base], made: Mapping[int, int]
) -> None:
    """Keep what an import made beside its records: key of the record → key of the other."""
    beside = {"batch_id": batch.id, "entity": table.__tablename__, "version": 1}
    rows = [beside | {"whole_id": whole, "row_id": key} for whole, key in made.items()]
    for start in range(0, len(rows), ROWS_AT_ONCE):
        some = rows[start : start + ROWS_AT_ONCE]
        session.execute(insert(PART), some, execution_options=OPTIONS)


def keep_row(judged: Any) -> dict[str, Any]:
    """Return what the ledger keeps of a row: an empty image stands for a record that was made."""
    return {
        "row_id": judged.record.id,
        "version": judged.version,
        "label": judged.record.caption()[:TEXT_LENGTH],
        "before": {name: plain(value) for name, value in judged.before.items()},
        "outcome": DONE,
    }


def open_import(session: ActorSession, actor: Actor, table: type[Base], file_name: str) -> Batch:
    """Enter a batch for an import; it waits to be judged."""
    label = f"{table.__label__.zh} · {IMPORT_LABEL.zh} · {file_name}"
    batch = Batch(
        label=label[:TEXT_LENGTH],
        kind=BatchKind.data_import.value,
        entity=table.__tablename__,
        action=IMPORT,
        user_id=actor.user_id,
        username=actor.username,
        role=actor.role,
        org_id=actor.org_id,
        pinned_at=clock.now(),
    )
    session.add(batch)
    session.flush()
    session.add(ImportFile(batch_id=batch.id, file_name=file_name[:NAME_LENGTH], headings=[]))
    return batch


def close_import(
    session: ActorSession, batch: Batch, kept: Sequence[dict[str, Any]], report: Report
) -> None:
    """Keep the rows of an import and close its batch."""
    for start in range(0, len(kept), ROWS_AT_ONCE):
        rows = [row | {"batch_id": batch.id} for row in kept[start : start + ROWS_AT_ONCE]]
        session.execute(insert(ROW), rows, execution_options=OPTIONS)
    finish(session, batch, report)


def finish(session: ActorSession, batch: Batch, report: Report) -> None:
    """Say in the ledger that an import was carried out, with its counts, and keep its report."""
    session.get_one(ImportFile, batch.id).report = to_json(report)
    write(
        session,
        batch,
        state=BatchState.done.value,
        pinned_count=report.total,
        done_count=report.saved,
        refused_count=report.refused,
        finished_at=clock.now(),
        expires_at=None,
        failure=None,
    )


def record_import(session: ActorSession, table: type[Base], report: Report, file_name: str) -> None:
    """Tell the trail of an import; a dry run leaves no trace."""
    if report.dry_run:
        return
    record(
        session,
        event_of(table, IMPORT),
        entity=table.__tablename__,
        entity_text=file_name[:TEXT_LENGTH],
        changes={
            "rows": [None, report.total],
            "saved": [None, report.saved],
            "refused": [None, report.refused],
        },
        batch_id=report.batch_id,
    )
