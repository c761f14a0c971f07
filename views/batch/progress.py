"""How far a batch is that the job worker carries out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from flask import current_app

from models.base.choices import Choice
from models.batch.queueing import WAITING as WAITS_IN
from models.batch.tables import Batch, BatchStanding, BatchState
from models.text import Message, msg
from models.workflow.editing import UNCHOSEN
from views.base.request import text, translate

WAITING = msg("It waits for the job worker. You may leave this page.")
NO_WORKER = msg(
    "It waits, but no job worker is running: tell your administrator. It will be carried out as"
    " soon as one runs."
)
#: What a run does at each of its steps.
DOING: Mapping[str, Message] = {
    "lock": msg("The records are being held."),
    "decide": msg("Every record is being judged again."),
    "number": msg("Numbers are being issued."),
    "apply": msg("The records are being changed."),
    "history": msg("The history is being written."),
    "after": msg("What belongs to it is being done."),
    "rows": msg("The rows are being written into the file."),
    "close": msg("The result is being written down."),
}


@dataclass(frozen=True, slots=True)
class Progress:
    """A share in per cent and what is being done; ``may_cancel`` while nothing has begun."""

    percent: int
    text: str
    may_cancel: bool

    @property
    def waits(self) -> bool:
        """Whether nothing of it has begun."""
        return self.may_cancel


def progress_of(batch: Batch) -> Progress | None:
    """Return how far a queued batch is, None for one that does not wait."""
    if batch.queued_at is None or batch.state not in WAITS_IN:
        return None
    jobs = current_app.extensions["jobs"]
    told = jobs.progress(batch.id)
    if told:
        return Progress(told["percent"], translate(DOING[told["step"]]), may_cancel=False)
    return Progress(0, translate(WAITING if jobs.has_worker() else NO_WORKER), may_cancel=True)


def standing_of(batch: Batch, progress: Progress | None) -> Choice:
    """Return what the badge of a batch's page says."""
    if progress is None:
        is_unchosen = batch.action == UNCHOSEN and batch.state == BatchState.previewed
        return BatchState.pinned if is_unchosen else BatchState[batch.state]
    return BatchStanding.queued if progress.waits else BatchState.running


def progress_told(batch: Batch, address: str) -> dict[str, Any]:
    """Return how far a batch is, for the bar on its page and the note on every other."""
    shown = progress_of(batch)
    told = asdict(shown) if shown else {}
    state = text(BatchState[batch.state].label)
    return {**told, "is_over": shown is None, "state": state, "label": batch.label, "url": address}
