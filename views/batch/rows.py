"""The rows of a batch with their outcomes: a page of them, and all of them as a workbook."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import IO, Any

from flask import request
from flask_babel import gettext as _
from sqlalchemy import select

from models.base.session import ActorSession
from models.batch import queries
from models.batch.actions import deed_of
from models.batch.tables import Batch, BatchRow, BatchState
from models.text import Label, Message
from models.transfer.columns import ColumnSpec
from models.transfer.writers import write_xlsx
from models.workflow.run import READY
from views.base.request import text
from views.base.rights import is_named
from views.base.told import asked_place
from views.base.wording import outcomes_of

ROWS_A_PAGE = 50
CHUNK_ROWS = 1000
SHEET = (
    ColumnSpec("row_id", Label("记录编号", "Record ID")),
    ColumnSpec("label", Label("记录", "Record")),
    ColumnSpec("from_state", Label("原状态", "State before")),
    ColumnSpec("outcome", Label("结果", "Outcome")),
    ColumnSpec("reason", Label("原因", "Reason")),
    ColumnSpec("number", Label("编号", "Number")),
    ColumnSpec("undone_by_id", Label("撤销批次", "Undone by batch")),
)


@dataclass(frozen=True, slots=True)
class ShownRow:
    """One row of the outcome table."""

    id: int
    label: str
    before: Label | None
    tone: str
    outcome: Label
    reason: Message | None
    number: str | None
    undone_by: int | None
    is_there: bool = True


@dataclass(frozen=True, slots=True)
class RowTable:
    """A page of rows: which ones, and the record behind which the next page begins; ``page`` is the
    endpoint on which they stand.
    """

    page: str
    shown: list[ShownRow]
    outcomes: list[tuple[str, Label, int]]
    outcome: str
    reason: str
    has_numbers: bool
    has_states: bool
    begins: bool
    after: int | None


def row_table(work: ActorSession, batch: Batch, page: str) -> RowTable:
    """Return the page of rows that the request's address asks for; an outcome that does not exist
    shows none.
    """
    outcome, reason = request.args.get("outcome", ""), request.args.get("reason", "")
    after = asked_place("after") or 0
    found = queries.rows(
        work, batch, outcome or None, reason or None, after=after, limit=ROWS_A_PAGE + 1
    )
    there = _there(work, batch, found)
    rows = [
        replace(row, is_there=row.id in there) for row in _shown(work, batch, found[:ROWS_A_PAGE])
    ]
    return RowTable(
        page=page,
        shown=rows,
        outcomes=_outcomes(work, batch),
        outcome=outcome,
        reason=reason,
        has_numbers=any(row.number for row in rows),
        has_states=any(row.before for row in rows),
        begins=after == 0,
        after=rows[-1].id if len(found) > ROWS_A_PAGE else None,
    )


def _there(work: ActorSession, batch: Batch, rows: Sequence[BatchRow]) -> frozenset[int]:
    """Return which of the records the reader can open still."""
    table: Any = deed_of(batch).table
    found = select(table.id).where(table.id.in_([row.row_id for row in rows]))
    return frozenset(work.scalars(found))


def _outcomes(work: ActorSession, batch: Batch) -> list[tuple[str, Label, int]]:
    counts: dict[str, int] = {}
    for group in queries.outcome_groups(work, batch):
        counts[group.outcome] = counts.get(group.outcome, 0) + group.count
    outcomes = outcomes_of(batch.kind)
    found = [(code, outcomes[code], count) for code, count in counts.items()]
    if batch.undone_count:
        found.append((queries.UNDONE, BatchState.undone.label, batch.undone_count))
    return found


def _shown(work: ActorSession, batch: Batch, rows: Sequence[BatchRow]) -> list[ShownRow]:
    deed, outcomes = deed_of(batch), outcomes_of(batch.kind)
    reasons: dict[tuple[str | None, str | None], Message | None] = {}
    named = is_named(deed.table)
    found = []
    for row in rows:
        key = (row.outcome, row.reason)
        if key not in reasons:
            reasons[key] = queries.row_reason(work, batch, row)
        before = deed.states.get(row.from_state or "")
        found.append(
            ShownRow(
                id=row.row_id,
                label=(row.label if named else None) or f"#{row.row_id}",
                before=before.label if before else None,
                tone=before.tone if before else "grey",
                outcome=outcomes[row.outcome or READY],
                reason=reasons[key],
                number=row.number,
                undone_by=row.undone_by_id,
            )
        )
    return found


def write_outcomes(work: ActorSession, batch: Batch, target: IO[bytes]) -> int:
    """Write every row with its outcome as a workbook; return the number of rows."""
    return write_xlsx(target, SHEET, _cells(work, batch), _("Outcomes"), text)


def _cells(work: ActorSession, batch: Batch) -> Iterator[Sequence[Any]]:
    after = 0
    while rows := queries.rows(work, batch, after=after, limit=CHUNK_ROWS):
        for row, shown in zip(rows, _shown(work, batch, rows), strict=True):
            before = text(shown.before) if shown.before else row.from_state
            reason = text(shown.reason) if shown.reason else None
            told = (text(shown.outcome), reason, row.number, row.undone_by_id)
            yield row.row_id, shown.label, before, *told
        after = rows[-1].row_id
        work.expunge_all()
