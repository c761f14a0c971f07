"""An export too large to be sent at once, made in the name of its starter."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from flask import current_app
from flask_babel import force_locale

from admin_app.extensions import short_reading, short_session
from models import clock
from models.base.actor import Actor
from models.base.session import ActorSession
from models.batch.tables import Batch
from models.errors import NotFound
from models.text import msg
from models.transfer import exporting
from models.transfer.tables import ExportFile
from views.base.attaching import storage
from views.base.exported import Export, Hear
from views.base.exporttrail import record_export
from views.base.liststate import ListState
from views.base.request import session
from views.base.shell import grid_named

#: What is done with a finished batch in the transaction that ends it.
Close = Callable[[ActorSession, Batch], None]
#: What is told of how far it is: only the rows take time.
STEP = "rows"


def make(owner: Actor, batch_id: int, tell: Callable[[str, int], None], close: Close) -> None:
    """Write the file, then in one transaction let its starter fetch it, tell the trail, and
    ``close`` the batch.

    :raises Refusal: when the list or the rights that it was asked for with are gone since.
    """
    with current_app.test_request_context("/admin/"), short_reading(owner) as work:
        session().act_as(owner)
        tell(STEP, 0)
        batch = work.get_one(Batch, batch_id)
        file = exporting.file_of(work, batch)
        with force_locale(file.language):
            _make(work, batch, file, tell, close)


def _make(
    work: ActorSession,
    batch: Batch,
    file: ExportFile,
    tell: Callable[[str, int], None],
    close: Close,
) -> None:
    export, rows = _export(work, batch, file), [0]
    hear = _hear(tell, export.count(work), rows)
    path = storage().gather(export.pieces(work, hear))
    purpose, batch_id = file.purpose, batch.id
    work.rollback()
    session().rollback()
    try:
        with short_session(work.need_actor()) as own:
            done, until = own.get_one(Batch, batch_id), clock.now() + _kept()
            exporting.publish(own, done, storage_path=path, rows=rows[0], until=until)
            record_export(own, export, rows[0], purpose, batch_id)
            close(own, done)
    except BaseException:
        storage().forget(path)
        raise


def _export(work: ActorSession, batch: Batch, file: ExportFile) -> Export:
    """Return what was asked for, as far as its starter may still have it."""
    grid, who = grid_named(batch.entity), work.need_actor()
    if grid is None:
        raise NotFound(msg("There is no such list any more."))
    for act in ("export", *(("reveal",) if file.is_full else ())):
        who.require(grid.permission(act))
    state = ListState.from_query(grid, batch.query or "")
    state.require_clean()
    return Export(state, file.kind, full=file.is_full, codes=file.is_coded)


def _hear(tell: Callable[[str, int], None], total: int, rows: list[int]) -> Hear:
    """Return what tells of every further hundredth of the rows, and keeps their number."""
    last = 0

    def hear(fetched: int) -> None:
        nonlocal last
        rows[0] = fetched
        percent = min(99, fetched * 100 // max(total, 1))
        if percent > last:
            last = percent
            tell(STEP, percent)

    return hear


def _kept() -> timedelta:
    return timedelta(hours=current_app.config["EXPORT_HOURS"])
