"""What happened to a record: its states from the workflow log, its changes from the audit trail, in
words; what happened to its parts stands among it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Column, inspect, select, union_all

from models.audit.tables import AuditLog
from models.base.actor import Actor
from models.base.columns import meta
from models.base.orm import Base
from models.text import Label
from models.workflow.registry import machine_of
from models.workflow.tables import WorkflowLog
from views.base import rights, told
from views.base.changes import Change, changes_of
from views.base.columns import class_named
from views.base.shown import PageOf, account_names, load_told, record_text, title_of
from views.base.wording import act_label, role_label

#: Names in the address of a record's page: behind which row its course, its changes go on.
COURSE, CHANGES = "course", "changes"


@dataclass(frozen=True, slots=True)
class Part:
    """The part of a record that a step is about; ``url`` while it is there to be opened."""

    label: Label
    title: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One entry of a timeline or history; ``batch_id`` only where the actor may open it."""

    id: int
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
    part: Part | None = None
    restorable: bool = False


@dataclass(frozen=True, slots=True)
class Steps:
    """One page of steps; ``earlier`` is where the next begins."""

    steps: list[Step]
    earlier: int | None
    is_first: bool


def timeline(record: Base, who: Actor, page_of: PageOf) -> Steps:
    """Return the transitions of a record and of its parts, the latest first."""
    if not _tells_state(type(record)):
        return Steps([], None, True)  # the course of a record is its states
    behind = told.asked_place(COURSE)
    found = told.page_of(WorkflowLog, _transitions(record), behind)
    models = {_machine_name(model): model for model in (type(record), *_parts(record))}
    of_parts = [(models[row.machine], row.entity_id) for row in found.rows]
    parts = _part_titles(record, of_parts, page_of)
    names = account_names({row.actor_id for row in found.rows})
    open_ = told.open_batches((row.batch_id for row in found.rows), who)
    steps = [_transition_step(row, models[row.machine], names, open_, parts) for row in found.rows]
    return Steps(steps, found.earlier, behind is None)


def _parts(record: Base) -> list[type[Base]]:
    parts = told.part_classes(type(record))
    return [model for model in parts if machine_of(model) is not None and _tells_state(model)]


def _tells_state(model: type[Base]) -> bool:
    column = state_column(model, machine_of(model))
    return column is None or rights.is_open(model, column.key)


def _machine_name(model: type[Base]) -> str:
    return str(getattr(machine_of(model), "name", None) or model.__tablename__)


def _transitions(record: Base) -> Any:
    own = select(WorkflowLog.id).where(
        WorkflowLog.machine == _machine_name(type(record)), WorkflowLog.entity_id == record.id
    )
    parts = [
        select(WorkflowLog.id)
        .join(model, model.id == WorkflowLog.entity_id)
        .where(WorkflowLog.machine == _machine_name(model))
        .where(getattr(model, str(model.__part_of__)) == record.id)
        for model in _parts(record)
    ]
    return union_all(own, *parts)


def _transition_step(
    row: WorkflowLog,
    model: type[Base],
    names: Mapping[int | None, str],
    open_: frozenset[int],
    parts: Mapping[tuple[type[Base], int], Part],
) -> Step:
    choices, tones = _states(model)
    return Step(
        id=row.id,
        at=row.at,
        title=act_label(model.__tablename__, row.action),
        who=names.get(row.actor_id, ""),
        role=role_label(row.actor_role),
        note=row.note if rights.is_open(WorkflowLog, "note") else None,
        from_state=choices.get(row.from_state or "", row.from_state),
        to_state=choices.get(row.to_state, row.to_state),
        tone=tones.get(row.to_state, "grey"),
        batch_id=row.batch_id if row.batch_id in open_ else None,
        part=parts.get((model, row.entity_id)),
    )


def _part_titles(
    record: Base, keys: Sequence[tuple[type[Base], int]], page_of: PageOf
) -> dict[tuple[type[Base], int], Part]:
    """Return the parts among records; the record itself is none."""
    of_parts = [(model, key) for model, key in keys if model is not type(record)]
    return {
        (model, key): Part(model.__label__, title_of(found), page_of(model, key))
        for (model, key), found in told.living(of_parts).items()
    }


def state_column(model: type[Base], machine: Any) -> Column[Any] | None:
    """Return the column that a machine moves, or the first machine column with tones; None without
    any.
    """
    columns = inspect(model).columns
    named = getattr(machine, "column", None)
    if isinstance(named, str) and named in columns:
        return columns[named]
    return next((c for c in columns if meta(c).machine and meta(c).tones), None)


def _states(model: type[Base]) -> tuple[Mapping[str, Label], Mapping[str, str]]:
    column = state_column(model, machine_of(model))
    if column is None:
        return {}, {}
    info = meta(column)
    return info.choices or {}, info.tones or {}


def history(record: Base, who: Actor, page_of: PageOf, restorable: frozenset[str]) -> Steps:
    """Return the changes of a record and of its parts, the latest first.

    ``restorable`` are the columns that the actor may change now. Who saw personal data is no
    change: see :func:`views.base.seen.seen_by`.
    """
    behind = told.asked_place(CHANGES)
    found = told.page_of(AuditLog, told.entries(record, ~told.is_sight()), behind)
    names = account_names({row.user_id for row in found.rows})
    open_ = told.open_batches((row.batch_id for row in found.rows), who)
    load_told((_key(record, row)[0], row.changes or {}) for row in found.rows)
    known = _part_titles(record, [_key(record, row) for row in found.rows], page_of)
    steps = [
        Step(
            id=row.id,
            at=row.at,
            title=act_label(row.entity, row.event.rpartition(":")[2]),
            who=names.get(row.user_id, row.username),
            role=role_label(row.role),
            note=row.reason if rights.is_open(AuditLog, "reason") else None,
            batch_id=row.batch_id if row.batch_id in open_ else None,
            changes=changes_of(_key(record, row)[0], row.changes or {}),
            part=_part(record, row, known),
            restorable=is_restorable(record, row, restorable),
        )
        for row in found.rows
    ]
    return Steps(steps, found.earlier, behind is None)


def _key(record: Base, row: AuditLog) -> tuple[type[Base], int]:
    return class_named(row.entity) or type(record), row.entity_id or 0


def _part(record: Base, row: AuditLog, known: Mapping[tuple[type[Base], int], Part]) -> Part | None:
    """Return the part that a row is about; one that is gone is known by what the trail kept."""
    model, key = _key(record, row)
    if model is type(record) and key == record.id:
        return None
    gone = Part(model.__label__, record_text(row.entity, row.entity_text or f"#{key}"))
    return known.get((model, key), gone)


#: Acts whose values can be brought back, and which of their two values that is.
RESTORED: Mapping[str, int] = {"edit": 0, "create": 1}


def is_restorable(record: Base, row: AuditLog, names: frozenset[str]) -> bool:
    """Say whether a row tells of this record values of columns that may be changed now."""
    own = row.entity == record.__tablename__ and row.entity_id == record.id
    act = row.event.rpartition(":")[2]
    return own and act in RESTORED and bool(names & (row.changes or {}).keys())


def author_names(record: Any) -> tuple[str, str]:
    """Return who made and who last changed a record; empty where nobody is kept."""
    made, changed = getattr(record, "created_by", None), getattr(record, "updated_by", None)
    names = account_names({made, changed})
    return names.get(made, ""), names.get(changed, "")
