"""The import of a table by declaration: rows are found by their keys, made or changed, and kept in
the ledger, so that the whole can be taken back.

Each row is tried in a savepoint; a dry run, and one of whose rows all must pass, is rolled back as
a whole. So a dry run is the first half of a real one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from sqlalchemy import inspect

from models.audit.recorder import event_of
from models.base.actor import Actor
from models.base.orm import Base, Business
from models.base.session import ActorSession
from models.batch.tables import Batch
from models.text import Label, Message
from models.transfer.declaring import (
    Importer,
    ImportField,
    bounded_rows,
    check_headings,
    field_of,
)
from models.transfer.importing import Problem, Report
from models.transfer.keeping import close_import, keep_row, open_import, record_import
from models.transfer.lookups import Lookup
from models.transfer.readers import Row, Sheet
from models.transfer.rows import Rows

Fault = tuple[str, Message]
ACTS = ("create", "edit")


def _nothing(_values: SimpleNamespace, _actor: Actor) -> None:
    """Leave a row as it was sent."""


def _free(_record: Any, _names: frozenset[str], _actor: Actor) -> Message | None:
    return None


def _faultless(_session: ActorSession, _values: Any, _changed: frozenset[str]) -> Iterable[Fault]:
    return ()


@dataclass(frozen=True)
class Upsert:
    """An import that makes and changes rows of one table.

    ``columns`` and ``keys`` are names parted by blanks, in the order of the template. ``beside``
    are those that are no columns of the table, but say which record another one means: each with
    its label, and a column that holds the same. ``may`` says whether an actor may fill a column;
    ``prepare`` fills in what follows from others, such as whose a row is; ``locked`` why columns of
    a stored record may not change; ``faults`` judges the values of a row.
    """

    table: type[Business]
    columns: str
    keys: str
    may: Callable[[Actor, type[Base], str], bool]
    lookups: Mapping[str, Lookup] = field(default_factory=dict)
    beside: Mapping[str, tuple[Label, Any]] = field(default_factory=dict)
    prepare: Callable[[SimpleNamespace, Actor], None] = _nothing
    locked: Callable[[Any, frozenset[str], Actor], Message | None] = _free
    faults: Callable[[ActorSession, Any, frozenset[str]], Iterable[Fault]] = _faultless

    def fields(self) -> tuple[ImportField, ...]:
        """Return the columns of a file; keys that nothing else fills must be there."""
        return tuple(
            self._beside(name)
            if name in self.beside
            else field_of(self.table, name, required=self._is_needed(name))
            for name in self.columns.split()
        )

    def _beside(self, name: str) -> ImportField:
        label, column = self.beside[name]
        return ImportField(name, label, column=column)

    def _is_needed(self, name: str) -> bool:
        column: Any = self.table.__table__.c[name]
        is_own = name == getattr(self.table.__scope__, "org", None)
        return (
            name in self.keys.split()
            and not is_own
            and column.default is None
            and not column.nullable
        )

    def importer(self) -> Importer:
        """Return the import, for registration."""
        return Importer(self.table, self.fields(), ACTS, self.run, self.fillable, self.bars)

    def bars(
        self, session: ActorSession, actor: Actor, record_: Any, values: Mapping[str, Any]
    ) -> Message | None:
        """Return why values may not be written back to a record, or without values it may not go:
        what a row of a file would be refused for.
        """
        names = frozenset(values)
        if why := self.locked(record_, names, actor):
            return why
        kept = {column.key: getattr(record_, column.key) for column in inspect(self.table).columns}
        faults = self.faults(session, SimpleNamespace(**kept | dict(values)), names)
        return next((message for _name, message in faults), None) if values else None

    def fillable(self, actor: Actor) -> frozenset[str]:
        """Return the columns that an actor may fill."""
        names = self.columns.split()
        return frozenset(n for n in names if n in self.beside or self.may(actor, self.table, n))

    def run(
        self,
        session: ActorSession,
        actor: Actor,
        sheet: Sheet,
        *,
        file_name: str,
        dry_run: bool = False,
        all_or_nothing: bool = False,
        seen: Mapping[int, int] | None = None,
        batch: Batch | None = None,
    ) -> Report:
        """Judge every row of ``sheet`` and save those that pass.

        ``seen`` are versions by row number as a preview showed them: what moved on since is
        refused, and what it did not show. The rows are kept under ``batch``, or a new one.

        :raises Forbidden: when the role may neither make nor change such records.
        :raises BadInput: when headings are missing or unknown, or there are too many rows.
        """
        importer = self.importer()
        if not importer.may(actor):
            actor.require(event_of(self.table, ACTS[0]))
        check_headings(importer, sheet.headings, actor)
        report = Report(dry_run=dry_run, headings=sheet.headings)
        rows = Rows(session, actor, self, report, seen)
        with session.no_autoflush, session.begin_nested() as whole:
            kept = list(_judged(rows, bounded_rows(importer, sheet.rows), report))
            if not (is_kept := report.keeps(len(kept), all_or_nothing=all_or_nothing)):
                whole.rollback()
        if is_kept:
            batch = batch or open_import(session, actor, self.table, file_name)
            close_import(session, batch, kept, report)
            report.batch_id = batch.id
        report.problems.sort(key=lambda problem: problem.row)
        record_import(session, self.table, report, file_name)
        return report


def _judged(rows: Rows, sent: Iterator[Row], report: Report) -> Iterator[dict[str, Any]]:
    """Yield the ledger's rows of what was saved."""
    for row in sent:
        report.total += 1
        judged = rows.judge(row)
        if isinstance(judged, list):
            report.problems += [Problem(row.number, *fault) for fault in judged]
            report.rows.append(row)
        elif judged is not None:
            yield keep_row(judged)
