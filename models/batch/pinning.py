"""Pinning a selection: ids and versions of exactly the rows that a list shows (reading 10)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from itertools import islice
from typing import Any

from sqlalchemy import Integer, Select, func, insert, literal, select

from models import clock
from models.base.actor import Actor
from models.base.orm import Base
from models.base.session import MOST_ROWS, ActorSession
from models.batch.ledger import write
from models.batch.tables import Batch, BatchKind, BatchRow
from models.errors import BadInput, Conflict, NotFound, Refusal
from models.text import msg
from models.workflow.editing import edit_of
from models.workflow.machine import Machine, Transition
from models.workflow.registry import mover_of

LIFETIME = timedelta(hours=24)
LARGEST_ID = 2**31 - 1
IDS_AT_ONCE = 10_000  # SQLite binds at most 32,766 values in a statement
TEXT_LENGTH = 120
#: Grids name their mapped class, other callers the machine or the table's name.
What = Machine | type[Base] | str


def pin(  # noqa: PLR0917 -- reads as a sentence: who pins what, for which action
    session: ActorSession,
    actor: Actor,
    what: What,
    action: str,
    statement: Select[Any],
    query: str | None = None,
) -> Batch:
    """Pin ids and versions of exactly the rows that a grid's ``select`` gives.

    ``query`` is the address of the list, to go back to.

    :raises Forbidden: when the role may not do the action.
    :raises BadInput: for an unknown action, or when there is nothing to pin.
    """
    batch = _open(session, actor, what, action, query)
    _pin_rows(session, batch, statement.order_by(None))
    return closed_pin(session, batch)


def pin_ids(
    session: ActorSession,
    actor: Actor,
    what: What,
    action: str,
    ids: Iterable[Any],
    *,
    statement: Select[Any] | None = None,
    source: str | None = None,
) -> Batch:
    """Pin ticked rows: those of ``ids`` that ``statement`` (default: all in scope) gives.

    :raises BadInput: for ids that are no record numbers, or when none of them is within reach.
    """
    wanted = iter(sorted({record_id(each) for each in ids}))
    batch = _open(session, actor, what, action, source)
    table: Any = _machine(what).table
    within = select(table) if statement is None else statement.order_by(None)
    while chunk := list(islice(wanted, IDS_AT_ONCE)):
        _pin_rows(session, batch, within.where(table.id.in_(chunk)))
    return closed_pin(session, batch)


def _machine(what: What) -> Machine:
    machine = what if isinstance(what, Machine) else mover_of(what)
    if machine is None:
        raise NotFound(msg("There is no such action."))
    return machine


def label_of(machine: Machine, transition: Transition) -> str:
    """Return the name of a batch that carries a transition out."""
    return f"{machine.table.__label__.zh} · {transition.label.zh}"[:TEXT_LENGTH]


def _open(session: ActorSession, actor: Actor, what: What, action: str, query: str | None) -> Batch:
    machine = _machine(what)
    declared = machine.transition(action)
    transition = declared or edit_of(machine, action)
    if transition is None:
        raise BadInput(msg("There is no such action."), "action")
    actor.require(machine.permission(transition))
    now = clock.now()
    batch = Batch(
        label=label_of(machine, transition),
        kind=(BatchKind.transition if declared else BatchKind.edit).value,
        entity=machine.table.__tablename__,
        action=transition.name,
        user_id=actor.user_id,
        username=actor.username,
        role=actor.role,
        org_id=actor.org_id,
        query=query,
        pinned_at=now,
        expires_at=now + LIFETIME,
    )
    session.add(batch)
    session.flush()
    return batch


def _pin_rows(session: ActorSession, batch: Batch, statement: Select[Any]) -> None:
    """Copy ids and versions under the scope's criteria; joins of the list may not double a row."""
    table: Any = _machine(batch.entity).table
    listed = statement.with_only_columns(table.id, maintain_column_froms=True)
    rows = select(literal(batch.id, Integer()), table.id, table.version).where(table.id.in_(listed))
    session.execute(
        insert(BatchRow).from_select(["batch_id", "row_id", "version"], rows),
        execution_options={"set_wise": "batch: pin", "preserve_rowcount": True},
    )


def closed_pin(session: ActorSession, batch: Batch, nothing: Refusal | None = None) -> Batch:
    """Count the rows that were pinned.

    :raises BadInput: when there are none, unless ``nothing`` is another refusal, or more than a
        batch may hold.
    """
    counted = select(func.count()).select_from(BatchRow).where(BatchRow.batch_id == batch.id)
    pinned = session.scalar(counted) or 0
    if not pinned:
        raise nothing or BadInput(
            msg("No record is selected, or none is within your reach."), "rowid"
        )
    _bound(session, batch, pinned)
    write(session, batch, pinned_count=pinned)
    return batch


def _bound(session: ActorSession, batch: Batch, pinned: int) -> None:
    if batch.undo_of_id is not None:
        return  # what was done at once is undone at once
    transition = _machine(batch.entity).transition(batch.action)
    most = min(session.info.get(MOST_ROWS, pinned), (transition and transition.most_rows) or pinned)
    if pinned > most:
        raise BadInput(
            msg(
                "%(pinned)s records were chosen, and this action takes at most %(most)s at once."
                " Narrow the list and do it in parts.",
                pinned=pinned,
                most=most,
            ),
            "rowid",
        )


def require_version(session: ActorSession, batch: Batch, version: int | None) -> None:
    """Hold the only row of a batch to the version that somebody has looked at.

    :raises Conflict: when the record was changed before it was pinned.
    """
    pinned = session.scalar(select(BatchRow.version).where(BatchRow.batch_id == batch.id))
    if pinned != version:
        raise Conflict(msg("Somebody else has changed this record since you opened it."))


def record_id(raw: Any) -> int:
    """Return the id that a posted text names.

    :raises BadInput: for a text that is no record number.
    """
    text = str(raw)
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= LARGEST_ID):
        raise BadInput(msg("This is no record number: %(text)s.", text=text[:40]), "rowid")
    return int(text)
