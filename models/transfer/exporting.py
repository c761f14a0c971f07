"""The life of an export too large to be sent at once: asked for, made by the job worker, fetched by
its starter alone, forgotten.

It is a batch: the ledger is its queue. While its file is made it waits there still, so that one
whose worker was killed is made anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO, Final

from sqlalchemy import select, update

from models import clock
from models.base.actor import Actor
from models.base.orm import Base
from models.base.session import ActorSession
from models.batch.actions import EXPORT, UNMACHINED
from models.batch.ledger import BATCH, OPTIONS, need_claim, write
from models.batch.ownership import is_own
from models.batch.pinning import TEXT_LENGTH
from models.batch.queueing import wait_to_be_done
from models.batch.tables import Batch, BatchKind, BatchState
from models.errors import Conflict, NotFound
from models.files.storage import Storage
from models.text import msg
from models.transfer.tables import ExportFile

FILE: Any = ExportFile.__table__
NO_FILE: Final = msg("There is no file of this export, or not any more. Export the list again.")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a file is to hold: a list by its address, in a language; personal data for a purpose."""

    kind: str
    query: str
    is_full: bool
    is_coded: bool
    purpose: str | None
    language: str


def is_export(batch: Batch) -> bool:
    """Say whether a batch makes a file."""
    return batch.kind == BatchKind.export


def ask(session: ActorSession, actor: Actor, table: type[Base], wanted: Wanted) -> Batch:
    """Enter an export into the ledger, where it waits for the job worker."""
    now = clock.now()
    batch = Batch(
        label=f"{table.__label__.zh} · {UNMACHINED[EXPORT].zh}"[:TEXT_LENGTH],
        kind=BatchKind.export.value,
        entity=table.__tablename__,
        action=EXPORT,
        user_id=actor.user_id,
        username=actor.username,
        role=actor.role,
        org_id=actor.org_id,
        query=wanted.query,
        pinned_at=now,
    )
    session.add(batch)
    session.flush()
    session.add(
        ExportFile(
            batch_id=batch.id,
            kind=wanted.kind,
            is_full=wanted.is_full,
            is_coded=wanted.is_coded,
            purpose=wanted.purpose,
            language=wanted.language,
        )
    )
    need_claim(session, batch, BatchState.previewed, (BatchState.pinned,))
    wait_to_be_done(session, batch)
    return batch


def publish(
    session: ActorSession, batch: Batch, *, storage_path: str, rows: int, until: datetime
) -> None:
    """Let the starter of an export fetch its file.

    :raises Conflict: when it was cancelled meanwhile.
    """
    need_claim(session, batch, BatchState.done, (BatchState.previewed,))
    file_of(session, batch).storage_path = storage_path
    session.flush()
    counts = {"pinned_count": rows, "done_count": rows}
    write(session, batch, **counts, finished_at=clock.now(), expires_at=until)


def file_of(session: ActorSession, batch: Batch) -> ExportFile:
    """Return what an export was asked to hold; its starter alone may see it.

    :raises NotFound: for the batch of another user or role, or one that makes no file.
    """
    found = session.get(ExportFile, batch.id)
    if found is None or not is_own(batch, session.need_actor()):
        raise NotFound(msg("There is no such batch."))
    return found


def open_kept(session: ActorSession, batch: Batch, storage: Storage) -> BinaryIO:
    """Open the file of an export.

    :raises NotFound: for the batch of another user or role, or one that makes no file.
    :raises Conflict: when it is not made yet, or not kept any more.
    """
    path = file_of(session, batch).storage_path
    if path is None or is_over(batch):
        raise Conflict(NO_FILE)
    try:
        return storage.open(path)
    except FileNotFoundError as error:  # swept in between, or older than a database restored
        raise Conflict(NO_FILE) from error


def is_over(batch: Batch) -> bool:
    """Say whether the time in which a file can be fetched has passed."""
    return batch.expires_at is not None and batch.expires_at <= clock.now()


def forget_files(session: ActorSession, storage: Storage) -> int:
    """Remove the files of exports whose time is over; return how many."""
    late = select(FILE.c.batch_id, FILE.c.storage_path).join(BATCH, BATCH.c.id == FILE.c.batch_id)
    late = late.where(FILE.c.storage_path.is_not(None), BATCH.c.expires_at <= clock.now())
    found = session.execute(late, execution_options=OPTIONS).all()
    for batch_id, path in found:
        storage.forget(path)
        gone = update(FILE).where(FILE.c.batch_id == batch_id).values(storage_path=None)
        session.execute(gone, execution_options=OPTIONS)
    return len(found)
