"""What happened to a record: its states from the workflow log, its changes from the audit trail, in
words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Column, inspect, select

from models.audit.tables import AuditLog
from models.base.columns import meta
from models.base.orm import Base
from models.text import Label
from models.workflow.tables import WorkflowLog
from views.base import rights
from views.base.changes import Change, changes_of
from views.base.request import session
from views.base.shown import account_names
from views.base.wording import act_label, role_label

#: The record is in the actor's scope, so its own history is too, whoever of which office wrote it.
OF_A_RECORD = {"unscoped": "history of a record that the actor may see"}
STEPS_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Step:
    """One entry of a timeline or history."""

    at: datetime
    title: Label | str
    who: str
    role: Label | None
    note: str | None = None
    from_state: Label | str | None = None
    to_state: Label | str | None = None
    tone: str = "grey"
    batch_id: int | None = None
    changes: list[Change] = field(default_factory=list)


def timeline(record: Base, machine: Any) -> list[Step]:
    """Return the transitions of a record, the latest first."""
    wanted = (
        select(WorkflowLog)
        .where(
            WorkflowLog.machine == _machine_name(record, machine),
            WorkflowLog.entity_id == record.id,
        )
        .order_by(WorkflowLog.at.desc(), WorkflowLog.id.desc())
        .limit(STEPS_SHOWN)
    )
    column = state_column(type(record), machine)
    if column is not None and not rights.is_open(type(record), column.key):
        return []  # the course of a record is its states
    rows = list(session().scalars(wanted, execution_options=OF_A_RECORD))
    names = account_names({row.actor_id for row in rows})
    return [_step(row, record, machine, names) for row in rows]


def _machine_name(record: Base, machine: Any) -> str:
    return str(getattr(machine, "name", None) or record.__tablename__)


def _step(row: WorkflowLog, record: Base, machine: Any, names: Mapping[int | None, str]) -> Step:
    choices, tones = _states(record, machine)
    return Step(
        at=row.at,
        title=act_label(record.__tablename__, row.action),
        who=names.get(row.actor_id, ""),
        role=role_label(row.actor_role),
        note=row.note if rights.is_open(WorkflowLog, "note") else None,
        from_state=choices.get(row.from_state or "", row.from_state),
        to_state=choices.get(row.to_state, row.to_state),
        tone=tones.get(row.to_state, "grey"),
        batch_id=row.batch_id,
    )


def state_column(model: type[Base], machine: Any) -> Column[Any] | None:
    """Return the column that a machine moves, or the first machine column with tones; None without
    any.
    """
    columns = inspect(model).columns
    named = getattr(machine, "column", None)
    if isinstance(named, str) and named in columns:
        return columns[named]
    return next((c for c in columns if meta(c).machine and meta(c).tones), None)


def _states(record: Base, machine: Any) -> tuple[Mapping[str, Label], Mapping[str, str]]:
    column = state_column(type(record), machine)
    if column is None:
        return {}, {}
    info = meta(column)
    return info.choices or {}, info.tones or {}


def history(record: Base) -> list[Step]:
    """Return the changes of a record and of its parts, and the views of its personal data, the
    latest first.
    """
    wanted = (
        select(AuditLog)
        .where(AuditLog.entity == record.__tablename__, AuditLog.entity_id == record.id)
        .order_by(AuditLog.at.desc(), AuditLog.id.desc())
        .limit(STEPS_SHOWN)
    )
    rows = list(session().scalars(wanted, execution_options=OF_A_RECORD))
    names = account_names({row.user_id for row in rows})
    return [
        Step(
            at=row.at,
            title=act_label(record.__tablename__, row.event.rpartition(":")[2]),
            who=names.get(row.user_id, row.username),
            role=role_label(row.role),
            note=row.reason if rights.is_open(AuditLog, "reason") else None,
            batch_id=row.batch_id,
            changes=changes_of(type(record), row.changes or {}),
        )
        for row in rows
    ]


def author_names(record: Any) -> tuple[str, str]:
    """Return who made and who last changed a record; empty where nobody is kept."""
    made, changed = getattr(record, "created_by", None), getattr(record, "updated_by", None)
    names = account_names({made, changed})
    return names.get(made, ""), names.get(changed, "")
