"""What the page of the queue shows: the record, the ways to decide it by key, count and pace."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from models import clock
from models.base.actor import Actor
from models.base.session import ActorSession
from models.batch.tables import Batch, BatchKind, BatchState
from models.errors import NotFound
from models.text import Label, Message
from models.workflow.machine import Machine, Transition
from models.workflow.tables import WorkflowLog
from views.base.actions import Verb
from views.base.detail import Detail, detail_of
from views.base.finding import name_of
from views.base.inputs import Filling, ShownInput, shown_input
from views.base.queue_last import Last
from views.base.reasons import reasons_for
from views.base.request import actor, session
from views.base.waiting import capped, sets_back
from views.base.worklist import Worklist

if TYPE_CHECKING:
    from views.base.record import RecordPages

#: Pace is that of the last hour; a start of seconds would promise too much.
PACE_SPAN, SHORTEST_SPAN = timedelta(hours=1), timedelta(minutes=5)
FEWEST_FOR_A_RATE = 5


@dataclass(frozen=True, slots=True)
class Way:
    """A transition from the record's state, with its inputs and the reasons given for it lately;
    ``why_not`` closes it for this record.
    """

    name: str
    label: Label
    verb: Label
    danger: bool
    why_not: Message | None
    inputs: Sequence[ShownInput]
    reasons: Sequence[str]
    is_open: bool
    final: bool

    @property
    def asks(self) -> bool:
        """Whether something must be filled in before it can be done."""
        return any(each.required for each in self.inputs)


@dataclass(frozen=True, slots=True)
class Posted:
    """A decision that was refused: the transition, what was typed for it, and why."""

    action: str
    typed: Mapping[str, Any]
    refusal: Message


@dataclass(frozen=True, slots=True)
class QueuePage:
    """One record; ``impossible`` are the verbs of other states."""

    detail: Detail
    name: str
    ways: Sequence[Way]
    impossible: Sequence[Verb]
    left: str
    done: int
    pace: int
    last: Last | None
    refusal: Message | None

    @property
    def first(self) -> Way | None:
        """Return the first way that is open."""
        return next((way for way in self.ways if way.why_not is None), None)


def queue_page(
    view: RecordPages[Any], worklist: Worklist, record: Any, posted: Posted | None = None
) -> QueuePage:
    """Collect the page of a record that is worked on."""
    who, machine = actor(), worklist.machine
    shown = detail_of(view, record, who, False, in_list=False)
    here = _in_fixed_order(machine, shown.verbs, getattr(record, machine.column))
    possible = [_transition(machine, verb.name) for verb in here if verb.why_not is None]
    lately = reasons_for(who, possible, machine)
    done, pace = pace_of(session(), who, machine)
    return QueuePage(
        detail=shown,
        name=name_of(record),
        ways=[_way(machine, verb, record.id, lately, posted) for verb in here],
        impossible=[verb for verb in shown.verbs if verb not in here],
        left=capped(worklist.left()),
        done=done,
        pace=pace,
        last=None,
        refusal=posted.refusal if posted else None,
    )


def _in_fixed_order(machine: Machine, verbs: Sequence[Verb], state: str) -> list[Verb]:
    """Return the verbs of a state, possible or not, always in the same places: whoever decides by
    key does not look at the key. What sends back comes behind, what is dangerous last.
    """
    places = {each.name: place for place, each in enumerate(machine.transitions)}

    def place_of(verb: Verb) -> tuple[bool, bool, int]:
        return verb.danger, sets_back(_transition(machine, verb.name)), places[verb.name]

    here = [verb for verb in verbs if state in _transition(machine, verb.name).sources]
    return sorted(here, key=place_of)


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
    asked = transition.inputs if verb.why_not is None else ()
    return Way(
        name=verb.name,
        label=verb.label,
        verb=transition.button,
        danger=verb.danger,
        why_not=verb.why_not,
        inputs=[shown_input(session(), each, filling) for each in asked],
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
