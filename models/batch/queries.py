"""What a batch's pages read: the batch itself, its rows, its outcomes in groups, its numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, String, and_, bindparam, case, func, literal, select

from models import clock
from models.base.session import ActorSession
from models.base.types import Instant
from models.batch.actions import UNMACHINED, action_of
from models.batch.tables import Batch, BatchPart, BatchRow, BatchStanding, BatchState
from models.text import Message, from_json, msg
from models.workflow.editing import UNCHOSEN
from models.workflow.engine import context
from models.workflow.inputs import Typed, read_inputs
from models.workflow.judging import CHANGED as CHANGED_REASON
from models.workflow.judging import GONE as GONE_REASON
from models.workflow.judging import reason_of
from models.workflow.numbering import NumberRange, ranges
from models.workflow.run import CHANGED, DONE, GONE, READY, REFUSED, Run

EXAMPLES = 3
#: An undo takes back only what still is as that batch left it.
MOVED_ON = msg("It was changed after that batch was carried out. It stays as it is.")
#: Asked for like an outcome: rows that were moved, and taken back since.
UNDONE = BatchState.undone.value


@dataclass(frozen=True, slots=True)
class Example:
    """One row of a group: its id and the text by which it is known."""

    row_id: int
    label: str


@dataclass(frozen=True, slots=True)
class Group:
    """Rows of a batch that share an outcome and, if any, a reason.

    ``outcome`` is ready, done, refused, changed or gone; ``code`` the reason's code. A ready or
    done group with a code carries a warning.
    """

    outcome: str
    code: str
    reason: Message | None
    count: int
    examples: tuple[Example, ...]

    @property
    def passes(self) -> bool:
        """Whether these rows are, or will be, moved."""
        return self.outcome in {READY, DONE}


def state_now(batch: Any) -> ColumnElement[str]:
    """Return the state of a batch as of now: nobody may carry out an old selection any more.

    The stored state stays, for what is too old is judged on use; the instant is that of execution.
    Of a change of no column yet nothing was previewed.
    What the job worker has begun counts as running: what it does is out of sight until the end.
    """
    now = bindparam("batch_now", callable_=clock.now, type_=Instant())
    is_open = batch.state.in_([BatchState.pinned.value, BatchState.previewed.value])
    is_queued = and_(is_open, batch.queued_at.is_not(None))
    expired = literal(BatchState.expired.value, String())
    running = literal(BatchState.running.value, String())
    return case(
        (and_(is_queued, batch.attempts.is_(None)), literal(BatchStanding.queued.value, String())),
        (is_queued, running),
        (and_(is_open, batch.expires_at <= now), expired),
        (and_(is_open, batch.action == UNCHOSEN), literal(BatchState.pinned.value, String())),
        else_=batch.state,
    )


def run_of(session: ActorSession, batch: Batch, inputs: dict[str, Any] | None = None) -> Run:
    """Return the run of a batch's transition for the acting user, now."""
    machine, transition = action_of(batch)
    ctx = context(session, session.need_actor(), inputs)
    return Run(session, machine, transition, ctx, BatchRow, BatchPart, batch.id)


def typed_values(session: ActorSession, batch: Batch) -> dict[str, Any]:
    """Return the inputs that a batch keeps, as values."""
    typed: Typed = batch.inputs or {}
    _, transition = action_of(batch)
    return read_inputs(session, [i for i in transition.inputs if i.name in typed], typed)


def outcome_groups(session: ActorSession, batch: Batch) -> list[Group]:
    """Return the rows of a batch in groups: those that pass first, then the largest first."""
    key = (BatchRow.outcome, BatchRow.reason)
    numbered = (
        select(
            *key,
            BatchRow.row_id,
            BatchRow.label,
            func.count().over(partition_by=key).label("amount"),
            func.row_number().over(partition_by=key, order_by=BatchRow.row_id).label("place"),
        )
        .where(BatchRow.batch_id == batch.id, BatchRow.outcome.is_not(None))
        .subquery("numbered")
    )
    found = select(numbered).where(numbered.c.place <= EXAMPLES).order_by(numbered.c.row_id)
    groups: dict[tuple[str, str], tuple[int, list[Example]]] = {}
    for outcome, code, row_id, label, amount, _place in session.execute(found):
        examples = groups.setdefault((outcome, code or ""), (amount, []))[1]
        examples.append(Example(row_id, label or f"#{row_id}"))
    listed = [
        Group(outcome, code, _reason(session, batch, outcome, code), amount, tuple(examples))
        for (outcome, code), (amount, examples) in groups.items()
    ]
    return sorted(listed, key=lambda group: (not group.passes, -group.count, group.code))


def _reason(session: ActorSession, batch: Batch, outcome: str, code: str) -> Message | None:
    if code and batch.reasons is not None:
        found: Message = from_json(batch.reasons[code])
        return found
    if outcome == CHANGED:
        return CHANGED_REASON if batch.undo_of_id is None else MOVED_ON
    if outcome == GONE:
        return GONE_REASON
    return reason_of(session, *action_of(batch), code) if code else None


def rows(
    session: ActorSession,
    batch: Batch,
    outcome: str | None = None,
    reason: str | None = None,
    *,
    after: int = 0,
    limit: int = 100,
) -> Sequence[BatchRow]:
    """Return a page of a batch's rows by record id, behind ``after``; None means any."""
    found = select(BatchRow).where(BatchRow.batch_id == batch.id, BatchRow.row_id > after)
    if outcome == UNDONE:
        found = found.where(BatchRow.undone_by_id.is_not(None))
    elif outcome:
        found = found.where(BatchRow.outcome == outcome)
    if reason:
        found = found.where(BatchRow.reason == reason)
    return session.scalars(found.order_by(BatchRow.row_id).limit(limit)).all()


def row_reason(session: ActorSession, batch: Batch, row: BatchRow) -> Message | None:
    """Return the sentence for one row of a batch: why it was not moved, or what to mind."""
    return _reason(session, batch, row.outcome or "", row.reason or "")


def refusals(session: ActorSession, batch: Batch) -> dict[int, Message]:
    """Return why each row that does not pass is left out, by record id."""
    found = select(BatchRow.row_id, BatchRow.outcome, BatchRow.reason).where(
        BatchRow.batch_id == batch.id, BatchRow.outcome.in_((REFUSED, CHANGED, GONE))
    )
    known: dict[tuple[str, str], Message | None] = {}
    refused = {}
    for row_id, outcome, code in session.execute(found.order_by(BatchRow.row_id)):
        key = (outcome or "", code or "")
        if key not in known:
            known[key] = _reason(session, batch, *key)
        refused[row_id] = known[key] or CHANGED_REASON
    return refused


def number_ranges(session: ActorSession, batch: Batch) -> list[NumberRange]:
    """Return the numbers that a batch issued, or would issue if committed now, by organisation."""
    if batch.action in UNMACHINED:
        return []
    run = run_of(session, batch)
    if run.transition.issue is None:
        return []
    return ranges(run, run.transition.issue, DONE if batch.finished_at else READY)
