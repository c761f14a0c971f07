"""Archiving: moving old, sealed rows of both logs out of the database and into a file.

Whole seals are moved, never a part of one. The last of them becomes the beginning of the chain;
a row of the trail, sealed in the same transaction, vouches for the cut. The seals stay.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256

from sqlalchemy import delete, func, select, text

from models import clock
from models.audit.canonical import UNSCOPED, instant_text, read_rows, table_of, text_of
from models.audit.chain import spans_of
from models.audit.recorder import record
from models.audit.seal import last_seal, lock_logs, seal_logs
from models.audit.tables import AuditSeal, AuditSealPart
from models.audit.triggers import LOGS, create_statements, drop_statements
from models.audit.verify import ARCHIVED, Verification
from models.base.session import ActorSession
from models.errors import BadInput, Conflict
from models.text import msg

Write = Callable[[bytes], object]


@dataclass(frozen=True, slots=True)
class Archived:
    """What was moved: rows per log, the seal they reach to, the file's hash, the newest head."""

    rows: dict[str, int]
    seal_id: int
    sha256: str
    head: str


def youngest_day(keep_years: int) -> date:
    """Return the first day that must be kept."""
    today = clock.today()
    day = 28 if (today.month, today.day) == (2, 29) else today.day
    return today.replace(year=today.year - keep_years, day=day)


def archive_logs(
    session: ActorSession, before: date, write: Write, *, keep_years: int, name: str
) -> Archived:
    """Move the rows before the Shanghai day ``before`` through ``write`` and out of the logs.

    The caller makes sure that what was written is on the disk before the transaction is
    committed. Until then nobody reads or writes the logs: this is work for a quiet hour.

    :raises BadInput: for a day inside the years to keep.
    :raises Conflict: when rows are not sealed, no seal ends before the day, or the trail is
        broken.
    """
    if before > youngest_day(keep_years):
        raise BadInput(
            msg("The last %(years)s years are kept. Choose an earlier day.", years=keep_years)
        )
    lock_logs(session, "ACCESS EXCLUSIVE")
    seal = _last_seal_before(session, clock.day_start(before))
    _refuse_broken(session, seal)
    rows, digest = _write_out(session, seal, write)
    told = {"head": seal.head, "file": name, "sha256": digest, **rows}
    record(session, ARCHIVED, changes={key: [None, value] for key, value in told.items()})
    with _unprotected(session):
        _remove(session, seal)
    newest = seal_logs(session) or seal
    return Archived(rows, seal.id, digest, newest.head)


def _last_seal_before(session: ActorSession, cut: datetime) -> AuditSeal:
    """Return the last seal that covers no row to be kept."""
    newest = last_seal(session)
    for log in LOGS:
        _refuse_unsealed(session, log, cut, spans_of(newest)[log].last_id if newest else 0)
    kept = {log: _first_kept(session, log, cut) for log in LOGS}
    seals = select(AuditSeal).order_by(AuditSeal.id.desc())
    for seal in session.scalars(seals, execution_options=UNSCOPED):
        spans = spans_of(seal)
        if all(first is None or spans[log].last_id < first for log, first in kept.items()):
            return seal
    raise Conflict(
        msg("No seal ends before this day, and only whole seals are archived. Choose a later day.")
    )


def _refuse_unsealed(session: ActorSession, log: str, cut: datetime, sealed_upto: int) -> None:
    table = table_of(log)
    counted = (
        select(func.count()).select_from(table).where(table.c.at < cut, table.c.id > sealed_upto)
    )
    count = session.execute(counted, execution_options=UNSCOPED).scalar_one()
    if count:
        raise Conflict(
            msg("%(count)s rows before this day are not sealed. Seal first.", count=count)
        )


def _first_kept(session: ActorSession, log: str, cut: datetime) -> int | None:
    """Return the first row of the cut or later, else the newest row: SQLite would give the ids
    of an emptied table again.
    """
    table = table_of(log)
    first = select(func.min(table.c.id)).where(table.c.at >= cut).scalar_subquery()
    kept = select(func.coalesce(first, func.max(table.c.id)))
    found: int | None = session.execute(kept, execution_options=UNSCOPED).scalar_one()
    return found


def _refuse_broken(session: ActorSession, seal: AuditSeal) -> None:
    report = Verification(session).run()
    if report.flaw:
        raise Conflict(msg("The trail does not verify, so nothing is archived."))
    if report.archived_upto is not None and report.archived_upto >= seal.id:
        raise Conflict(msg("Everything sealed before this day is archived already."))


def _write_out(session: ActorSession, seal: AuditSeal, write: Write) -> tuple[dict[str, int], str]:
    """Write JSON lines: each row of both logs, then the seals; return counts and SHA-256."""
    total, counts = sha256(), dict.fromkeys(LOGS, 0)

    def put(line: str) -> None:
        data = f"{line}\n".encode()
        total.update(data)
        write(data)

    for log, span in spans_of(seal).items():
        for row in read_rows(session, log, upto=span.last_id):
            put(text_of({"log": log, "id": row.id, **row.values}))
            counts[log] += 1
    seals = select(AuditSeal).where(AuditSeal.id <= seal.id).order_by(AuditSeal.id)
    for one in session.scalars(seals, execution_options=UNSCOPED):
        put(text_of(_told(one)))
    return counts, total.hexdigest()


def _told(seal: AuditSeal) -> dict[str, object]:
    """Return a seal with all that its head was made from, beside the rows."""
    spans = {log: [span.last_id, span.row_count] for log, span in spans_of(seal).items()}
    return {
        "log": AuditSeal.__tablename__,
        "id": seal.id,
        "at": instant_text(seal.at),
        "previous": seal.previous,
        "head": seal.head,
        **spans,
    }


def _remove(session: ActorSession, seal: AuditSeal) -> None:
    for log, span in spans_of(seal).items():
        table = table_of(log)
        for statement in (
            delete(table).where(table.c.id <= span.last_id),
            delete(AuditSealPart).where(
                AuditSealPart.log == log, AuditSealPart.last_id <= span.last_id
            ),
        ):
            session.execute(statement, execution_options=UNSCOPED)


@contextmanager
def _unprotected(session: ActorSession) -> Iterator[None]:
    """Lift the triggers for the block; both databases undo this with the transaction."""
    dialect = session.get_bind().dialect.name
    _run(session, drop_statements(dialect))
    yield
    _run(session, create_statements(dialect))


def _run(session: ActorSession, statements: list[str]) -> None:
    for statement in statements:
        session.execute(text(statement), execution_options=UNSCOPED)
