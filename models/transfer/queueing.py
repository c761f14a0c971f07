"""Large imports wait for the job worker: to be judged first, later to be carried out."""

from __future__ import annotations

from collections.abc import Mapping

from models import clock
from models.base.session import ActorSession
from models.batch.ledger import need_claim, write
from models.batch.tables import Batch, BatchState
from models.transfer.carrying import OPEN, commit, file_and_importer, opened, preview, tell
from models.transfer.declaring import check_headings, mapped


def judge_later(session: ActorSession, batch: Batch, mapping: Mapping[str, str]) -> None:
    """Keep the columns chosen, and have the rows judged by the job worker.

    :raises NotFound: for an import of another user or role.
    :raises Conflict: when it is over or too old.
    :raises BadInput: when columns are missing or do not fit.
    """
    importer, file = file_and_importer(session, batch)
    with opened(session, batch) as sheet:
        headings = mapped(importer, sheet, mapping).headings
    check_headings(importer, headings, session.need_actor())
    need_claim(session, batch, BatchState.pinned, OPEN)
    file.mapping, file.report = dict(mapping), None
    write(session, batch, queued_at=clock.now(), attempts=None)


def carry_on(session: ActorSession, batch: Batch) -> None:
    """Do what an import waits for.

    :raises NotFound: for an import of another user or role.
    :raises Conflict: when it is over or too old.
    :raises BadInput: when the file is refused after all.
    """
    if batch.state != BatchState.pinned:
        commit(session, batch)
        return
    tell(session, "decide")
    _importer, file = file_and_importer(session, batch)
    write(session, batch, queued_at=None, attempts=None)
    preview(session, batch, file.mapping or {})
