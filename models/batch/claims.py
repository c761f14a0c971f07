"""Leases on records: who works through a queue holds one at a time, and nobody else is given it.

A lease lasts some minutes and is renewed while its page is open; it keeps nobody from moving the
record by a batch, for that the version is there.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, delete, false, or_, select, true

from models import clock
from models.base.actor import Actor
from models.base.session import ActorSession, narrowed
from models.batch.tables import Claim
from models.workflow import sql
from models.workflow.machine import Machine

LEASE = timedelta(minutes=10)
CLAIM: Any = Claim.__table__
OPTIONS = {"unscoped": "batch: claims", "preserve_rowcount": True}
#: What :func:`waiting` selects is the actor's own by the scope's rule, which names plain tables.
OWN = {"unscoped": "batch: claims"}
#: How often somebody else may be quicker before the queue counts as empty.
ATTEMPTS = 50


def waiting(
    actor: Actor, machine: Machine, states: Sequence[str], rows: Select[Any] | None = None
) -> Select[Any]:
    """Return a SELECT of the ids of the actor's own records in some states that nobody else
    holds or was assigned, the oldest first; of ``rows`` where a list narrows them, which is to be
    read by :func:`found_in`.
    """
    table: Any = machine.table
    listed = select(table) if rows is None else rows
    held = CLAIM.alias("held")
    others = and_(
        held.c.table_name == table.__tablename__,
        held.c.row_id == table.id,
        held.c.user_id != actor.user_id,
        held.c.until > clock.now(),
    )
    return (
        listed.with_only_columns(table.id)
        .where(
            getattr(table, machine.column).in_(states),
            table.__scope__.acts(table, actor),
            not_of_others(actor, machine),
            ~select(held.c.id).where(others).correlate_except(held).exists(),
        )
        .order_by(table.id)
    )


def found_in(session: ActorSession, statement: Select[Any]) -> Any:
    """Execute a SELECT of what waits: what the list's conditions reach is held to the scope too."""
    return session.execute(narrowed(session, statement), execution_options=OWN)


def not_of_others(actor: Actor, machine: Machine) -> ColumnElement[bool]:
    """Return the condition that a record is not assigned to a colleague in its state."""
    return and_(
        true(),
        *(
            or_(column.is_(None), column == actor.user_id, machine.state(machine.table) != state)
            for state, column in _assigned(machine)
        ),
    )


def of_oneself(actor: Actor, machine: Machine) -> ColumnElement[bool]:
    """Return the condition that a record is assigned to the actor in its state."""
    return or_(
        false(),
        *(
            and_(column == actor.user_id, machine.state(machine.table) == state)
            for state, column in _assigned(machine)
        ),
    )


def _assigned(machine: Machine) -> list[tuple[str, Any]]:
    return [(state, getattr(machine.table, name)) for state, name in machine.assigned.items()]


def hold_next(
    session: ActorSession,
    actor: Actor,
    machine: Machine,
    states: Sequence[str],
    after: int = 0,
    *,
    rows: Select[Any] | None = None,
) -> int | None:
    """Hold the next waiting record behind ``after``, beginning anew at the end, and let go what
    was held before; None when nothing waits. What is assigned to the actor comes first, and with
    ``rows`` nothing else than they comes at all.
    """
    release(session, actor, machine)
    wanted = waiting(actor, machine, states, rows).limit(1)
    for _ in range(ATTEMPTS):
        found = _next(session, actor, machine, wanted, after)
        if found is None:
            return None
        if hold(session, actor, machine, found) and _still_waits(session, machine, wanted, found):
            return found
        release(session, actor, machine)
    return None


def _next(
    session: ActorSession, actor: Actor, machine: Machine, wanted: Select[Any], after: int
) -> int | None:
    """Return the next record: behind ``after`` one's own, then any; at the end the same anew."""
    table: Any = machine.table
    own = [wanted.where(of_oneself(actor, machine))] if machine.assigned else []
    behind = [each.where(table.id > after) for each in (*own, wanted)] if after else []
    for each in (*behind, *own, wanted):
        found: int | None = found_in(session, each).scalar()
        if found is not None:
            return found
    return None


def _still_waits(session: ActorSession, machine: Machine, wanted: Select[Any], found: int) -> bool:
    """Look again: whoever held it a moment ago may have decided it."""
    table: Any = machine.table
    return found_in(session, wanted.where(table.id == found)).scalar() is not None


def holder(session: ActorSession, machine: Machine, row_id: int) -> int | None:
    """Return the user who holds a record now; None where nobody does."""
    held = select(CLAIM.c.user_id).where(
        CLAIM.c.table_name == machine.table.__tablename__,
        CLAIM.c.row_id == row_id,
        CLAIM.c.until > clock.now(),
    )
    found: int | None = session.scalar(held, execution_options=OPTIONS)
    return found


def hold(session: ActorSession, actor: Actor, machine: Machine, row_id: int) -> bool:
    """Hold a record, or go on holding it; False when somebody else does."""
    now = clock.now()
    claimed = {
        "table_name": machine.table.__tablename__,
        "row_id": row_id,
        "user_id": actor.user_id,
        "until": now + LEASE,
    }
    free: ColumnElement[bool] = or_(CLAIM.c.until <= now, CLAIM.c.user_id == actor.user_id)
    taken = sql.insert_or_take(session, CLAIM, claimed, ("table_name", "row_id"), free)
    result: Any = session.execute(taken, execution_options=OPTIONS)
    return bool(result.rowcount)


def release(session: ActorSession, actor: Actor, machine: Machine) -> None:
    """Let go what the actor holds of a table."""
    own = and_(CLAIM.c.table_name == machine.table.__tablename__, CLAIM.c.user_id == actor.user_id)
    session.execute(delete(CLAIM).where(own), execution_options=OPTIONS)
