"""What waits for the job worker: imports and their undo, to be judged and to be carried out, and
every other batch to be carried out.
"""

from __future__ import annotations

from collections.abc import Mapping

from models.base.session import ActorSession
from models.batch import operations
from models.batch.queueing import begin_judging, wait_to_be_judged
from models.batch.tables import Batch, BatchState
from models.transfer import carrying, taking_back
from models.transfer.declaring import check_headings, mapped
from models.workflow.run import tell


def judge_later(session: ActorSession, batch: Batch, mapping: Mapping[str, str]) -> None:
    """Keep the columns chosen, and have the rows judged by the job worker.

    :raises NotFound: for an import of another user or role.
    :raises Conflict: when it is over or too old.
    :raises BadInput: when columns are missing or do not fit.
    """
    importer, file = carrying.file_and_importer(session, batch)
    with carrying.opened(session, batch) as sheet:
        headings = mapped(importer, sheet, mapping).headings
    check_headings(importer, headings, session.need_actor())
    wait_to_be_judged(session, batch)
    file.mapping, file.report = dict(mapping), None


def carry_on(session: ActorSession, batch: Batch) -> None:
    """Do what a batch waits for.

    :raises Refusal: when it cannot be done any more, saying why.
    """
    if batch.state == BatchState.pinned:
        tell(session, "decide")
        begin_judging(session, batch)
        _judge(session, batch)
    elif carrying.is_import(batch):
        carrying.commit(session, batch)
    elif taking_back.is_undo(batch):
        taking_back.commit(session, batch)
    else:
        operations.commit(session, batch)


def _judge(session: ActorSession, batch: Batch) -> None:
    if taking_back.is_undo(batch):
        taking_back.preview(session, batch)
        return
    _importer, file = carrying.file_and_importer(session, batch)
    carrying.preview(session, batch, file.mapping or {})
