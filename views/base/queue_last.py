"""The decision before the one at hand: what it did, and whether it can be taken back by one key."""

from __future__ import annotations

from dataclasses import dataclass

from flask import url_for

from models import clock
from models.base.actor import Actor
from models.batch import ownership, queries
from models.batch.actions import action_of
from models.batch.tables import Batch, BatchKind, BatchState
from models.errors import NotFound
from models.text import Label, Message, msg
from models.workflow.machine import Machine, Transition
from views.base.request import session
from views.base.rights import is_named

#: So long a decision can be taken back by one key; afterwards on its batch's own page.
UNDO_SECONDS = 30
TOO_LATE = msg(
    "A decision can be taken back here for half a minute. Afterwards undo it on its batch's page."
)
NOTHING_DECIDED = msg("Nothing was undone: no decision was made here yet.")
TAKEN_BACK = msg("Nothing was undone: this decision was taken back before.")
AN_UNDO = msg("Nothing was undone: the last step was an undo itself. Decide the record again.")
#: A decision, and the one that takes it back.
DECISIONS = (BatchKind.transition.value, BatchKind.undo.value)


@dataclass(frozen=True, slots=True)
class Last:
    """The decision before: what was done to which record, the number that it issued, and how long
    it can be taken back; ``why_not`` says why it cannot be, or what holds once the time is over.
    """

    label: Label
    record: str
    row_id: int
    url: str
    batch_id: int
    number: str
    undo_url: str | None
    why_not: Message
    seconds: int
    final: bool


def last_decision(who: Actor, machine: Machine, key: int) -> Last | None:
    """Return what the actor did by a batch of one in this queue; None for any other batch, and
    for anybody else's, even one that he may read.
    """
    try:
        batch = ownership.load(session(), who, key)
        transition = action_of(batch)[1]
    except NotFound:
        return None
    row = next(iter(queries.rows(session(), batch, limit=1)), None)
    if batch.pinned_count != 1 or batch.finished_at is None or row is None:
        return None
    if batch.entity != machine.table.__tablename__ or not ownership.is_own(batch, who):
        return None
    if batch.kind not in DECISIONS:
        return None
    left = UNDO_SECONDS - int((clock.now() - batch.finished_at).total_seconds())
    why_not = _why_not(batch, transition)
    table = machine.table.__tablename__
    return Last(
        label=transition.label,
        record=(row.label if is_named(machine.table) else None) or f"#{row.row_id}",
        row_id=row.row_id,
        url=url_for(f"{table}.details_view", id=row.row_id),
        batch_id=batch.id,
        number=_number_of(batch),
        undo_url=None if why_not or left <= 0 else url_for(f"{table}.queue_undo_view"),
        why_not=why_not or TOO_LATE,
        seconds=max(left, 0),
        final=batch.kind == BatchKind.transition and not transition.undoable,
    )


def _why_not(batch: Batch, transition: Transition) -> Message | None:
    """Return why a decision cannot be taken back, whenever that is tried."""
    if batch.kind == BatchKind.undo:
        return AN_UNDO
    if batch.state == BatchState.undone:
        return TAKEN_BACK
    if transition.undoable:
        return None
    return msg(
        "Nothing was undone: “%(action)s” cannot be taken back, here or elsewhere.",
        action=transition.label,
    )


def _number_of(batch: Batch) -> str:
    """Return the number that a decision issued, empty where it issues none."""
    issued = queries.number_ranges(session(), batch) if batch.state == BatchState.done else []
    return issued[0].first if issued else ""
