"""The life of an import that came as a file: uploaded, previewed, carried out once, returned.

It is a batch: the ledger is its queue, and whatever happens in between, it is done as a whole or
not at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from tempfile import TemporaryFile
from typing import Final

from sqlalchemy import select

from models import clock
from models.base.actor import Actor
from models.base.session import IMPORT_LIMITS, ActorSession
from models.batch.actions import IMPORT
from models.batch.ledger import claim, need_claim, state_of, too_late, write
from models.batch.ownership import is_own
from models.batch.pinning import LIFETIME
from models.batch.queueing import wait_to_be_done
from models.batch.tables import Batch, BatchKind, BatchState
from models.errors import BadInput, Conflict, NotFound
from models.files.operations import plain_file_name
from models.text import Message, msg
from models.transfer.declaring import Importer, guessed, importer_of, mapped
from models.transfer.forgetting import forget
from models.transfer.importing import Report
from models.transfer.keeping import finish, open_import
from models.transfer.readers import Sheet, open_sheet
from models.transfer.stored import from_json, to_json
from models.transfer.tables import ImportFile
from models.workflow.run import tell

#: So many rows are judged while one waits, unless the installation says otherwise.
INLINE_ROWS: Final = 1_000
OPEN: Final = (BatchState.pinned, BatchState.previewed)
FORGOTTEN: Final = msg("The file of this import is not kept any more. Send it again.")
WAITS: Final = msg(
    "This import waits to be carried out as it was previewed. It cannot be changed any more."
)
UNNAMED: Final = "file"
#: Seconds of work that looking at the headings is worth; a busy machine's delays do not count.
UPLOAD_WORK: Final = 5


def is_import(batch: Batch) -> bool:
    """Say whether a batch is an import that has a page of its own."""
    return batch.kind == BatchKind.data_import and batch.action == IMPORT


def upload(
    session: ActorSession,
    actor: Actor,
    importer: Importer,
    file_name: str,
    content: bytes,
    *,
    inline: int = INLINE_ROWS,
) -> Batch:
    """Keep a file that somebody sent, with its columns guessed, and its rows counted until they
    are more than ``inline``, which takes a moment; a preview counts them all.

    :raises Forbidden: when the role may not import into the table.
    :raises BadInput: when the file is refused.
    """
    _require(importer, actor)
    with _unpacked(session, importer, content, work=UPLOAD_WORK) as sheet:
        headings = sheet.headings
        count = sum(1 for _row in islice(sheet.rows, inline + 1))
    file_name = plain_file_name(file_name) or UNNAMED
    batch = open_import(session, actor, importer.table, file_name)
    file = file_of(session, batch)
    file.content, file.headings = content, list(headings)
    file.mapping = guessed(importer, headings)
    write(session, batch, expires_at=clock.now() + LIFETIME, pinned_count=count)
    return batch


def preview(session: ActorSession, batch: Batch, mapping: Mapping[str, str]) -> Report:
    """Judge every row of an import with its columns chosen, and keep both; may be repeated.

    :raises NotFound: for an import of another user or role.
    :raises Conflict: when it is over or too old.
    :raises BadInput: when columns are missing or do not fit.
    """
    importer, file = file_and_importer(session, batch)
    _hold(session, batch, OPEN)
    file.mapping = dict(mapping)
    with opened(session, batch) as sheet:
        report = importer.run(
            session,
            session.need_actor(),
            mapped(importer, sheet, mapping),
            file_name=file.file_name,
            dry_run=True,
        )
    file.report = to_json(report)
    write(
        session,
        batch,
        pinned_count=report.total,
        done_count=report.saved,
        refused_count=report.refused,
        previewed_at=clock.now(),
    )
    return report


def choose(session: ActorSession, batch: Batch, *, all_or_nothing: bool) -> None:
    """Keep whether a bad row stops all others.

    :raises NotFound: for an import of another user or role.
    :raises Conflict: when it is not previewed, waits for the worker, or is over.
    :raises BadInput: for all or nothing where a row is refused already: it would save nothing.
    """
    _importer, file = file_and_importer(session, batch)
    _hold(session, batch, (BatchState.previewed,))
    report = report_of(file)
    if all_or_nothing and report is not None and report.problems:
        raise BadInput(why_nothing(report))
    file.all_or_nothing = all_or_nothing
    session.flush()


def why_nothing(report: Report) -> Message:
    """Say why not a single row is saved where all were to be."""
    return msg(
        "Nothing was imported: all rows or none was asked for, and %(count)s rows are refused."
        " Correct them in the file and send it again, or import the rows that pass.",
        count=report.refused,
    )


def queue(session: ActorSession, batch: Batch) -> None:
    """Have a previewed import carried out by the job worker.

    :raises NotFound: for an import of another user or role.
    :raises Conflict: when it is not previewed, over or too old.
    """
    importer, _file = file_and_importer(session, batch)
    _require(importer, session.need_actor())
    if batch.queued_at is None or batch.state != BatchState.previewed:
        wait_to_be_done(session, batch)


def commit(session: ActorSession, batch: Batch) -> Batch:
    """Carry a previewed import out, once: a second call returns the finished batch.

    :raises NotFound: for an import of another user or role.
    :raises Conflict: when it is not previewed, cancelled or too old.
    """
    importer, file = file_and_importer(session, batch)
    _require(importer, session.need_actor())
    if not claim(session, batch, BatchState.running, (BatchState.previewed,)):
        state = state_of(session, batch)
        if state not in (BatchState.done, BatchState.undone):
            raise too_late(batch, state)
        return batch
    tell(session, "decide")
    seen = from_json(file.report).versions if file.report else None
    with opened(session, batch) as sheet:
        report = importer.run(
            session,
            session.need_actor(),
            mapped(importer, sheet, file.mapping or {}),
            file_name=file.file_name,
            batch=batch,
            seen=seen,
            all_or_nothing=file.all_or_nothing,
        )
    tell(session, "close")
    if not report.problems:
        file.content = None  # nothing is sent back
    finish(session, batch, report)
    session.flush()
    return batch


def cancel(session: ActorSession, batch: Batch) -> None:
    """Give an import up, and forget its file and what was said of it.

    :raises NotFound: for an import of another user or role.
    :raises Conflict: when it was carried out already.
    """
    _importer, file = file_and_importer(session, batch)
    need_claim(session, batch, BatchState.cancelled, OPEN)
    forget(file)
    session.flush()


def file_of(session: ActorSession, batch: Batch) -> ImportFile:
    """Return the file of an import.

    :raises NotFound: for a batch that has none.
    """
    found = session.scalar(select(ImportFile).where(ImportFile.batch_id == batch.id))
    if found is None:
        raise NotFound(msg("There is no such batch."))
    return found


def report_of(file: ImportFile) -> Report | None:
    """Return what is known of an import's rows; None before its first preview."""
    return from_json(file.report) if file.report else None


def refused_of(session: ActorSession, batch: Batch) -> Report:
    """Return the report of an import with the refused rows as they were sent.

    :raises Conflict: when the file is not kept any more.
    """
    file = file_of(session, batch)
    importer, report = importer_of(batch.entity), report_of(file)
    if importer is None or report is None:
        raise Conflict(FORGOTTEN)
    refused = {problem.row for problem in report.problems}
    with opened(session, batch) as sheet:
        named = mapped(importer, sheet, file.mapping or {})
        rows = [row for row in named.rows if row.number in refused]
    return replace(report, headings=named.headings, rows=rows)


def is_open(batch: Batch) -> bool:
    """Say whether an import can still be changed: it neither waits for the worker nor is over."""
    return batch.queued_at is None and batch.state in OPEN


def _hold(session: ActorSession, batch: Batch, sources: Sequence[BatchState]) -> None:
    """Hold an open import until the transaction ends; it is previewed then."""
    need_claim(session, batch, BatchState.previewed, sources)
    if not is_open(batch):
        raise Conflict(WAITS)


def file_and_importer(session: ActorSession, batch: Batch) -> tuple[Importer, ImportFile]:
    """Return how an import of the actor's own is read, and its file.

    :raises NotFound: for any other batch.
    """
    importer = importer_of(batch.entity)
    if importer is None or not is_import(batch) or not is_own(batch, session.need_actor()):
        raise NotFound(msg("There is no such batch."))
    return importer, file_of(session, batch)


def _require(importer: Importer, actor: Actor) -> None:
    if not importer.may(actor):
        area, table = importer.table.__area__, importer.table.__tablename__
        actor.require(f"{area}:{table}:{importer.rights[0]}")


def _content(file: ImportFile) -> bytes:
    if file.content is None:
        raise Conflict(FORGOTTEN)
    return file.content


@contextmanager
def opened(session: ActorSession, batch: Batch, *, work: int | None = None) -> Iterator[Sheet]:
    """Open the file of an import; ``work`` bounds the seconds that reading it may take.

    :raises NotFound: for a batch that has none.
    :raises Conflict: when it is not kept any more.
    """
    importer, file = importer_of(batch.entity), file_of(session, batch)
    if importer is None:
        raise Conflict(FORGOTTEN)
    with _unpacked(session, importer, _content(file), work=work) as sheet:
        yield sheet


@contextmanager
def _unpacked(
    session: ActorSession, importer: Importer, content: bytes, *, work: int | None = None
) -> Iterator[Sheet]:
    limits = replace(importer.within(session.info.get(IMPORT_LIMITS)), work=work)
    with TemporaryFile() as kept:
        kept.write(content)
        kept.flush()
        with open_sheet(kept, limits) as sheet:
            yield sheet
