"""What the logs tell of one record and of its parts: rows, page by page, read past the scope."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import request
from sqlalchemy import ColumnElement, Select, and_, inspect, or_, select, true, union_all

from models.audit.tables import AuditLog, AuditResult
from models.base.actor import Actor
from models.base.orm import Base
from models.batch.ownership import opens
from models.batch.tables import Batch
from models.workflow.sql import alias_of
from views.base.request import session

#: The record is in the actor's scope, so its own history is too, whoever of which office wrote it.
OF_A_RECORD = {"unscoped": "history of a record that the actor may see"}
STEPS_SHOWN = 50
#: Acts by which personal data are seen or taken away; they change nothing.
SIGHTS = ("reveal", "print")


@dataclass(frozen=True, slots=True)
class Told:
    """One page of rows, the latest first; ``earlier`` is the row behind which there are more."""

    rows: Sequence[Any]
    earlier: int | None = None


def part_classes(model: type[Base]) -> list[type[Base]]:
    """Return the classes whose rows are parts of a class's records."""
    return [
        mapper.class_
        for mapper in Base.registry.mappers
        if (name := mapper.class_.__part_of__) is not None
        and any(key.column.table is model.__table__ for key in mapper.columns[name].foreign_keys)
    ]


def asked_place(name: str) -> int | None:
    """Return the row behind which the address asks for more; None for none, and for junk."""
    typed = request.args.get(name, "")
    return int(typed) if re.fullmatch(r"[0-9]{1,9}", typed) else None


def page_of(log: Any, ids: Select[Any], behind: int | None, size: int = STEPS_SHOWN) -> Told:
    """Return the rows of a log that ``ids`` selects, the latest first, behind one of them.

    The ids are chosen first: else a planner may walk the whole log by its time.
    """
    chosen = ids.subquery()
    wanted = select(log).join(chosen, chosen.c.id == log.id)
    if behind is not None:
        at = select(log.at).where(log.id == behind).scalar_subquery()
        wanted = wanted.where(or_(log.at < at, (log.at == at) & (log.id < behind)))
    wanted = wanted.order_by(log.at.desc(), log.id.desc()).limit(size + 1)
    rows = list(session().scalars(wanted, execution_options=OF_A_RECORD))
    return Told(rows[:size], rows[size - 1].id if len(rows) > size else None)


def entries(record: Base, *which: ColumnElement[bool]) -> Any:
    """Return a SELECT of the ids of what the trail holds of a record and of its parts."""
    table, key = type(record).__tablename__, record.id
    kept = (AuditLog.result == AuditResult.ok, *which)
    own = (AuditLog.entity == table, AuditLog.entity_id == key)
    part = (AuditLog.whole == table, AuditLog.whole_id == key, _is_seen_part(type(record)))
    return union_all(*(select(AuditLog.id).where(*whose, *kept) for whose in (own, part)))


def _is_seen_part(model: type[Base]) -> ColumnElement[bool]:
    """Return the criterion of rows about parts that the actor may see; a part that is gone is told
    to the office that wrote of it.
    """
    who = session().need_actor()
    if who.is_system:
        return true()
    ways = [AuditLog.__scope__.reads(AuditLog, who)]
    for part in part_classes(model):
        is_about = AuditLog.entity == part.__tablename__
        if part.__scope__.scoped:
            rows = alias_of(part.__table__, "seen_part")
            seen = select(rows.c.id).where(part.__scope__.reads(rows.c, who))
            is_about = and_(is_about, AuditLog.entity_id.in_(seen))
        ways.append(is_about)
    return or_(*ways)


def is_sight() -> ColumnElement[bool]:
    """Return the criterion of the rows by which personal data were seen."""
    return or_(*(AuditLog.event.endswith(f":{act}") for act in SIGHTS))


def open_batches(ids: Iterable[int | None], who: Actor) -> frozenset[int]:
    """Return which batches an actor may open."""
    wanted = {id_ for id_ in ids if id_ is not None}
    if not wanted:
        return frozenset()
    found = session().scalars(select(Batch).where(Batch.id.in_(wanted)))
    return frozenset(batch.id for batch in found if opens(batch, who))


def living(keys: Iterable[tuple[type[Base], int]]) -> Mapping[tuple[type[Base], int], Base]:
    """Return the records that are still there, in the actor's scope, by one statement a class."""
    by_class: dict[type[Base], set[int]] = {}
    for model, key in keys:
        by_class.setdefault(model, set()).add(key)
    return {
        (model, found.id): found
        for model, ids in by_class.items()
        if "id" in inspect(model).columns
        for found in session().scalars(select(model).where(model.id.in_(ids)))
    }
