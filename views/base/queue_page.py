"""What the page of the queue shows: the record, the ways to decide it by key, count and pace."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from flask import url_for
from sqlalchemy import func, select

from models import clock
from models.base.actor import Actor
from models.base.session import ActorSession
from models.batch import ownership, queries
from models.batch.actions import action_of
from models.batch.tables import Batch, BatchKind, BatchState
from models.errors import NotFound
from models.text import Label, Message
from models.workflow.machine import Machine, Transition
from models.workflow.tables import WorkflowLog
from views.base.actions import Verb
from views.base.detail import Detail, detail_of
from views.base.inputs import Filling, ShownInput, shown_input
from views.base.reasons import reasons_for
from views.base.request import actor, session
from views.base.rights import is_named
from views.base.waiting import capped, count_in

if TYPE_CHECKING:
    from views.base.record import RecordPages

#: So long a decision can be taken back by one key; afterwards on its batch's own page.
UNDO_SECONDS = 30
#: Pace is that of the last hour; a start of seconds would promise too much.
PACE_SPAN, SHORTEST_SPAN = timedelta(hours=1), timedelta(minutes=5)
FEWEST_FOR_A_RATE = 5
#: A decision, and the one that takes it back.
DECISIONS = (BatchKind.transition.value, BatchKind.undo.value)


@dataclass(frozen=True, slots=True)
class Way:
    """A transition that is possible now, with its inputs and the reasons given for it lately."""

    name: str
    label: Label
    verb: Label
    danger: bool
    inputs: Sequence[ShownInput]
    reasons: Sequence[str]
    is_open: bool
    final: bool

    @property
    def asks(self) -> bool:
        """Whether something must be filled in before it can be done."""
        return any(each.required for each in self.inputs)


@dataclass(frozen=True, slots=True)
class Last:
    """The decision before: what was done to which record, and how long it can be taken back."""

    label: Label
    record: str
    row_id: int
    url: str
    batch_id: int
    undo_url: str | None
    seconds: int


@dataclass(frozen=True, slots=True)
class Posted:
    """A decision that was refused: the transition, what was typed for it, and why."""

    action: str
    typed: Mapping[str, Any]
    refusal: Message


@dataclass(frozen=True, slots=True)
class QueuePage:
    """One held record."""

    detail: Detail
    ways: Sequence[Way]
    impossible: Sequence[Verb]
    left: str
    done: int
    pace: int
    last: Last | None
    refusal: Message | None


def queue_page(
    view: RecordPages[Any],
    machine: Machine,
    record: Any,
    states: Sequence[str],
    posted: Posted | None = None,
) -> QueuePage:
    """Collect the page of a held record; ``states`` are those that are worked through."""
    who = actor()
    shown = detail_of(view, record, who, False)
    possible = [verb for verb in shown.verbs if verb.why_not is None]
    lately = reasons_for(who, [_transition(machine, verb.name) for verb in possible], machine)
    done, pace = pace_of(session(), who, machine)
    return QueuePage(
        detail=shown,
        ways=[_way(machine, verb, record.id, lately, posted) for verb in possible],
        impossible=[verb for verb in shown.verbs if verb.why_not is not None],
        left=capped(count_in(session(), who, machine, states)),
        done=done,
        pace=pace,
        last=None,
        refusal=posted.refusal if posted else None,
    )


def _way(
    machine: Machine,
    verb: Verb,
    record_id: int,
    lately: Mapping[str, Sequence[str]],
    posted: Posted | None,
) -> Way:
    transition = _transition(machine, verb.name)
    is_open = posted is not None and posted.action == verb.name
    typed = posted.typed if posted and is_open else None
    rows = select(machine.table.id).where(machine.table.id == record_id)
    filling = Filling(rows, typed=typed, form=verb.name)
    return Way(
        name=verb.name,
        label=verb.label,
        verb=transition.button,
        danger=verb.danger,
        inputs=[shown_input(session(), each, filling) for each in transition.inputs],
        reasons=lately.get(verb.name, ()),
        is_open=is_open,
        final=not transition.undoable,
    )


def _transition(machine: Machine, name: str) -> Transition:
    found = machine.transition(name)
    if found is None:
        raise NotFound(Message("There is no such action."))
    return found


def pace_of(work: ActorSession, who: Actor, machine: Machine) -> tuple[int, int]:
    """Return how many records the actor has decided one by one in the last hour and not taken
    back, and at what rate per hour; the rate is 0 while they are too few to tell it.
    """
    now = clock.now()
    decided = (
        select(func.count(), func.min(WorkflowLog.at))
        .join(Batch, Batch.id == WorkflowLog.batch_id)
        .where(
            WorkflowLog.actor_id == who.user_id,
            WorkflowLog.machine == machine.name,
            WorkflowLog.at >= now - PACE_SPAN,
            Batch.entity == machine.table.__tablename__,
            Batch.kind == BatchKind.transition.value,
            Batch.state == BatchState.done.value,
            Batch.pinned_count == 1,
        )
    )
    count, since = work.execute(decided).one()
    if count < FEWEST_FOR_A_RATE:
        return count, 0
    span = max(now - since, SHORTEST_SPAN)
    return count, round(count * PACE_SPAN / span)


def last_decision(who: Actor, machine: Machine, key: int) -> Last | None:
    """Return what the actor did by a batch of one in this queue; None for any other batch, and
    for anybody else's, even one that he may read.
    """
    try:
        batch = ownership.load(session(), who, key)
        transition = action_of(batch)[1]
    except NotFound:
        return None
    row = next(iter(queries.rows(session(), batch, limit=1)), None)
    if batch.pinned_count != 1 or batch.finished_at is None or row is None:
        return None
    if batch.entity != machine.table.__tablename__ or not ownership.is_own(batch, who):
        return None
    if batch.kind not in DECISIONS:
        return None
    left = UNDO_SECONDS - int((clock.now() - batch.finished_at).total_seconds())
    undoable = transition.undoable and batch.state == BatchState.done and left > 0
    table = machine.table.__tablename__
    return Last(
        label=transition.label,
        record=(row.label if is_named(machine.table) else None) or f"#{row.row_id}",
        row_id=row.row_id,
        url=url_for(f"{table}.details_view", id=row.row_id),
        batch_id=batch.id,
        undo_url=url_for(f"{table}.queue_undo_view") if undoable else None,
        seconds=max(left, 0),
    )
