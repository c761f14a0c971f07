"""What a batch does: its machine, and the transition that is declared, made for one column, or made
to take another batch back; and whose right that is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy.orm import object_session

from models.base.actor import Actor
from models.base.choices import Choice
from models.base.orm import Base
from models.base.session import ActorSession
from models.batch import undoable, undoing
from models.batch.tables import Batch
from models.errors import BadInput, NotFound
from models.text import Label, msg
from models.workflow.editing import LABEL as EDIT_LABEL
from models.workflow.editing import UNCHOSEN, edit_of, edits_of
from models.workflow.inputs import Input
from models.workflow.machine import Machine, Transition
from models.workflow.registry import mover_of
from models.workflow.undoing import VERB, undo_label, undo_name, undo_of_label

IMPORT, EXPORT = "import", "export"
UNDO_IMPORT: Final = undo_name(IMPORT)
IMPORT_LABEL: Final = Label("导入", "Import")
#: What a batch of any table may do without a machine.
UNMACHINED: Final[Mapping[str, Label]] = {
    IMPORT: IMPORT_LABEL,
    EXPORT: Label("导出", "Export"),
    UNDO_IMPORT: undo_of_label(IMPORT_LABEL),
}


@dataclass(frozen=True, slots=True)
class Deed:
    """What a batch does, as its page and its workbook tell it; ``final``: nothing takes it back."""

    table: type[Base]
    label: Label
    verb: Label
    danger: bool = False
    final: bool = False
    states: Mapping[str, Choice] = field(default_factory=dict)
    inputs: tuple[Input, ...] = ()


def deed_of(batch: Batch) -> Deed:
    """Return what a batch does, by a machine or without one.

    :raises NotFound: when the declaration is gone since.
    """
    label = UNMACHINED.get(batch.action)
    if label is not None:
        table = undoable.class_of(batch.entity)
        return Deed(table, label, label if batch.undo_of_id is None else VERB)
    machine, transition = action_of(batch)
    states = {state.value: state for state in machine.states}
    is_final = not transition.undoable and transition.name != UNCHOSEN
    final = is_final and batch.undo_of_id is None
    told = (transition.label, transition.button, transition.danger, final)
    return Deed(machine.table, *told, states, transition.inputs)


def transition_named(machine: Machine, action: str) -> Transition | None:
    """Return the transition that a list's batch form asks for: a declared one, or the change of a
    column.
    """
    return machine.transition(action) or edit_of(machine, action)


def actions(machine: Machine) -> dict[str, Label]:
    """Return every action that batches and logs of a machine may name, with its label."""
    declared = {each.name: each.label for each in (*machine.transitions, *edits_of(machine))}
    undone = [each for each in (*machine.transitions, *edits_of(machine)) if each.undoable]
    unchosen = {UNCHOSEN: EDIT_LABEL} if machine.editing else {}
    return declared | unchosen | {undo_name(each.name): undo_label(each) for each in undone}


def action_of(batch: Batch) -> tuple[Machine, Transition]:
    """Return the machine and the transition of a batch.

    :raises NotFound: when the declaration is gone since.
    """
    machine = mover_of(batch.entity)
    if machine is None:
        raise NotFound(msg("There is no such action."))
    if batch.undo_of_id is not None:
        return machine, undoing.transition_of(_session_of(batch), batch.undo_of_id)
    transition = transition_named(machine, batch.action)
    if transition is None:
        raise NotFound(msg("There is no such action."))
    return machine, transition


def require_right(session: ActorSession, actor: Actor, batch: Batch) -> Transition:
    """Return the transition of a batch that the actor may carry out now.

    :raises Forbidden: when the role may not do the action any more.
    :raises Conflict: when what it undoes cannot be undone any more.
    """
    machine, transition = action_of(batch)
    if batch.undo_of_id is not None:
        undoable.judge(session, actor, batch.undo_of_id)
    else:
        actor.require(machine.permission(transition))
    return transition


def refuse_unchosen(transition: Transition) -> None:
    """Refuse to carry out a change of nothing.

    :raises BadInput: while no column is chosen.
    """
    if transition.name == UNCHOSEN:
        raise BadInput(msg("Choose first what is to be changed."), "field")


def _session_of(batch: Batch) -> ActorSession:
    session: Any = object_session(batch)
    if not isinstance(session, ActorSession):
        raise TypeError("a batch is read in the session of its actor")
    return session
