"""The undo of an import: a batch that pins what the import did, shows what would go back, and takes
it back once; a large one waits for the job worker, to be judged and to be done.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import select, update

from models import clock
from models.audit.recorder import event_of, record
from models.base.actor import Actor
from models.base.session import ActorSession
from models.batch.actions import UNDO_IMPORT
from models.batch.ledger import (
    BATCH,
    OPTIONS,
    claim,
    need_claim,
    state_of,
    tally,
    too_late,
    write,
)
from models.batch.operations import OVER
from models.batch.ownership import is_own
from models.batch.queueing import QUEUED, WAITING, wait_to_be_done, wait_to_be_judged
from models.batch.tables import Batch, BatchState
from models.batch.undoable import RIGHT, ROW, class_of, open_rows, until
from models.batch.undoing import mark_undone, pin_undo
from models.errors import Conflict, Forbidden, NotFound, Refusal
from models.text import Label, msg
from models.transfer.bringing_back import bring_back, keep_outcomes
from models.transfer.carrying import is_import
from models.workflow.run import DONE, READY, tell

LEAVES: Final = Label(
    "导入新增的记录删除，修改过的恢复为原值；已发出的编号不收回。",
    "Records that the import made go, those that it changed are as before; numbers that were issued"
    " stay.",
)


def is_undo(batch: Batch) -> bool:
    """Say whether a batch takes an import back."""
    return batch.undo_of_id is not None and batch.action == UNDO_IMPORT


def may_take_back(session: ActorSession, actor: Actor, original: Batch) -> bool:
    """Say whether an import is offered to be undone now."""
    try:
        _judge(session, actor, original)
    except Refusal:
        return False
    return True


def begin(session: ActorSession, actor: Actor, original: Batch) -> Batch:
    """Open a batch that takes an import back, with what nobody has taken back since.

    :raises NotFound: for a batch that is no import.
    :raises Forbidden: when the actor did not start it, or may not do so any more.
    :raises Conflict: when nothing of it can be undone any more, or it is too late.
    """
    _judge(session, actor, original)
    return pin_undo(session, actor, original)


def judge_later(session: ActorSession, batch: Batch) -> None:
    """Have the rows of an undo judged by the job worker.

    :raises NotFound: for a batch of another user or role, or one that takes no import back.
    :raises Forbidden: when the actor may not undo it any more.
    :raises Conflict: when it is over, waits already, or is too late.
    """
    _still_undoable(session, batch)
    _need_unqueued(batch)
    wait_to_be_judged(session, batch)


def preview(session: ActorSession, batch: Batch, _inputs: Any = None) -> None:
    """Judge every row that an undo has pinned, and keep what would become of it.

    :raises NotFound: for a batch of another user or role, or one that takes no import back.
    :raises Forbidden: when the actor may not undo it any more.
    :raises Conflict: when it is over, waits already, or is too late.
    """
    _still_undoable(session, batch)
    need_claim(session, batch, BatchState.previewed, WAITING)
    _need_unqueued(batch)  # as it is now that nobody else can queue it
    with session.begin_nested() as trial:
        brought = bring_back(session, batch, "decide")
        trial.rollback()
    counts, reasons = keep_outcomes(session, batch, brought, READY)
    write(session, batch, **tally(counts), reasons=reasons, previewed_at=clock.now())


def queue(session: ActorSession, batch: Batch, _inputs: Any = None) -> Batch:
    """Have a previewed undo carried out by the job worker; one that waits already is left as it is.

    :raises NotFound: for a batch of another user or role, or one that takes no import back.
    :raises Forbidden: when the actor may not undo it any more.
    :raises Conflict: when it is not previewed, over or too old.
    """
    waits = batch.queued_at is not None and batch.state == BatchState.previewed
    if _is_owned(session, batch) and not waits:
        _still_undoable(session, batch)
        wait_to_be_done(session, batch)
    return batch


def commit(session: ActorSession, batch: Batch, _inputs: Any = None) -> Batch:
    """Take an import back, once: a second call returns the finished batch.

    :raises NotFound: for a batch of another user or role, or one that takes no import back.
    :raises Forbidden: when the actor may not undo it any more.
    :raises Conflict: when it is not previewed, cancelled or too old.
    """
    if not _is_owned(session, batch) or not claim(
        session, batch, BatchState.running, (BatchState.previewed,)
    ):
        state = state_of(session, batch)
        if state not in OVER:
            raise too_late(batch, state)
        return batch
    original = _still_undoable(session, batch, hold=True)
    brought = bring_back(session, batch, "apply")
    tell(session, "close")
    counts, reasons = keep_outcomes(session, batch, brought, DONE)
    ended = {"state": BatchState.done.value, "finished_at": clock.now()}
    write(session, batch, **tally(counts), reasons=reasons, **ended)
    mark_undone(session, original.id, batch.id)
    _record(session, original, batch)
    session.expire_all()
    return batch


def _record(session: ActorSession, original: Batch, batch: Batch) -> None:
    record(
        session,
        event_of(class_of(original.entity), UNDO_IMPORT),
        entity=original.entity,
        entity_text=original.label,
        changes={"undo_of": [None, original.id], "done": [None, batch.done_count]},
        batch_id=batch.id,
    )


def _need_unqueued(batch: Batch) -> None:
    if batch.queued_at is not None:
        raise Conflict(QUEUED)


def _is_owned(session: ActorSession, batch: Batch) -> bool:
    """Say whether an undo of the actor's own is still to be done.

    :raises NotFound: for a batch of another user or role, or one that takes no import back.
    """
    if not is_undo(batch) or not is_own(batch, session.need_actor()):
        raise NotFound(msg("There is no such batch."))
    return state_of(session, batch) not in OVER


def _still_undoable(session: ActorSession, batch: Batch, *, hold: bool = False) -> Batch:
    """Return the import that an undo takes back, as far as the actor may; ``hold`` until the
    transaction ends, so that of two undos at once the second finds what the first has left.
    """
    _is_owned(session, batch)
    if hold:
        held = update(BATCH).where(BATCH.c.id == batch.undo_of_id)
        session.execute(held.values(undone_count=BATCH.c.undone_count), execution_options=OPTIONS)
    original = session.get_one(Batch, batch.undo_of_id, populate_existing=hold)
    _judge(session, session.need_actor(), original)
    return original


def _judge(session: ActorSession, actor: Actor, original: Batch) -> None:
    if not is_import(original):
        raise NotFound(msg("There is no such batch."))
    if not is_own(original, actor) or not actor.can(RIGHT):
        raise Forbidden(msg("An import is undone by who started it."))
    if original.state == BatchState.undone:
        raise Conflict(msg("This batch was undone already. Nothing more is done."))
    if original.state != BatchState.done or not _is_kept(session, original):
        raise Conflict(msg("Nothing of this can be undone any more: look at the record's history."))
    end = until(session, original)
    if clock.now() >= end:
        raise Conflict(
            msg(
                "It could be undone until %(until)s. Correct the records, or import again.",
                until=end.astimezone(clock.SHANGHAI).strftime("%Y-%m-%d %H:%M"),
            )
        )


def _is_kept(session: ActorSession, original: Batch) -> bool:
    found = select(ROW.c.row_id).where(*open_rows(original.id)).limit(1)
    return session.scalar(found, execution_options=OPTIONS) is not None
