"""Changing one column of many records at once, as a transition that keeps the state."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Column, ColumnElement, Table, UniqueConstraint, false, not_, true

from models.base.actor import Actor
from models.base.columns import meta
from models.text import Label, msg
from models.workflow import sql
from models.workflow.inputs import Input
from models.workflow.machine import Context, Editing, Guard, Machine, Transition, Undoing
from models.workflow.undoing import undo_name

#: The act whose right it is, the action while no column is chosen, and what stands before one.
RIGHT, UNCHOSEN, PREFIX = "edit", "bulk_edit", "edit_"
#: Actions are kept in columns of this width.
ACTION_LENGTH = 32
VALUE = "value"
LABEL = Label("批量修改", "Bulk edit")
IN_TRASH = msg("It is in the trash. Put it back first.")


def edited_column(machine: Machine, action: str) -> Column[Any] | None:
    """Return the column that an action changes; None for any other action."""
    name = action.removeprefix(PREFIX)
    if not action.startswith(PREFIX) or name not in edited_names(machine):
        return None
    return _column(machine, name)


def _column(machine: Machine, name: str) -> Column[Any]:
    table: Any = machine.table.__table__
    column: Column[Any] = table.c[name]
    return column


def edited_names(machine: Machine | None) -> tuple[str, ...]:
    """Return the columns that a machine lets be changed for many records at once."""
    return tuple(machine.editing.columns.split()) if machine and machine.editing else ()


def editable_by(machine: Machine | None, actor: Actor) -> frozenset[str]:
    """Return those of them that an actor may change at all."""
    editing = machine.editing if machine else None
    names = edited_names(machine)
    return frozenset(name for name in names if editing and editing.may(actor, name))


def edits_of(machine: Machine) -> tuple[Transition, ...]:
    """Return the changes of every column that may be changed in bulk."""
    return tuple(_edit(machine, _column(machine, name)) for name in edited_names(machine))


def editing_problems(machine: Machine) -> Iterator[str]:
    """Return what is wrong with the columns to be edited, one sentence each.

    None may be kept by engine or session, nor be personal data or one record's alone: such a change
    is one of a record.
    """
    table: Any = machine.table.__table__
    unique = _unique_columns(table)
    for name in edited_names(machine):
        info = meta(table.c[name]) if name in table.c else None
        if info is None or info.machine or info.system or info.sensitive or name in unique:
            yield f"column {name} may not be changed in bulk"
        elif len(undo_name(action_on(name))) > ACTION_LENGTH:
            yield f"column {name}: its name is too long for an action that can be undone"


def _unique_columns(table: Table) -> set[str]:
    """Return the columns of which no two records may hold the same value, be it together."""
    keys = [each.columns for each in table.constraints if isinstance(each, UniqueConstraint)]
    keys += [each.columns for each in table.indexes if each.unique]
    single = {column.key for column in table.columns if column.unique or column.primary_key}
    return single | {column.key for columns in keys for column in columns}


def action_on(name: str) -> str:
    """Return the action that changes a column."""
    return PREFIX + name


def edit_of(machine: Machine, action: str) -> Transition | None:
    """Return the transition that changes a column, or that waits for one to be chosen; None for
    any other action.
    """
    column = edited_column(machine, action)
    if column is None:
        return _unchosen(machine) if machine.editing and action == UNCHOSEN else None
    return _edit(machine, column)


def _unchosen(machine: Machine) -> Transition:
    return Transition(
        UNCHOSEN, LABEL, tuple(machine.states), None, verb=Label("修改", "Change"), right=RIGHT
    )


def _edit(machine: Machine, column: Column[Any]) -> Transition:
    label, editing = meta(column).label, machine.editing
    assert editing is not None  # noqa: S101 -- asked by edited_column
    return Transition(
        name=action_on(column.key),
        label=Label(f"修改“{label.zh}”", f"Change “{label.en}”"),
        verb=Label("修改", "Change"),
        sources=tuple(machine.states),
        target=None,
        guards=(
            _may(editing, column),
            *_in_use(machine),
            _same(column),
            *editing.guards(column.key),
        ),
        inputs=(Input(VALUE, "value", label, required=True, column=column),),
        effects={column.key: _new(column), **editing.follows.get(column.key, {})},
        undoable=True,
        undoing=Undoing(guards=(_may(editing, column), *editing.undoing)),
        right=RIGHT,
    )


def _new(column: Column[Any]) -> Any:
    return lambda _entity, ctx: sql.value(ctx.inputs.get(VALUE), column.type)


def _may(editing: Editing, column: Column[Any]) -> Guard:
    def allowed(_e: Any, ctx: Context) -> ColumnElement[bool]:
        return true() if editing.may(ctx.actor, column.key) else false()

    return Guard("column", msg("Your role may not change this."), allowed)


def _in_use(machine: Machine) -> tuple[Guard, ...]:
    """Leave rows in the trash alone, where the table has one."""
    if machine.table.__removal__ != "trash":
        return ()
    return (Guard("trash", IN_TRASH, lambda e, _ctx: not_(e.is_deleted)),)


def _same(column: Column[Any]) -> Guard:
    """Rows that have the value already are left alone, and counted apart."""

    def differs(e: Any, ctx: Context) -> ColumnElement[bool]:
        if ctx.inputs.get(VALUE) is None:
            return true()
        held: ColumnElement[Any] = getattr(e, column.key)
        return held.is_distinct_from(_new(column)(e, ctx))

    return Guard("unchanged", msg("It has this value already."), differs, asks=VALUE)
