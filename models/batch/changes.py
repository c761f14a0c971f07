"""What a batch changed, as its one row of the trail tells it: field → [old, new] (reading 12)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from models.audit.diff import plain
from models.batch.tables import Batch, BatchKind
from models.workflow import sql
from models.workflow.editing import VALUE
from models.workflow.inputs import PREFIX
from models.workflow.run import Run

#: Said of an undo: which batch it takes back.
UNDO_OF = "undo_of"


def changes_of(run: Run, batch: Batch) -> dict[str, Any]:
    """Return what changed: the state, a column with its new value, what was typed. Of one record
    the old values too.
    """
    told = _columns(run, batch)
    if batch.undo_of_id is not None:
        told[UNDO_OF] = [None, batch.undo_of_id]
    # The reason has a column of its own in the trail, and a new value stands with its column.
    typed = {name: said for name, said in run.typed().items() if name not in ("reason", VALUE)}
    return told | {PREFIX + name: [None, said] for name, said in typed.items()}


def _columns(run: Run, batch: Batch) -> dict[str, Any]:
    target, column = run.transition.target, run.machine.column
    is_one = batch.pinned_count == 1
    if target is not None:
        return {column: [_state_before(run) if is_one else None, target.value]}
    if batch.kind == BatchKind.transition:
        return {}
    if is_one:
        return _of_one(run)
    new = plain(run.ctx.inputs.get(VALUE))
    edited = [each.column.key for each in run.transition.inputs if each.column is not None]
    return {name: [None, new] for name in edited}


def _state_before(run: Run) -> Any:
    only = select(run.rows.c.from_state).where(run.here())
    return run.execute(only, "state before").scalar_one()


def _of_one(run: Run) -> dict[str, Any]:
    """Return the columns of the only record that are not what they were."""
    entity = run.subject()
    names = run.transition.written
    now = sql.BeforeImage(*(entity.c[name] for name in names))
    joined = run.rows.join(entity, entity.c.id == run.rows.c.row_id)
    wanted = select(run.rows.c.before, now).select_from(joined).where(run.here())
    found = run.execute(wanted, "the one record").one_or_none()
    before, after = found if found is not None else ({}, {})
    return {
        name: [before.get(name), after[name]] for name in names if before.get(name) != after[name]
    }
