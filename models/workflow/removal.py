"""Deleting: what may go (reading 24), what hangs on it, and the way back out of the trash."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import func, inspect, select

from models.base.orm import TRASHED, Base
from models.base.session import ActorSession
from models.errors import Conflict
from models.text import Message, msg
from models.workflow.registry import machine_of
from models.workflow.tables import WorkflowLog

#: What becomes of what refers to a record: it keeps the record from going, it goes too, or it stays
#: as it is and still names the record, which then lies in the trash.
Fate = Literal["holds", "goes", "stays"]
UNSCOPED = {"unscoped": "what hangs on a record, whosever it is"}
#: Counted up to here; beyond it the page says so.
MOST_COUNTED = 999
DRAFT = "draft"
HELD = msg("Other records hang on it, so that it cannot be deleted. Look at them first.")
NOT_A_DRAFT = msg("Only a draft that nobody ever acted upon can be deleted.")
PARENT_GONE = msg("What it stands below is in the trash itself. Put that back first.")


@dataclass(frozen=True, slots=True)
class Dependants:
    """The rows of one table that refer to a record by one column, holding ``value``; at most one
    more than :data:`MOST_COUNTED` are counted.
    """

    model: type[Base]
    column: str
    value: Any
    count: int
    fate: Fate


def is_trashed(record: Base) -> bool:
    """Say whether a record lies in the trash."""
    return bool(getattr(record, TRASHED, False))


def why_not_removable(session: ActorSession, record: Base) -> Message | None:
    """Return why a record cannot be deleted by its kind and state, None where it can."""
    kind = type(record).__removal__
    if kind == "never":
        return msg("Records of this kind stay.")
    if kind == "trash" and is_trashed(record):
        return msg("It is in the trash already.")
    return NOT_A_DRAFT if kind == "draft" and not _is_untouched(session, record) else None


def _is_untouched(session: ActorSession, record: Base) -> bool:
    machine = machine_of(type(record))
    if machine is None or getattr(record, machine.column) != DRAFT:
        return False
    moved = select(WorkflowLog.id).where(
        WorkflowLog.machine == machine.name, WorkflowLog.entity_id == record.id
    )
    return session.scalar(moved.limit(1), execution_options=UNSCOPED) is None


def dependants(session: ActorSession, record: Base) -> list[Dependants]:
    """Return everything that refers to a record, of other offices too: by keys, and by codes."""
    return dependants_of(session, [record])[record]


def dependants_of(session: ActorSession, records: Sequence[Base]) -> dict[Base, list[Dependants]]:
    """Return what refers to each of several records of one class: one statement for each column
    that may.
    """
    found: dict[Base, list[Dependants]] = {record: [] for record in records}
    for (model, column), named in _references(records).items():
        for value, count in _counts(session, model, column, list(named)).items():
            for record in named[value]:
                fate = _fate(record, model, column)
                found[record].append(Dependants(model, _key(model, column), value, count, fate))
    return {record: _holding(record, hanging) for record, hanging in found.items()}


def _holding(record: Base, hanging: list[Dependants]) -> list[Dependants]:
    is_trash = type(record).__removal__ == "trash"  # a log goes on naming what lies there
    return [each for each in hanging if not (is_trash and each.model.__family__ == "log")]


def _references(
    records: Iterable[Base],
) -> dict[tuple[type[Base], Any], dict[Any, list[Base]]]:
    """Return the columns that may refer to records, each with the values that would and whom they
    would name.
    """
    found: dict[tuple[type[Base], Any], dict[Any, list[Base]]] = {}
    for record in records:
        for model, column, value in _referring(record):
            found.setdefault((model, column), {}).setdefault(value, []).append(record)
    return found


def is_held(hanging: Iterable[Dependants]) -> bool:
    """Say whether anything keeps a record from going."""
    return any(each.fate == "holds" for each in hanging)


def _referring(record: Base) -> Iterator[tuple[type[Base], Any, Any]]:
    own = inspect(type(record)).local_table
    models = {mapper.local_table: mapper.class_ for mapper in Base.registry.mappers}
    for table, model in models.items():
        for column in table.columns:
            for key in column.foreign_keys:
                if key.column.table is own:
                    yield model, column, getattr(record, _key(type(record), key.column))
    for column, value in record.named_in():
        if column.table in models:
            yield models[column.table], column, value


def _key(model: type[Base], column: Any) -> str:
    return str(inspect(model).get_property_by_column(column).key)


def _counts(
    session: ActorSession, model: type[Base], column: Any, values: Sequence[Any]
) -> dict[Any, int]:
    """Count the rows that hold each of the values, where there are any; what lies in the trash
    holds nothing.
    """
    table = inspect(model).local_table
    wanted = select(column.label("value")).where(column.in_(values))
    if TRASHED in table.c:
        wanted = wanted.where(table.c[TRASHED].is_(False))
    if len(values) == 1:  # a page asks for one, and a million rows may hold it
        wanted = wanted.limit(MOST_COUNTED + 1)
    few = wanted.subquery()
    counted = select(few.c.value, func.count()).group_by(few.c.value)
    found = session.execute(counted, execution_options=UNSCOPED)
    return {value: min(count, MOST_COUNTED + 1) for value, count in found}


def _fate(record: Base, model: type[Base], column: Any) -> Fate:
    if type(record).__removal__ == "trash":
        is_below = model is type(record) or type(record).__held_by_any__
        return "holds" if is_below or model.__holds_named__ else "stays"
    cascades = any(key.ondelete == "CASCADE" for key in column.foreign_keys)
    return "goes" if cascades or model.__part_of__ == _key(model, column) else "holds"


def remove(session: ActorSession, record: Base) -> None:
    """Delete a record with its parts, or put it into the trash; the caller ends the transaction.

    :raises Conflict: when it is of a kind or state that stays, or something holds it.
    """
    _lock(session, record)
    why_not = why_not_removable(session, record)
    if why_not is not None:
        raise Conflict(why_not)
    hanging = dependants(session, record)
    if is_held(hanging):
        raise Conflict(HELD)
    if type(record).__removal__ == "trash":
        setattr(record, TRASHED, True)
        return
    delete_whole(session, record, hanging)


def delete_whole(session: ActorSession, record: Base, hanging: Iterable[Dependants]) -> None:
    """Delete a record, and before it the parts among what hangs on it."""
    for each in hanging:
        if each.model.__part_of__ == each.column:  # told in the trail, each with what it held
            for part in _rows(session, each):
                session.delete(part)
    session.delete(record)


def _lock(session: ActorSession, record: Base) -> None:
    """Let nobody hang anything on a record, or on what it is a part of, until it is gone."""
    for table, id_ in (*_whole(record), (inspect(type(record)).local_table, record.id)):
        locked = select(table.c.id).where(table.c.id == id_).with_for_update()
        session.execute(locked, execution_options=UNSCOPED)


def _whole(record: Base) -> Iterator[tuple[Any, Any]]:
    part_of = type(record).__part_of__
    if part_of is not None:
        for key in inspect(type(record)).columns[part_of].foreign_keys:
            yield key.column.table, getattr(record, part_of)


def _rows(session: ActorSession, found: Dependants) -> list[Base]:
    mine = getattr(found.model, found.column) == found.value
    return list(session.scalars(select(found.model).where(mine)))


def why_not_put_back(session: ActorSession, record: Base) -> Message | None:
    """Return why a record cannot leave the trash now, None where it can."""
    if not is_trashed(record):
        return msg("It is not in the trash.")
    for column in inspect(type(record)).local_table.columns:
        for key in column.foreign_keys:
            if key.column.table is column.table and _is_parent_gone(session, record, column, key):
                return PARENT_GONE
    return None


def _is_parent_gone(session: ActorSession, record: Base, column: Any, key: Any) -> bool:
    above = getattr(record, _key(type(record), column))
    table = column.table.alias("above")
    wanted = select(table.c.id).where(table.c[key.column.key] == above, table.c[TRASHED])
    return session.scalar(wanted, execution_options=UNSCOPED) is not None


def put_back(session: ActorSession, record: Base) -> None:
    """Take a record out of the trash; the caller ends the transaction.

    :raises Conflict: when it is not there, or what it stands below is.
    """
    why_not = why_not_put_back(session, record)
    if why_not is not None:
        raise Conflict(why_not)
    setattr(record, TRASHED, False)
