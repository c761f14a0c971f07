"""Bulk edit: choosing the column of a batch, and what its rows hold now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from models.base.session import ActorSession
from models.batch.ledger import OPTIONS, write
from models.batch.pinning import label_of
from models.batch.tables import Batch, BatchKind, BatchRow
from models.errors import BadInput
from models.text import msg
from models.workflow import sql
from models.workflow.editing import action_on, edit_of, edited_column
from models.workflow.registry import mover_of
from models.workflow.run import DONE, READY

FIELD = "input_field"
ROW: Any = BatchRow.__table__
#: So many different values are told apart; the rest is one number.
VALUES_SHOWN = 12


@dataclass(frozen=True, slots=True)
class OldValue:
    """A value that rows of a batch hold, or held before it, as the ledger keeps it."""

    value: Any
    count: int


def choose(session: ActorSession, batch: Batch, name: str) -> bool:
    """Choose the column that an open batch changes; True when it is another one than before.

    What was typed for the column before is forgotten.

    :raises BadInput: for a column that cannot be changed in bulk.
    """
    machine, action = mover_of(batch.entity), action_on(name)
    transition = edit_of(machine, action) if machine else None
    if machine is None or batch.kind != BatchKind.edit or transition is None:
        raise BadInput(msg("This cannot be changed for many records at once."), "field")
    if action == batch.action:
        return False
    write(session, batch, action=action, label=label_of(machine, transition), inputs=None)
    return True


def column_of(batch: Batch) -> Any:
    """Return the column that a batch changes; None for any other batch, and while none is
    chosen.
    """
    machine = mover_of(batch.entity)
    is_edit = batch.kind == BatchKind.edit and machine is not None
    return edited_column(machine, batch.action) if is_edit and machine else None


def old_values(session: ActorSession, batch: Batch) -> list[OldValue]:
    """Return the values that the rows which pass hold before the change, the most frequent first.

    At most :data:`VALUES_SHOWN` of them.
    """
    column = column_of(batch)
    if column is None:
        return []
    value = sql.kept(ROW.c.before, column).label("value")
    amount = func.count().label("amount")
    found = (
        select(value, amount)
        .where(ROW.c.batch_id == batch.id, ROW.c.outcome.in_((READY, DONE)))
        .where(ROW.c.before.is_not(None))
        .group_by(value)
        .order_by(amount.desc(), value)
        .limit(VALUES_SHOWN)
    )
    return [OldValue(*row) for row in session.execute(found, execution_options=OPTIONS)]
