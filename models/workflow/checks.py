"""Checks of machines at start-up: a slip in a declaration is found before a clerk finds it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Alias, BinaryExpression, Column, ColumnElement, Table, UniqueConstraint
from sqlalchemy.sql import operators
from sqlalchemy.sql.visitors import iterate

from models import clock
from models.base.actor import system_actor
from models.base.columns import meta
from models.workflow.editing import editing_problems, edits_of
from models.workflow.judging import first_failing
from models.workflow.machine import Context, Machine, Transition

#: Operators that an index serves.
SEEKING = (operators.eq, operators.in_op)


def check_machine(machine: Machine) -> list[str]:
    """Return what is wrong with a machine, one sentence each; an empty list if nothing is."""
    return [f"{machine.name}: {problem}" for problem in _problems(machine)]


def _problems(machine: Machine) -> Iterator[str]:
    table: Any = machine.table.__table__
    if machine.has_states and machine.column not in table.c:
        yield f"there is no column {machine.column}"
        return
    yield from _column_problems(machine, table)
    names = [transition.name for transition in machine.transitions]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"there are two transitions {name}"
    yield from _assigning_problems(machine, table)
    yield from editing_problems(machine)
    for transition in (*machine.transitions, *edits_of(machine)):
        for problem in _transition_problems(machine, transition, table):
            yield f"{transition.name}: {problem}"


def _column_problems(machine: Machine, table: Table) -> Iterator[str]:
    if machine.has_states and not meta(table.c[machine.column]).machine:
        yield f"{machine.column} could be edited in a form: it lacks machine=True"
    for state in machine.states:
        if not (state.label.zh and state.label.en):
            yield f"state {state} has no label"


def _assigning_problems(machine: Machine, table: Table) -> Iterator[str]:
    for state, name in machine.assigned.items():
        if state not in {each.value for each in machine.states}:
            yield f"it is assigned in a state {state} that does not exist"
        if name not in table.c:
            yield f"it is assigned by a column {name} that does not exist"


def _transition_problems(machine: Machine, transition: Transition, table: Table) -> Iterator[str]:
    yield from _state_problems(machine, transition)
    if not (transition.label.zh and transition.label.en):
        yield "it has no label"
    for name in transition.written:
        if name not in table.c:
            yield f"it writes a column {name} that does not exist"
    asked = {each.name for each in transition.inputs}
    for guard in transition.guards:
        if guard.asks and guard.asks not in asked:
            yield f"guard {guard.code} waits for an input {guard.asks} that nobody asks for"
    yield from _slow_guards(transition, table)


def _state_problems(machine: Machine, transition: Transition) -> Iterator[str]:
    named = transition.sources
    if transition.target is not None:
        named = (*named, transition.target)
    elif not (transition.written or transition.after):
        yield "it keeps the state and does nothing else"
    for state in named:
        if not isinstance(state, machine.states):
            yield f"{state} is no state of this machine"


def _slow_guards(transition: Transition, table: Table) -> Iterator[str]:
    """Name the tables that a guard would have to read through from end to end."""
    entity: Any = table.alias("subject")
    ctx = Context(system_actor("checks"), clock.now())
    judged = first_failing([*transition.guards, *transition.warnings], entity.c, ctx)
    for alias, columns in _sought(judged, entity).items():
        searched: Any = alias.element
        if not columns & leading_columns(searched):
            yield f"no index serves the search in {searched.name}"


def _sought(expression: ColumnElement[Any], entity: Any) -> dict[Any, set[str]]:
    """Return for each other table of an expression the columns that it is searched by."""
    sought: dict[Any, set[str]] = {}
    for element in iterate(expression):
        if isinstance(element, Alias) and element is not entity:
            sought.setdefault(element, set())
        if isinstance(element, BinaryExpression) and element.operator in SEEKING:
            for side in (element.left, element.right):
                if isinstance(side, Column) and isinstance(side.table, Alias):
                    sought.setdefault(side.table, set()).add(side.name)
    sought.pop(entity, None)
    return sought


def leading_columns(table: Table) -> set[str]:
    """Return the columns by which rows are found without reading the whole table."""
    lists: list[list[Any]] = [list(index.expressions) for index in table.indexes]
    lists += [list(key.columns) for key in table.constraints if isinstance(key, UniqueConstraint)]
    lists.append(list(table.primary_key.columns))
    lists += [[column] for column in table.columns if column.index or column.unique]
    return {found[0].name for found in lists if found and isinstance(found[0], Column)}
