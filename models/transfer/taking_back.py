"""The undo of an import: what it made goes, what it changed is as before, unless it has moved on.

Records go one by one through the session, so that scope, rules and trail hold as for any change.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Date, insert, select, update
from sqlalchemy.exc import IntegrityError

from models import clock
from models.audit.recorder import event_of, record
from models.base.actor import Actor
from models.base.orm import Base
from models.base.session import ActorSession
from models.base.types import Instant
from models.batch.ledger import BATCH, OPTIONS
from models.batch.ownership import is_own
from models.batch.pinning import TEXT_LENGTH
from models.batch.tables import Batch, BatchKind, BatchState
from models.batch.undoable import RIGHT, ROW, open_rows, until
from models.errors import Conflict, Forbidden, NotFound, Refusal
from models.text import Message, msg
from models.transfer.declaring import importer_of
from models.transfer.keeping import ACTION
from models.transfer.unmaking import is_used, unmake
from models.workflow.run import CHANGED, DONE, GONE, REFUSED
from models.workflow.undoing import undo_name

GONE_SINCE: Final = msg("The record is gone.")
MOVED_ON: Final = msg("The record was changed after the import. It stays as it is.")
IN_USE: Final = msg(
    "It was used since: others refer to it, it was printed, or somebody signed in. It stays."
)


@dataclass(slots=True)
class Undoing:
    """What taking an import back does, or would do: records that go or come back, and those that
    stay, each with its reason.
    """

    batch_id: int | None = None
    done: int = 0
    stay: list[tuple[str, Message]] = field(default_factory=list)
    outcomes: Counter[str] = field(default_factory=Counter)


def may_take_back(session: ActorSession, actor: Actor, batch: Batch) -> bool:
    """Say whether an import is offered to be undone now."""
    try:
        _judge(session, actor, batch)
    except Refusal:
        return False
    return True


def take_back(
    session: ActorSession, actor: Actor, batch: Batch, *, dry_run: bool = False
) -> Undoing:
    """Take an import back, as far as its records have not moved on; in a dry run only say so.

    :raises NotFound: for a batch that is no import.
    :raises Forbidden: when the actor did not start it, or may not do so any more.
    :raises Conflict: when nothing of it can be undone any more, or it is too late.
    """
    _judge(session, actor, batch)
    table = _class_of(batch.entity)
    found = Undoing()
    with session.begin_nested() as trial:
        rows = _held_rows(session, batch)
        kept = [_take_row(session, table, row, found) for row in rows]
        if dry_run:
            trial.rollback()
    if dry_run:
        return found
    found.batch_id = _close(session, actor, batch, kept, found)
    return found


def _held_rows(session: ActorSession, batch: Batch) -> Sequence[Any]:
    """Return what is left to take back; of two at once the second waits, and finds nothing."""
    held = update(BATCH).where(BATCH.c.id == batch.id)
    session.execute(held.values(undone_count=BATCH.c.undone_count), execution_options=OPTIONS)
    wanted = select(ROW).where(*open_rows(batch.id)).order_by(ROW.c.row_id.desc())
    rows = session.execute(wanted, execution_options=OPTIONS).all()
    if not rows:
        raise Conflict(msg("This batch was undone already. Nothing more is done."))
    return rows


def _judge(session: ActorSession, actor: Actor, batch: Batch) -> None:
    if batch.kind != BatchKind.data_import or batch.action != ACTION:
        raise NotFound(msg("There is no such batch."))
    if not is_own(batch, actor) or not actor.can(RIGHT):
        raise Forbidden(msg("An import is undone by who started it."))
    if batch.state != BatchState.done or not _is_kept(session, batch):
        raise Conflict(msg("Nothing of this can be undone any more: look at the record's history."))
    end = until(session, batch)
    if clock.now() >= end:
        raise Conflict(
            msg(
                "It could be undone until %(until)s. Correct the records, or import again.",
                until=end.astimezone(clock.SHANGHAI).strftime("%Y-%m-%d %H:%M"),
            )
        )


def _is_kept(session: ActorSession, batch: Batch) -> bool:
    found = select(ROW.c.row_id).where(*open_rows(batch.id)).limit(1)
    return session.scalar(found, execution_options=OPTIONS) is not None


def _class_of(name: str) -> type[Base]:
    table = Base.metadata.tables[name]
    return next(m.class_ for m in Base.registry.mappers if m.local_table is table)


def _take_row(session: ActorSession, table: Any, row: Any, found: Undoing) -> dict[str, Any]:
    record_, outcome, why = session.get(table, row.row_id), DONE, None
    if record_ is None:
        outcome, why = GONE, GONE_SINCE
    elif record_.version != row.version + 1:
        outcome, why = CHANGED, MOVED_ON
    else:
        why = _bring_back(session, record_, row)
        outcome = REFUSED if why else DONE
    found.outcomes[outcome] += 1
    found.done += outcome == DONE
    if why is not None:
        found.stay.append((row.label or f"#{row.row_id}", why))
    return {
        "row_id": row.row_id,
        "version": row.version + 1,
        "label": row.label,
        "outcome": outcome,
    }


def _bring_back(session: ActorSession, record_: Any, row: Any) -> Message | None:
    """Write the values of before, or take away what was made; return why that is refused."""
    if not row.before and is_used(session, record_):
        return IN_USE
    table: Any = type(record_)
    columns, importer = table.__table__.c, importer_of(table)
    values = {name: _value(columns[name], value) for name, value in (row.before or {}).items()}
    if importer and (why := importer.bars(session, session.need_actor(), record_, values)):
        return why
    try:
        with session.begin_nested():
            if not row.before:
                unmake(session, record_, row.batch_id)
            for name, value in values.items():
                setattr(record_, name, value)
            session.flush()
    except IntegrityError:
        return IN_USE
    except Refusal as refusal:
        return refusal.message
    return None


def _value(column: Any, kept: Any) -> Any:
    """Return a value that the ledger keeps as JSON."""
    if kept is None or not isinstance(column.type, Instant | Date):
        return kept
    return (date if isinstance(column.type, Date) else datetime).fromisoformat(kept)


def _close(
    session: ActorSession, actor: Actor, batch: Batch, kept: list[dict[str, Any]], found: Undoing
) -> int:
    """Enter the undo as a batch of its own, and mark what was taken back."""
    made = Batch(
        label=f"撤销 · {batch.label}"[:TEXT_LENGTH],
        kind=BatchKind.undo.value,
        entity=batch.entity,
        action=undo_name(ACTION),
        state=BatchState.done.value,
        user_id=actor.user_id,
        username=actor.username,
        role=actor.role,
        org_id=actor.org_id,
        pinned_count=len(kept),
        done_count=found.done,
        refused_count=found.outcomes[REFUSED],
        changed_count=found.outcomes[CHANGED] + found.outcomes[GONE],
        finished_at=clock.now(),
        undo_of_id=batch.id,
    )
    session.add(made)
    session.flush()
    session.execute(
        insert(ROW), [row | {"batch_id": made.id} for row in kept], execution_options=OPTIONS
    )
    taken = select(ROW.c.row_id).where(ROW.c.batch_id == made.id, ROW.c.outcome == DONE)
    session.execute(
        update(ROW)
        .where(ROW.c.batch_id == batch.id, ROW.c.row_id.in_(taken))
        .values(undone_by_id=made.id),
        execution_options=OPTIONS,
    )
    undone = batch.undone_count + found.done
    state = BatchState.undone if undone >= batch.done_count else BatchState.done
    session.execute(
        update(BATCH).where(BATCH.c.id == batch.id).values(undone_count=undone, state=state.value),
        execution_options=OPTIONS,
    )
    record(
        session,
        event_of(_class_of(batch.entity), undo_name(ACTION)),
        entity=batch.entity,
        entity_text=batch.label,
        changes={"undo_of": [None, batch.id], "done": [None, found.done]},
        batch_id=made.id,
    )
    session.expire(batch)
    return int(made.id)
