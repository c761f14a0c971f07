"""Taking away what an import made, while nobody has worked with it.

Numbers that it got stay spent, its history and its trail stay; on SQLite too no later record gets
its key (:data:`models.base.orm.KEYS_ONCE`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from models.base.orm import TRASHED
from models.base.session import ActorSession
from models.batch.ledger import OPTIONS
from models.batch.tables import BatchPart
from models.batch.undoable import class_of
from models.papers.tables import PaperPrint
from models.workflow.removal import Dependants, delete_whole, dependants, dependants_of, is_held

PART: Any = BatchPart.__table__
Hanging = Mapping[Any, Sequence[Dependants]]


@dataclass(frozen=True, slots=True)
class Ties:
    """What records that an import made are tied to: what hangs on them, which were printed, and
    what the import made beside them.

    It was read for many records at once. What was free then is free, for the records are held;
    what was not is asked for again, for others of the same file may have gone meanwhile.
    """

    hanging: Hanging
    printed: frozenset[Any]
    beside: Mapping[int, Sequence[Any]]


def ties_of(session: ActorSession, records: Sequence[Any], batch_id: int) -> Ties:
    """Return the ties of records of one class that the import ``batch_id`` made."""
    if not records:
        return Ties({}, frozenset(), {})
    beside = _made_beside(session, records, batch_id)
    others: dict[type[Any], list[Any]] = {}
    for other in {id(each): each for found in beside.values() for each in found}.values():
        others.setdefault(type(other), []).append(other)
    hanging: dict[Any, Sequence[Dependants]] = {}
    printed: frozenset[Any] = frozenset()
    for some in (records, *others.values()):
        hanging |= dependants_of(session, some)
        printed |= _printed(session, some)
    return Ties(hanging, printed, beside)


def is_used(session: ActorSession, record: Any, ties: Ties) -> bool:
    """Say whether somebody has worked with a record that an import made: others refer to it, a
    paper of it was printed, or its class knows of something else.
    """
    if _is_worked_with(record, ties):
        return True
    return is_held(ties.hanging[record]) and is_held(_asked_again(session, record))


def _is_worked_with(record: Any, ties: Ties) -> bool:
    return record in ties.printed or bool(record.is_in_use())


def _asked_again(session: ActorSession, record: Any) -> list[Dependants]:
    session.flush()
    return dependants(session, record)


def _printed(session: ActorSession, records: Sequence[Any]) -> frozenset[Any]:
    printed = select(PaperPrint.entity_id).where(
        PaperPrint.entity == type(records[0]).__tablename__,
        PaperPrint.entity_id.in_([record.id for record in records]),
    )
    ids = set(session.scalars(printed, execution_options=OPTIONS))
    return frozenset(record for record in records if record.id in ids)


def unmake(session: ActorSession, record: Any, ties: Ties) -> None:
    """Take a record away: into the trash where its table has one (reading 24), else for good, with
    its parts and with what the import made beside it and nobody else needs.
    """
    if hasattr(record, TRASHED):
        setattr(record, TRASHED, True)
        return
    beside = ties.beside.get(record.id, ())
    alone = [other for other in beside if _is_of_it_alone(session, other, record, ties)]
    with session.no_autoflush:  # one flush, in the order of the keys
        for other in alone:
            session.delete(other)
        delete_whole(session, record, ties.hanging[record])


def _made_beside(
    session: ActorSession, records: Sequence[Any], batch_id: int
) -> dict[int, list[Any]]:
    ids = [record.id for record in records]
    kept = select(PART.c.whole_id, PART.c.entity, PART.c.row_id, PART.c.version).where(
        PART.c.batch_id == batch_id, PART.c.whole_id.in_(ids)
    )
    rows = session.execute(kept, execution_options=OPTIONS).all()
    stored = _stored(session, rows)
    beside: dict[int, list[Any]] = {}
    for row in rows:
        other = stored.get((row.entity, row.row_id))
        if other is not None and other.version == row.version:
            beside.setdefault(row.whole_id, []).append(other)
    return beside


def _stored(session: ActorSession, rows: Sequence[Any]) -> dict[tuple[str, int], Any]:
    wanted: dict[str, list[int]] = {}
    for row in rows:
        wanted.setdefault(row.entity, []).append(row.row_id)
    return {
        (entity, other.id): other
        for entity, ids in wanted.items()
        for other in session.scalars(
            select(class_of(entity))
            .where(class_of(entity).id.in_(ids))
            .order_by(class_of(entity).id)
            .with_for_update()
        )
    }


def _is_of_it_alone(session: ActorSession, other: Any, record: Any, ties: Ties) -> bool:
    """Say whether a record is the only one that refers to another, which nobody else works with."""
    if _is_worked_with(other, ties):
        return False
    return _is_only(ties.hanging[other], record) or _is_only(_asked_again(session, other), record)


def _is_only(hanging: Sequence[Dependants], record: Any) -> bool:
    return len(hanging) == 1 and hanging[0].count == 1 and hanging[0].model is type(record)
