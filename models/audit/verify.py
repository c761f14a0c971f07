"""Verifying: reading both logs against their seals, and naming the first row that does not fit."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from itertools import zip_longest

from sqlalchemy import func, select, text

from models.audit.canonical import LOWEST_ID, UNSCOPED, read_rows, table_of
from models.audit.chain import GENESIS, Link, Mark, Span, read_marks, spans_of
from models.audit.tables import AuditSeal, AuditSealPart
from models.audit.triggers import LOGS
from models.base.session import ActorSession

#: The event of the row that vouches for a cut: ``changes`` name the head up to which rows were
#: moved into a file, and the file's name and SHA-256.
ARCHIVED = "audit:audit_log:archive"


class Kind(StrEnum):
    """What is wrong, as a sentence over log, row and seal."""

    changed = "{log}: row {row} was changed after seal {seal}."
    reordered = "{log}: row {row} stands in another place; seal {seal} saw it as row {note}."
    removed = "{log}: row {row} was removed after seal {seal}."
    inserted = "{log}: row {row} was inserted after seal {seal} had covered its place."
    cut_off = "{log}: row {row} and all after it were cut off at the tail; seal {seal} had them."
    seal_changed = "Seal {seal}, or the marks of its rows, was changed."
    seal_removed = "The seal before seal {seal} was removed or changed."
    head_missing = "No seal has this head: seals were cut off or made anew. {note}"
    file_unknown = "No sealed row of the trail vouches for this file: {note}"


@dataclass(frozen=True, slots=True)
class Flaw:
    """The first thing that does not fit."""

    kind: Kind
    seal: int = 0
    log: str = ""
    row: int = 0
    note: str = ""

    def __str__(self) -> str:
        return self.kind.format(log=self.log, row=self.row, seal=self.seal, note=self.note)


@dataclass
class Report:
    """What was read: seals, rows per log that fit, rows per log not sealed yet, newest head."""

    seals: int = 0
    rows: dict[str, int] = field(default_factory=lambda: dict.fromkeys(LOGS, 0))
    unsealed: dict[str, int] = field(default_factory=lambda: dict.fromkeys(LOGS, 0))
    head: str = ""
    archived_upto: int | None = None
    flaw: Flaw | None = None


def verify_logs(
    session: ActorSession, *, head: str | None = None, file_digest: str | None = None
) -> Report:
    """Verify every seal whose rows are still here; ``head`` must be one of the chain, and
    ``file_digest`` that of an archive on record. Reads in one snapshot; nothing is written.
    """
    take_snapshot(session)
    return Verification(session).run(head, file_digest)


def take_snapshot(session: ActorSession) -> None:
    """Let everything that this new transaction reads be of one moment; on SQLite it always is."""
    if session.get_bind().dialect.name != "sqlite":
        snapshot = text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        session.execute(snapshot, execution_options=UNSCOPED)


def archived_until(session: ActorSession) -> datetime | None:
    """Return until when rows of both logs were moved into a file that the trail vouches for; None
    while all of them are here.
    """
    reading = Verification(session)
    sealed = (seal.at for seal in reversed(reading.seals) if seal.head in reading.archives)
    return next(sealed, None)


class Verification:
    """One reading of the trail."""

    def __init__(self, session: ActorSession) -> None:
        self.session = session
        every = select(AuditSeal).order_by(AuditSeal.id)
        self.seals: Sequence[AuditSeal] = session.scalars(every, execution_options=UNSCOPED).all()
        self.archives = self._archives()
        self.report = Report(seals=len(self.seals))

    def run(self, head: str | None = None, file_digest: str | None = None) -> Report:
        """Walk the chain, then look for what somebody kept."""
        report = self.report
        report.flaw = self._broken_chain() or self._first_flaw() or self._unknown(head, file_digest)
        if self.seals:
            report.head = self.seals[-1].head
        for log in LOGS:
            report.unsealed[log] = self._count_after(log, self._reach(log))
        return report

    def _reach(self, log: str) -> int:
        return spans_of(self.seals[-1])[log].last_id if self.seals else LOWEST_ID

    def _count_after(self, log: str, after: int) -> int:
        table = table_of(log)
        counted = select(func.count()).select_from(table).where(table.c.id > max(after, -(2**31)))
        return self.session.execute(counted, execution_options=UNSCOPED).scalar_one()

    def _archives(self) -> dict[str, str]:
        """Return head → SHA-256 of the file of every archive that a sealed row vouches for, the
        newest last.
        """
        if not self.seals:
            return {}
        table, reach = table_of("audit_log"), self._reach("audit_log")
        rows = read_rows(self.session, "audit_log", table.c.event == ARCHIVED, upto=reach)
        found = {}
        for row in rows:
            told = row.values.get("changes")
            if isinstance(told, dict) and {"head", "sha256"} <= told.keys():
                found[str(told["head"][1])] = str(told["sha256"][1])
        return found

    def _broken_chain(self) -> Flaw | None:
        previous = GENESIS
        for seal in self.seals:
            if seal.previous != previous:
                return Flaw(Kind.seal_removed, seal.id)
            previous = seal.head
        return None

    def _first_flaw(self) -> Flaw | None:
        """Walk from seal to seal, beginning after the last one that was archived."""
        start = 0
        for number, seal in enumerate(self.seals, 1):
            if seal.head in self.archives:
                start = number
        after = dict.fromkeys(LOGS, LOWEST_ID)
        if start:
            genesis = self.seals[start - 1]
            self.report.archived_upto = genesis.id
            after = {log: span.last_id for log, span in spans_of(genesis).items()}
            flaw = self._left_behind(genesis)
            if flaw:
                return flaw
        for seal in self.seals[start:]:
            flaw = self._check(seal, after)
            if flaw:
                return flaw
            after = {log: span.last_id for log, span in spans_of(seal).items()}
        return None

    def _left_behind(self, genesis: AuditSeal) -> Flaw | None:
        """Find a row where everything was moved into the archive."""
        for log, span in spans_of(genesis).items():
            for row in read_rows(self.session, log, upto=span.last_id):
                return Flaw(Kind.inserted, genesis.id, log, row.id)
        return None

    def _check(self, seal: AuditSeal, after: dict[str, int]) -> Flaw | None:
        link, flaw, spans = Link(seal.previous), None, spans_of(seal)
        read: dict[str, Span] = {}
        for log, span in spans.items():
            rows = read_rows(self.session, log, after=after[log], upto=span.last_id)
            count = 0
            marks = self._marks(log, after[log], span.last_id)
            for sealed, found in zip_longest(marks, link.follow(log, rows)):
                count += found is not None
                if sealed != found and flaw is None:
                    flaw = self._flaw(seal, log, sealed, found)
            read[log] = Span(span.last_id, count)
        if link.close(seal.at, read) == seal.head and read == spans:
            for log, span in read.items():
                self.report.rows[log] += span.row_count
            return flaw and Flaw(Kind.seal_changed, seal.id)
        return flaw or Flaw(Kind.seal_changed, seal.id)

    def _marks(self, log: str, after: int, upto: int) -> Iterator[Mark]:
        """Yield the marks of the rows that a seal covers; none from a part that is spoiled."""
        parts = (
            select(AuditSealPart.marks)
            .where(AuditSealPart.log == log, AuditSealPart.last_id <= upto)
            .where(AuditSealPart.last_id > max(after, -(2**31)))
            .order_by(AuditSealPart.last_id)
        )
        for marks in self.session.scalars(parts, execution_options=UNSCOPED).yield_per(10):
            try:
                yield from read_marks(marks)
            except ValueError:
                return

    def _flaw(self, seal: AuditSeal, log: str, sealed: Mark | None, found: Mark | None) -> Flaw:
        """Name the difference between the row that was sealed and the one that stands there."""
        if found is not None and (sealed is None or found[0] < sealed[0]):
            return Flaw(Kind.inserted, seal.id, log, found[0])
        assert sealed is not None  # noqa: S101 -- one of the two is there, or they would be equal
        if found is None or found[0] > sealed[0]:
            is_end = self._count_after(log, sealed[0]) == 0
            return Flaw(Kind.cut_off if is_end else Kind.removed, seal.id, log, sealed[0])
        place = self._place_of(log, found[1])
        kind = Kind.changed if place is None else Kind.reordered
        return Flaw(kind, seal.id, log, sealed[0], str(place or ""))

    def _place_of(self, log: str, mark: str) -> int | None:
        """Return the id under which a row with this mark was sealed."""
        holders = select(AuditSealPart.marks).where(
            AuditSealPart.log == log, AuditSealPart.marks.contains(f":{mark}")
        )
        for marks in self.session.scalars(holders, execution_options=UNSCOPED):
            found = re.search(rf"(-?\d+):{mark}(?: |$)", marks)
            return int(found[1]) if found else None
        return None

    def _unknown(self, head: str | None, file_digest: str | None) -> Flaw | None:
        """Find what somebody kept, and the trail does not know."""
        if head is not None and head.lower() not in {seal.head for seal in self.seals}:
            ends = ", ".join(f"{log} ends at row {self._reach(log)}" for log in LOGS)
            return Flaw(Kind.head_missing, note=f"What is left: {ends}." if self.seals else "")
        if file_digest is not None and file_digest not in self.archives.values():
            return Flaw(Kind.file_unknown, note=file_digest)
        return None
