"""Taking away what an import made, while nobody has worked with it.

Numbers that it got stay spent, its history and its trail stay; on SQLite too no later record gets
its key (:data:`models.base.orm.KEYS_ONCE`).
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from models.base.orm import TRASHED
from models.base.session import ActorSession
from models.batch.ledger import OPTIONS
from models.batch.tables import BatchPart
from models.batch.undoable import class_of
from models.papers.tables import PaperPrint
from models.workflow.removal import delete_whole, dependants, is_held

PART: Any = BatchPart.__table__


def is_used(session: ActorSession, record: Any) -> bool:
    """Say whether somebody has worked with a record that an import made: others refer to it, a
    paper of it was printed, or its class knows of something else.
    """
    held = is_held(dependants(session, record))
    return held or record.is_in_use() or _is_printed(session, record)


def _is_printed(session: ActorSession, record: Any) -> bool:
    printed = select(PaperPrint.id).where(
        PaperPrint.entity == type(record).__tablename__, PaperPrint.entity_id == record.id
    )
    return session.scalar(printed.limit(1), execution_options=OPTIONS) is not None


def unmake(session: ActorSession, record: Any, batch_id: int) -> None:
    """Take a record away: into the trash where its table has one (reading 24), else for good, with
    its parts and with what the import made beside it and nobody else needs.
    """
    if hasattr(record, TRASHED):
        setattr(record, TRASHED, True)
        return
    with session.no_autoflush:  # one flush, in the order of the keys
        for other in _made_beside(session, record, batch_id):
            if _is_of_it_alone(session, other, record):
                session.delete(other)
        delete_whole(session, record, dependants(session, record))


def _made_beside(session: ActorSession, record: Any, batch_id: int) -> list[Any]:
    found = select(PART.c.entity, PART.c.row_id, PART.c.version).where(
        PART.c.batch_id == batch_id, PART.c.whole_id == record.id
    )
    rows = session.execute(found, execution_options=OPTIONS).all()
    others = [(session.get(class_of(row.entity), row.row_id), row.version) for row in rows]
    return [other for other, version in others if other is not None and other.version == version]


def _is_of_it_alone(session: ActorSession, other: Any, record: Any) -> bool:
    """Say whether a record is the only one that refers to another."""
    hanging = dependants(session, other)
    return len(hanging) == 1 and hanging[0].count == 1 and hanging[0].model is type(record)
