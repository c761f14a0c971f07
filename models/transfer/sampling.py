"""What the first rows of a file hold, for whoever chooses what its columns mean."""

from __future__ import annotations

from itertools import islice
from typing import Final

from models.base.session import ActorSession
from models.batch.tables import Batch
from models.errors import Refusal
from models.transfer import carrying

#: So many rows are looked at, and of each column so many values told, each so long at most.
ROWS: Final = 20
SAMPLES: Final = 3
CHARS: Final = 24


def samples_of(session: ActorSession, batch: Batch) -> dict[str, list[str]]:
    """Return the first values of each column of an import's file that differ, by heading; nothing
    of a file that is not kept any more.
    """
    found: dict[str, list[str]] = {}
    try:
        with carrying.opened(session, batch, work=carrying.UPLOAD_WORK) as sheet:
            for row in islice(sheet.rows, ROWS):
                for heading, cell in row.cells.items():
                    _add(found.setdefault(heading, []), cell)
    except Refusal:
        return {}
    return found


def _add(values: list[str], cell: object) -> None:
    text = "" if cell is None else " ".join(str(cell).split())
    told = text if len(text) <= CHARS else f"{text[:CHARS]}…"
    if told and told not in values and len(values) < SAMPLES:
        values.append(told)
