"""What the undo of an import does to its rows: what the import made goes, what it changed is as
before, and what moved on, is used or may not be changed stays, each with its reason.

Records are taken in chunks, through the session, so that scope, rules and trail hold as for any
change. Where a chunk cannot go as a whole, its records go one by one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Date, inspect, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import selectinload

from models.base.session import ActorSession
from models.base.types import Instant
from models.batch.ledger import OPTIONS
from models.batch.pinning import IDS_AT_ONCE
from models.batch.tables import Batch
from models.batch.undoable import ROW, class_of
from models.errors import Refusal
from models.text import Message, msg, to_json
from models.transfer.declaring import importer_of
from models.transfer.unmaking import Ties, is_used, ties_of, unmake
from models.workflow.run import CHANGED, DONE, GONE, REFUSED, tell

CHUNK_ROWS: Final = 250
GONE_SINCE: Final = msg("The record is gone.")
MOVED_ON: Final = msg("The record was changed after the import. It stays as it is.")
IN_USE: Final = msg(
    "It was used since: others refer to it, it was printed, or somebody signed in. It stays."
)


@dataclass(frozen=True, slots=True)
class Brought:
    """What became of one row: its record, its outcome, and why it stays."""

    row_id: int
    outcome: str
    why: Message | None = None


def bring_back(session: ActorSession, batch: Batch, step: str) -> list[Brought]:
    """Take back every row that an undo has pinned; ``step`` is the one that listeners are told of.

    The latest rows go first: what refers to others of the same file goes before them.
    """
    done: list[Brought] = []
    _hold(session, batch)
    for rows in _chunks(session, batch.id):
        done += _take_chunk(session, batch, rows)
        tell(session, step, len(done) * 99 // batch.pinned_count)
    return done


def keep_outcomes(
    session: ActorSession, batch: Batch, brought: Sequence[Brought], done: str
) -> tuple[Counter[str], dict[str, Any]]:
    """Write into the ledger what becomes of each row, ``done`` being the word for those that go;
    return how many rows have which outcome, and the sentences by the code that rows name.
    """
    reasons: dict[str, Any] = {}
    codes: dict[str, str] = {}
    groups: dict[tuple[str, str | None], list[int]] = {}
    for each in brought:
        code = _code(each.why, codes, reasons) if each.why else None
        outcome = done if each.outcome == DONE else each.outcome
        groups.setdefault((outcome, code), []).append(each.row_id)
    counts: Counter[str] = Counter()
    for (outcome, code), ids in groups.items():
        counts[outcome] += len(ids)
        for start in range(0, len(ids), IDS_AT_ONCE):
            some = (ROW.c.batch_id == batch.id, ROW.c.row_id.in_(ids[start : start + IDS_AT_ONCE]))
            told = update(ROW).where(*some).values(outcome=outcome, reason=code)
            session.execute(told, execution_options=OPTIONS)
    return counts, reasons


def _code(why: Message, codes: dict[str, str], reasons: dict[str, Any]) -> str:
    if (said := str(why)) not in codes:
        codes[said] = str(len(codes) + 1)
        reasons[codes[said]] = to_json(why)
    return codes[said]


def _chunks(session: ActorSession, batch_id: int) -> Iterator[Sequence[Any]]:
    wanted = select(ROW).where(ROW.c.batch_id == batch_id).order_by(ROW.c.row_id.desc())
    found = session.execute(wanted.limit(CHUNK_ROWS), execution_options=OPTIONS).all()
    while found:
        yield found
        behind = wanted.where(ROW.c.row_id < found[-1].row_id).limit(CHUNK_ROWS)
        found = session.execute(behind, execution_options=OPTIONS).all()


def _take_chunk(session: ActorSession, batch: Batch, rows: Sequence[Any]) -> list[Brought]:
    records = _records(session, batch, rows)
    made = [records[row.row_id] for row in rows if _is_made(records.get(row.row_id), row)]
    ties = ties_of(session, made, int(batch.undo_of_id or 0))
    try:
        with session.begin_nested():
            taken = [_take(session, records.get(row.row_id), row, ties) for row in rows]
            session.flush()
    except (IntegrityError, Refusal):
        records = _records(session, batch, rows)
        return [_take_alone(session, records.get(row.row_id), row, ties) for row in rows]
    return taken


def _hold(session: ActorSession, batch: Batch) -> None:
    """Let nobody change the records or hang anything on them; in the order in which all lock."""
    table = class_of(batch.entity)
    pinned = select(ROW.c.row_id).where(ROW.c.batch_id == batch.id)
    held = select(table.id).where(table.id.in_(pinned)).order_by(table.id).with_for_update()
    session.execute(held, execution_options={"unscoped": "undo of an import: lock"})


def _records(session: ActorSession, batch: Batch, rows: Sequence[Any]) -> Mapping[int, Any]:
    """Return the records of rows as they are now that they are held, with the collections that
    deleting one would ask for.
    """
    table = class_of(batch.entity)
    lists = [each.class_attribute for each in inspect(table).relationships if each.uselist]
    wanted = select(table).where(table.id.in_([row.row_id for row in rows]))
    wanted = wanted.options(*(selectinload(each) for each in lists))
    now = wanted.execution_options(populate_existing=True)
    return {record.id: record for record in session.scalars(now)}


def _is_made(record: Any, row: Any) -> bool:
    return record is not None and not row.restores and record.version == row.version


def _take_alone(session: ActorSession, record: Any, row: Any, ties: Ties) -> Brought:
    try:
        with session.begin_nested():
            taken = _take(session, record, row, ties)
            session.flush()
    except IntegrityError:
        return Brought(row.row_id, REFUSED, IN_USE)
    except Refusal as refusal:
        return Brought(row.row_id, REFUSED, refusal.message)
    return taken


def _take(session: ActorSession, record: Any, row: Any, ties: Ties) -> Brought:
    """Write the values of before, or take away what was made; the caller flushes."""
    if record is None:
        return Brought(row.row_id, GONE, GONE_SINCE)
    if record.version != row.version:
        return Brought(row.row_id, CHANGED, MOVED_ON)
    if not row.restores and is_used(session, record, ties):
        return Brought(row.row_id, REFUSED, IN_USE)
    table: Any = type(record)
    columns, importer = table.__table__.c, importer_of(table)
    values = {name: _value(columns[name], value) for name, value in row.restores.items()}
    why = importer and importer.bars(session, session.need_actor(), record, values)
    if why:
        return Brought(row.row_id, REFUSED, why)
    if not row.restores:
        unmake(session, record, ties)
    for name, value in values.items():
        setattr(record, name, value)
    return Brought(row.row_id, DONE)


def _value(column: Any, kept: Any) -> Any:
    """Return a value that the ledger keeps as JSON."""
    if kept is None or not isinstance(column.type, Instant | Date):
        return kept
    return (date if isinstance(column.type, Date) else datetime).fromisoformat(kept)
