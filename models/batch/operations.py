"""The life of a batch: pin, preview, commit once, or cancel (readings 9 and 10)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from typing import Any

from sqlalchemy import Integer, Select, func, insert, literal, select

from models import clock
from models.audit.recorder import record
from models.audit.tables import AuditResult
from models.base.actor import Actor
from models.base.orm import Base
from models.base.session import ActorSession
from models.batch.ledger import claim, need_claim, state_of, tally, too_late, write
from models.batch.queries import (
    Group,
    action_of,
    is_own,
    number_ranges,
    outcome_groups,
    run_of,
    typed_values,
)
from models.batch.tables import Batch, BatchKind, BatchRow, BatchState
from models.errors import BadInput, NotFound
from models.text import msg
from models.workflow.engine import judge, move
from models.workflow.inputs import Typed, read_inputs, typed_of
from models.workflow.machine import Machine, Transition
from models.workflow.numbering import NumberRange, ranges
from models.workflow.registry import machine_of
from models.workflow.run import DONE, Run

LIFETIME = timedelta(hours=24)
#: Field of a form that shows all inputs of the transition.
WHOLE = "inputs_shown"
LARGEST_ID = 2**31 - 1
IDS_AT_ONCE = 10_000  # SQLite binds at most 32,766 values in a statement
TEXT_LENGTH = 120
#: Grids name their mapped class, other callers the machine or the table's name.
What = Machine | type[Base] | str


@dataclass(frozen=True, slots=True)
class Preview:
    """What committing would do now: rows in groups, and the numbers that would be issued."""

    batch: Batch
    groups: tuple[Group, ...]
    numbers: tuple[NumberRange, ...]

    @property
    def ready(self) -> int:
        """Number of rows that would be moved."""
        return sum(group.count for group in self.groups if group.passes)

    @property
    def refused(self) -> tuple[Group, ...]:
        """Groups of rows that would be left out."""
        return tuple(group for group in self.groups if not group.passes)

    @property
    def warnings(self) -> tuple[Group, ...]:
        """Groups of rows that would be moved, with something to mind."""
        return tuple(group for group in self.groups if group.passes and group.reason)


def pin(  # noqa: PLR0917 -- reads as a sentence: who pins what, for which action
    session: ActorSession,
    actor: Actor,
    what: What,
    action: str,
    statement: Select[Any],
    query: str | None = None,
) -> Batch:
    """Pin ids and versions of exactly the rows that a grid's ``select`` gives.

    ``query`` is the address of the list, to go back to.

    :raises Forbidden: when the role may not do the action.
    :raises BadInput: for an unknown action, or when there is nothing to pin.
    """
    batch = _open(session, actor, what, action, query)
    _pin_rows(session, batch, statement.order_by(None))
    return _closed_pin(session, batch)


def pin_ids(
    session: ActorSession,
    actor: Actor,
    what: What,
    action: str,
    ids: Iterable[Any],
    *,
    statement: Select[Any] | None = None,
    source: str | None = None,
) -> Batch:
    """Pin ticked rows: those of ``ids`` that ``statement`` (default: all in scope) gives.

    :raises BadInput: for ids that are no record numbers, or when none of them is within reach.
    """
    wanted = iter(sorted({_record_id(each) for each in ids}))
    batch = _open(session, actor, what, action, source)
    table: Any = _machine(what).table
    within = select(table) if statement is None else statement.order_by(None)
    while chunk := list(islice(wanted, IDS_AT_ONCE)):
        _pin_rows(session, batch, within.where(table.id.in_(chunk)))
    return _closed_pin(session, batch)


def preview(session: ActorSession, batch: Batch, inputs: Any = None) -> Preview:
    """Judge the pinned rows with the inputs typed so far, and keep both; may be repeated.

    ``inputs`` is the posted form with ``input_<name>``; None or empty asks nothing yet.

    :raises NotFound: for a batch of another user or role.
    :raises Forbidden: when the role may not do the action any more.
    :raises Conflict: when the batch is over or too old.
    :raises BadInput: naming the input that is missing or wrong.
    """
    transition = _owned(session, batch)
    if inputs:
        typed = typed_of(transition.inputs, inputs)
        values = read_inputs(session, transition.inputs, typed)
    else:
        typed, values = batch.inputs or {}, typed_values(session, batch)
    need_claim(session, batch, BatchState.previewed, (BatchState.pinned, BatchState.previewed))
    counts = judge(run_of(session, batch, values))
    write(session, batch, **tally(counts), inputs=typed, previewed_at=clock.now())
    return Preview(
        batch, tuple(outcome_groups(session, batch)), tuple(number_ranges(session, batch))
    )


def commit(session: ActorSession, batch: Batch, inputs: Any = None) -> Batch:
    """Do it, once: a second call returns the finished batch. The caller ends the transaction.

    What ``inputs`` leaves out is taken from the preview. Rights and guards are judged again.

    :raises NotFound: for a batch of another user or role.
    :raises Forbidden: when the role may not do the action any more.
    :raises Conflict: when the batch is not previewed, cancelled or too old, or counters are full.
    :raises BadInput: naming the input that is missing or wrong.
    """
    transition = _owned(session, batch)
    if state_of(session, batch) == BatchState.done:
        return batch
    # A form that shows every field means what it leaves empty; a bare request means the preview.
    kept = {} if inputs and WHOLE in inputs else batch.inputs or {}
    typed = {**kept, **typed_of(transition.inputs, inputs or {})}
    values = read_inputs(session, transition.inputs, typed)
    if not claim(session, batch, BatchState.running, (BatchState.previewed,)):
        state = state_of(session, batch)  # somebody else's press may have finished it meanwhile
        if state != BatchState.done:
            raise too_late(state)
        return batch
    run = run_of(session, batch, values)
    counts = move(run)
    _finish(run, batch, counts, typed)
    session.expire_all()
    return batch


def cancel(session: ActorSession, batch: Batch) -> Batch:
    """Give a pinned selection up.

    :raises NotFound: for a batch of another user or role.
    :raises Conflict: when it was committed already, or is too old.
    """
    _mine(session, batch)
    need_claim(session, batch, BatchState.cancelled, (BatchState.pinned, BatchState.previewed))
    return batch


def run_now(
    session: ActorSession,
    actor: Actor,
    what: What,
    action: str,
    ids: Iterable[Any],
    *,
    inputs: Mapping[str, Any] | None = None,
    source: str | None = None,
) -> Batch:
    """Pin, preview and commit in one go, for callers that ask nobody: imports, seeds, commands."""
    batch = pin_ids(session, actor, what, action, ids, source=source)
    preview(session, batch, inputs)
    return commit(session, batch, inputs)


def _machine(what: What) -> Machine:
    machine = what if isinstance(what, Machine) else machine_of(what)
    if machine is None:
        raise NotFound(msg("There is no such action."))
    return machine


def _open(session: ActorSession, actor: Actor, what: What, action: str, query: str | None) -> Batch:
    machine = _machine(what)
    transition = machine.transition(action)
    if transition is None:
        raise BadInput(msg("There is no such action."), "action")
    actor.require(machine.permission(transition))
    now = clock.now()
    batch = Batch(
        label=f"{machine.table.__label__.zh} · {transition.label.zh}"[:TEXT_LENGTH],
        kind=BatchKind.transition.value,
        entity=machine.table.__tablename__,
        action=transition.name,
        user_id=actor.user_id,
        username=actor.username,
        role=actor.role,
        org_id=actor.org_id,
        query=query,
        pinned_at=now,
        expires_at=now + LIFETIME,
    )
    session.add(batch)
    session.flush()
    return batch


def _pin_rows(session: ActorSession, batch: Batch, statement: Select[Any]) -> None:
    """Copy ids and versions under the scope's criteria; joins of the list may not double a row."""
    table: Any = _machine(batch.entity).table
    listed = statement.with_only_columns(table.id, maintain_column_froms=True)
    rows = select(literal(batch.id, Integer()), table.id, table.version).where(table.id.in_(listed))
    session.execute(
        insert(BatchRow).from_select(["batch_id", "row_id", "version"], rows),
        execution_options={"set_wise": "batch: pin", "preserve_rowcount": True},
    )


def _closed_pin(session: ActorSession, batch: Batch) -> Batch:
    counted = select(func.count()).select_from(BatchRow).where(BatchRow.batch_id == batch.id)
    pinned = session.scalar(counted) or 0
    if not pinned:
        raise BadInput(msg("No record is selected, or none is within your reach."), "rowid")
    write(session, batch, pinned_count=pinned)
    return batch


def _record_id(raw: Any) -> int:
    text = str(raw)
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= LARGEST_ID):
        raise BadInput(msg("This is no record number: %(text)s.", text=text[:40]), "rowid")
    return int(text)


def _mine(session: ActorSession, batch: Batch) -> None:
    if not is_own(batch, session.need_actor()):
        raise NotFound(msg("There is no such batch."))


def _owned(session: ActorSession, batch: Batch) -> Transition:
    _mine(session, batch)
    machine, transition = action_of(batch)
    session.need_actor().require(machine.permission(transition))
    return transition


def _finish(run: Run, batch: Batch, counts: dict[str, int], typed: Typed) -> None:
    """Close the batch and write one row of the trail for it (reading 12)."""
    issue = run.transition.issue
    issued = ranges(run, issue, DONE) if issue and counts.get(DONE) else []
    write(
        run.session,
        batch,
        **tally(counts),
        state=BatchState.done.value,
        inputs=typed,
        finished_at=clock.now(),
        first_number=issued[0].first if issued else None,
        last_number=issued[-1].last if issued else None,
    )
    first = run.execute(
        select(
            func.min(run.rows.c.row_id), func.min(run.rows.c.label), func.min(run.rows.c.from_state)
        ).where(run.here()),
        "first row",
    ).one()
    row_id, label, state = first if batch.pinned_count == 1 else (None, batch.label, None)
    moved = {run.machine.column: [state, run.transition.target.value]}
    record(
        run.session,
        run.action,
        entity=batch.entity,
        entity_id=row_id,
        entity_text=label,
        changes=moved | {name: [None, count] for name, count in sorted(counts.items())},
        reason=run.ctx.inputs.get("reason"),
        batch_id=batch.id,
        result=AuditResult.ok if counts.get(DONE) else AuditResult.refused,
    )
