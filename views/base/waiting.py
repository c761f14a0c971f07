"""What waits for a role: states in which it can bring a record forward."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Select, func, literal, select, union_all

from models.base.actor import Actor
from models.base.session import ActorSession
from models.batch.claims import found_in, waiting
from models.workflow.machine import Machine, Transition
from views.base.rights import is_open

#: A count of waiting records goes no further than this.
WAITING_CAP = 999
#: Tones of states in which a record waits for an office, where the grid does not name them itself.
WAITING_TONES = frozenset({"amber", "orange", "teal"})
#: Tones of states into which a record is sent back or refused.
SETBACK_TONES = frozenset({"red", "orange"})


def waiting_states(view: Any, machine: Machine) -> frozenset[str]:
    """Return the states of a grid in which a record waits for an office."""
    by_tone = {state.value for state in machine.states if state.tone in WAITING_TONES}
    return frozenset(view.waits.split() or by_tone)


def own_states(who: Actor, view: Any, machine: Machine) -> list[str]:
    """Return the states of a grid that wait for the actor's role, in the machine's order; none
    where he may not know them.
    """
    if not is_open(view.mapped, machine.column):
        return []
    waits = waiting_states(view, machine)
    states = [state.value for state in machine.states if state.value in waits]
    return [state for state in states if _may_move(who, view, machine, state)]


def waiting_counts(
    work: ActorSession, who: Actor, grids: Iterable[tuple[Any, Machine]]
) -> dict[tuple[str, str], int]:
    """Count what waits for the actor's role in some grids, by table and state."""
    return counts_of(work, who, [(m, own_states(who, view, m)) for view, m in grids])


def count_in(
    work: ActorSession,
    who: Actor,
    machine: Machine,
    states: Sequence[str],
    rows: Select[Any] | None = None,
) -> int:
    """Count what the queue would give out: the office's own records in some states that no
    colleague holds or was assigned, of ``rows`` where a list narrows them.
    """
    return sum(counts_of(work, who, [(machine, states)], rows).values())


def counts_of(
    work: ActorSession,
    who: Actor,
    asked: Iterable[tuple[Machine, Sequence[str]]],
    rows: Select[Any] | None = None,
) -> dict[tuple[str, str], int]:
    """Count what queues would give out, by table and state, in one statement; no more rows of a
    state are read than the cap shows. What is not named has none.
    """
    parts = [
        _named_rows(machine, state, waiting(who, machine, [state], rows))
        for machine, states in asked
        for state in states
    ]
    if not parts:
        return {}
    some = union_all(*parts).subquery()
    counted = select(some.c.queue, some.c.state, func.count()).group_by(some.c.queue, some.c.state)
    return {(table, state): count for table, state, count in found_in(work, counted)}


def _named_rows(machine: Machine, state: str, wanted: Select[Any]) -> Select[Any]:
    some = wanted.order_by(None).limit(WAITING_CAP + 1).subquery()
    named = literal(machine.table.__tablename__).label("queue"), literal(state).label("state")
    return select(*named).select_from(some)


def capped(count: int) -> str:
    """Return a count as it is shown."""
    return str(count) if count <= WAITING_CAP else f"{WAITING_CAP}+"


def sets_back(transition: Transition) -> bool:
    """Say whether a verb sends a record back, by the tone of the state that it leads to."""
    return transition.target is not None and transition.target.tone in SETBACK_TONES


def _may_move(who: Actor, view: Any, machine: Machine, state: str) -> bool:
    """Say whether the role can bring a record of that state forward; to send it back is no task."""
    return any(
        state in transition.sources
        and transition.target is not None
        and not sets_back(transition)
        and view.may(who, transition.name)
        for transition in machine.transitions
    )
