"""From which state to which a batch moves its rows, or moved them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, String, func, literal, select

from models.base.choices import Choice
from models.base.session import ActorSession
from models.batch.actions import UNMACHINED, action_of
from models.batch.ledger import OPTIONS
from models.batch.tables import Batch, BatchRow
from models.workflow import sql
from models.workflow.machine import Machine, Transition
from models.workflow.run import DONE, READY

ROW: Any = BatchRow.__table__


@dataclass(frozen=True, slots=True)
class Course:
    """Rows that pass, by the state that they leave and the one that they reach."""

    source: Choice
    target: Choice
    count: int


def courses(session: ActorSession, batch: Batch) -> Sequence[Course]:
    """Return the moves of the rows that pass, the most frequent first; none where every row keeps
    its state.
    """
    if batch.action in UNMACHINED:
        return ()
    machine, transition = action_of(batch)
    target = _target(machine, transition)
    if target is None:
        return ()
    moves = (
        select(ROW.c.from_state.label("source"), target.label("target"))
        .where(ROW.c.batch_id == batch.id, ROW.c.outcome.in_((READY, DONE)))
        .subquery("moves")
    )
    ends, amount = (moves.c.source, moves.c.target), func.count()
    counted = select(*ends, amount).where(moves.c.source != moves.c.target).group_by(*ends)
    found = session.execute(counted.order_by(amount.desc(), *ends), execution_options=OPTIONS)
    states = {state.value: state for state in machine.states}
    return [Course(states[source], states[to], count) for source, to, count in found]


def _target(machine: Machine, transition: Transition) -> ColumnElement[str] | None:
    """Return the state that each row reaches, by an undo its old one; None where all stay."""
    if transition.target is not None:
        return literal(transition.target.value, String())
    if machine.column not in transition.restores:
        return None
    column: Any = machine.table.__table__.c[machine.column]
    return sql.kept(ROW.c.restores, column)
