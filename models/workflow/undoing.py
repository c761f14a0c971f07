"""The undo of a transition, made into a transition of its own for one batch (reading 11)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, and_

from models.base.orm import Business
from models.text import Label, msg
from models.workflow import parts
from models.workflow.inputs import Input
from models.workflow.machine import Context, Guard, Machine, Transition
from models.workflow.run import Run

#: Before the name of the transition undone: the name of the undo.
PREFIX = "undo_"
REASON = Input("reason", "text", Label("撤销理由", "Why it is undone"))
_WITHIN = str.maketrans("“”", "‘’")
VERB = Label("撤销", "Undo")
NUMBERS_STAY = Label(
    "已发出的编号不收回，也不另作他用。", "Numbers that were issued stay, and go to nobody else."
)


@dataclass(frozen=True, slots=True)
class Undone:
    """The batch that is taken back: its id, the columns that it wrote, those that it wrote of
    parts, and the ledger that keeps these.
    """

    batch_id: int
    columns: Sequence[str]
    parts: Mapping[type[Business], Sequence[str]]
    parts_ledger: Table


def undo_label(transition: Transition) -> Label:
    """Return what the undo of a transition is called."""
    return undo_of_label(transition.label)


def undo_of_label(label: Label) -> Label:
    """Return what the undo of something called so is called; quotes within become single ones."""
    zh, en = (name.translate(_WITHIN) for name in (label.zh, label.en))
    return Label(f"撤销“{zh}”", f"Undo “{en}”")


def undo_name(action: str) -> str:
    """Return what the undo of an action is called in tables and logs."""
    return PREFIX + action


def undone_name(action: str) -> str | None:
    """Return the transition that an action is the undo of, None for any other action."""
    return action.removeprefix(PREFIX) if action.startswith(PREFIX) else None


def undo_of(
    machine: Machine,
    transition: Transition,
    undone: Undone,
    lock: Callable[[], Select[Any]],
    close: Callable[[Run], None],
) -> Transition:
    """Return the transition that takes a batch back; ``lock`` holds that batch, ``close`` marks it.

    Whose right it is depends on the batch: see :mod:`models.batch.undoing`.
    """
    issued = transition.issue.column if transition.issue else None
    bring_back = tuple(
        partial(parts.bring_back, batch_id=undone.batch_id, part=part, names=names)
        for part, names in undone.parts.items()
    )
    return Transition(
        name=undo_name(transition.name),
        label=undo_label(transition),
        verb=VERB,
        sources=(transition.target,) if transition.target else tuple(machine.states),
        target=None,
        guards=(*_unmoved_parts(undone), *transition.undoing.guards),
        inputs=(REASON,),
        restores=tuple(name for name in undone.columns if name != issued),
        after=(*bring_back, *transition.undoing.after, close),
        locks=(lock, *transition.undoing.locks),
        danger=False,
    )


def left_behind(transition: Transition) -> tuple[Label, ...]:
    """Return in words what an undo of a transition does not bring back."""
    numbers = (NUMBERS_STAY,) if transition.issue else ()
    return (*numbers, *transition.undoing.leaves)


def _unmoved_parts(undone: Undone) -> tuple[Guard, ...]:
    if not undone.parts:
        return ()

    def unmoved(e: Any, _ctx: Context) -> ColumnElement[bool]:
        ledger, batch_id = undone.parts_ledger, undone.batch_id
        return and_(*(parts.unmoved(ledger, batch_id, part, e.id) for part in undone.parts))

    reason = msg("What belongs to it was changed since. Look at it again.")
    return (Guard("parts", reason, unmoved),)
