"""Why a row may not be moved: one CASE per transition, used by button, preview and commit alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, String, case, false, func, literal, not_, null, true
from sqlalchemy.orm import Session

from models.text import Message, msg
from models.workflow import sql
from models.workflow.machine import Context, Guard, Machine, Transition

WRONG_STATE = "state"
ELSEWHERE = "elsewhere"
#: What happened to a row apart from the reasons of guards.
CHANGED = msg("It was changed after it was selected. Look at it again.")
GONE = msg("It does not exist any more.")
UNKNOWN = msg("It was refused.")


def guards_of(machine: Machine, transition: Transition) -> tuple[Guard, ...]:
    """Return every guard of a transition: the right state, the own office, then its own."""
    own_office = Guard(
        ELSEWHERE,
        msg("It belongs to another organisation: you may look at it only."),
        ok=lambda entity, ctx: _acts(machine, entity, ctx),
    )
    in_state = (_in_state(machine, transition),) if machine.has_states else ()
    return (*in_state, own_office, *transition.guards)


def _in_state(machine: Machine, transition: Transition) -> Guard:
    states = [state.value for state in transition.sources]
    return Guard(
        WRONG_STATE,
        msg("Its state is “%(detail)s”."),
        ok=lambda entity, _ctx: machine.state(entity).in_(states),
        detail=lambda entity, _ctx: machine.state(entity),
        describe=lambda _session, value: machine.states.labels()[value],
    )


def _acts(machine: Machine, entity: Any, ctx: Context) -> ColumnElement[bool]:
    if ctx.actor.is_system:
        return true()
    return machine.table.__scope__.acts(entity, ctx.actor)


def refusal(
    machine: Machine, transition: Transition, entity: Any, ctx: Context, *, asked: bool = True
) -> ColumnElement[str]:
    """Return the code of the first guard that fails, NULL where the row may be moved.

    With ``asked`` False, guards that an input can lift are left out: nothing was asked yet.
    """
    guards = [g for g in guards_of(machine, transition) if asked or g.asks is None]
    strict = [g for g in transition.warnings if g.code in ctx.strict]
    return first_failing([*guards, *strict], entity, ctx)


def warning(transition: Transition, entity: Any, ctx: Context) -> ColumnElement[str]:
    """Return the code of the first warning that applies, NULL where there is none."""
    return first_failing(transition.warnings, entity, ctx)


def first_failing(guards: Sequence[Guard], entity: Any, ctx: Context) -> ColumnElement[str]:
    """Return a CASE of the guards' codes.

    A guard that is neither true nor false must refuse with its own reason, hence the ``coalesce``.
    """
    if not guards:
        return sql.words(None)
    failing = [
        (not_(func.coalesce(guard.ok(entity, ctx), false())), _code(guard, entity, ctx))
        for guard in guards
    ]
    return case(*failing, else_=null())


def _code(guard: Guard, entity: Any, ctx: Context) -> ColumnElement[str]:
    code = literal(guard.code, String())
    if guard.detail is None:
        return code
    return code + ":" + func.coalesce(guard.detail(entity, ctx), "", type_=String())


def reason_of(
    session: Session, machine: Machine, transition: Transition, code: str | None
) -> Message:
    """Return the sentence for a stored code such as ``window`` or ``materials:photo``."""
    name, _, detail = (code or "").partition(":")
    for guard in (*guards_of(machine, transition), *transition.warnings):
        if guard.code == name:
            return guard.message(session, detail)
    return UNKNOWN
