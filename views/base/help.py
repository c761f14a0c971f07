"""The help inside the panel: states and verbs as declared, keys, and how a batch works."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flask import Blueprint, render_template

from models.base.choices import Choice
from models.text import Label
from models.workflow.machine import Machine, Transition
from models.workflow.registry import machines
from views.base.request import actor

pages = Blueprint("help", __name__, url_prefix="/admin/help")


@dataclass(frozen=True, slots=True)
class StateHelp:
    """A state and the ways out of it."""

    state: Choice
    ways: tuple[Transition, ...]


@dataclass(frozen=True, slots=True)
class MachineHelp:
    """The states of one table."""

    label: Label
    states: tuple[StateHelp, ...]


@pages.get("/")
def index() -> str:
    """Show the help; states only of what the reader's role may list."""
    may_see_all = actor().can("accounts:role:matrix")
    return render_template("help.html", machines=list(_machines()), may_see_all=may_see_all)


def _machines() -> Iterator[MachineHelp]:
    who = actor()
    for machine in machines():
        table = machine.table
        if who.can(f"{table.__area__}:{table.__tablename__}:list"):
            states = tuple(StateHelp(state, _ways(machine, state)) for state in machine.states)
            yield MachineHelp(table.__label__, states)


def _ways(machine: Machine, state: Choice) -> tuple[Transition, ...]:
    return tuple(each for each in machine.transitions if state in each.sources)
