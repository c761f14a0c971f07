"""The life of a batch: pin, preview, commit once, or cancel (readings 9 and 10)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from models import clock
from models.audit.recorder import record
from models.audit.tables import AuditResult
from models.base.actor import Actor
from models.base.session import ActorSession
from models.batch.actions import refuse_unchosen, require_right
from models.batch.changes import changes_of
from models.batch.editing import FIELD, choose
from models.batch.ledger import claim, need_claim, state_of, tally, too_late, write
from models.batch.ownership import is_own
from models.batch.pinning import What, pin, pin_ids
from models.batch.queries import Group, number_ranges, outcome_groups, run_of, typed_values
from models.batch.queueing import QUEUED, wait_to_be_done
from models.batch.tables import Batch, BatchState
from models.errors import Conflict, NotFound
from models.text import msg
from models.workflow.engine import judge, move
from models.workflow.inputs import Typed, read_inputs, typed_of
from models.workflow.machine import Transition
from models.workflow.numbering import NumberRange, ranges
from models.workflow.run import DONE, Run

__all__ = ["Preview", "cancel", "commit", "pin", "pin_ids", "preview", "queue", "run_now"]

#: A batch that was carried out; pressing once more changes nothing.
OVER = (BatchState.done, BatchState.undone)
#: Field of a form that shows all inputs of the transition.
WHOLE = "inputs_shown"


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


def preview(session: ActorSession, batch: Batch, inputs: Any = None) -> Preview:
    """Judge the pinned rows with the inputs typed so far, and keep both; may be repeated.

    ``inputs`` is the posted form with ``input_<name>``; None or empty asks nothing yet.

    :raises NotFound: for a batch of another user or role.
    :raises Forbidden: when the role may not do the action any more.
    :raises Conflict: when the batch is over or too old.
    :raises BadInput: naming the input that is missing or wrong.
    """
    transition = _owned(session, batch)
    need_claim(session, batch, BatchState.previewed, (BatchState.pinned, BatchState.previewed))
    if batch.queued_at is not None:  # as it is now that nobody else can queue it
        raise Conflict(QUEUED)
    if inputs and inputs.get(FIELD) and choose(session, batch, inputs[FIELD]):
        transition, inputs = _owned(session, batch), None
    if inputs:
        typed = typed_of(transition.inputs, inputs)
        values = read_inputs(session, transition.inputs, typed)
    else:
        typed, values = batch.inputs or {}, typed_values(session, batch)
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
    _mine(session, batch)
    if state_of(session, batch) in OVER:
        return batch
    transition = _owned(session, batch)
    refuse_unchosen(transition)
    typed = _given(batch, transition, inputs)
    values = read_inputs(session, transition.inputs, typed)
    if not claim(session, batch, BatchState.running, (BatchState.previewed,)):
        state = state_of(session, batch)  # somebody else's press may have finished it meanwhile
        if state not in OVER:
            raise too_late(batch, state)
        return batch
    _still_meant(batch, transition)
    run = run_of(session, batch, values)
    counts = move(run)
    run.tell("close")
    _finish(run, batch, counts, typed)
    session.expire_all()
    return batch


def queue(session: ActorSession, batch: Batch, inputs: Any = None) -> Batch:
    """Have a previewed batch carried out by the job worker; inputs and rights are judged now too.

    A batch that is done or queued already is left as it is.

    :raises NotFound: for a batch of another user or role.
    :raises Forbidden: when the role may not do the action any more.
    :raises Conflict: when the batch is not previewed, cancelled or too old.
    :raises BadInput: naming the input that is missing or wrong.
    """
    _mine(session, batch)
    if batch.queued_at is not None or state_of(session, batch) in OVER:
        return batch
    transition = _owned(session, batch)
    refuse_unchosen(transition)
    typed = _given(batch, transition, inputs)
    read_inputs(session, transition.inputs, typed)
    wait_to_be_done(session, batch, inputs=typed)
    _still_meant(batch, transition)
    return batch


def _given(batch: Batch, transition: Transition, inputs: Any) -> Typed:
    """Return what was typed: a form that shows every field means what it leaves empty, a bare
    request means the preview.
    """
    kept = {} if inputs and WHOLE in inputs else batch.inputs or {}
    return {**kept, **typed_of(transition.inputs, inputs or {})}


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


def _still_meant(batch: Batch, transition: Transition) -> None:
    """Refuse when another column was chosen while the inputs of this one were read."""
    if batch.action != transition.name:
        raise Conflict(msg("Another change was chosen meanwhile. Look at the preview again."))


def _mine(session: ActorSession, batch: Batch) -> None:
    if not is_own(batch, session.need_actor()):
        raise NotFound(msg("There is no such batch."))


def _owned(session: ActorSession, batch: Batch) -> Transition:
    _mine(session, batch)
    return require_right(session, session.need_actor(), batch)


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
        first_number=issued[0].first if len(issued) == 1 else None,
        last_number=issued[0].last if len(issued) == 1 else None,
    )
    row_id, label = _subject(run) if batch.pinned_count == 1 else (None, batch.label)
    record(
        run.session,
        run.event,
        entity=batch.entity,
        entity_id=row_id,
        entity_text=label,
        changes=changes_of(run, batch) | {name: [None, n] for name, n in sorted(counts.items())},
        reason=run.ctx.inputs.get("reason"),
        batch_id=batch.id,
        result=AuditResult.ok if counts.get(DONE) else AuditResult.refused,
    )


def _subject(run: Run) -> tuple[int, str]:
    """Return id and title of the only row."""
    only = select(run.rows.c.row_id, run.rows.c.label).where(run.here())
    row_id, label = run.execute(only, "first row").one()
    return row_id, label
