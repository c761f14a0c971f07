"""The undo of an import as tests go through it: pin, preview, carry out."""

from __future__ import annotations

from dataclasses import dataclass

from models.base.actor import Actor
from models.base.session import ActorSession
from models.batch.queries import row_reason, rows
from models.batch.tables import Batch
from models.transfer import taking_back
from tests.support.databases import SessionOf


@dataclass(frozen=True, slots=True)
class Taken:
    """The undo's own batch, how many records went or came back, and why others stay."""

    batch_id: int
    done: int
    stay: list[tuple[str, str]]


def undo(
    session_of: SessionOf, actor: Actor, batch_id: int | None, *, dry_run: bool = False
) -> Taken:
    """Take an import back as somebody, or only look at what that would do."""
    with session_of(actor) as session:
        return take_back(session, batch_id, dry_run=dry_run)


def take_back(session: ActorSession, batch_id: int | None, *, dry_run: bool = False) -> Taken:
    """Take an import back in a session, and commit."""
    original = session.get_one(Batch, batch_id)
    batch = taking_back.begin(session, session.need_actor(), original)
    taking_back.preview(session, batch)
    if not dry_run:
        taking_back.commit(session, batch)
    found = _taken(session, batch)
    session.commit()
    return found


def _taken(session: ActorSession, batch: Batch) -> Taken:
    stay = [
        (str(row.label), str(row_reason(session, batch, row)))
        for row in rows(session, batch, limit=1000)
        if row.outcome in {"refused", "changed", "gone"}
    ]
    return Taken(batch.id, batch.done_count, stay)
