"""What the trail keeps of an export: who takes which rows, before the first of them leaves; where
they are too many to be counted first, how many left in the end.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from models.audit.recorder import event_of, record
from models.base.session import ActorSession
from views.base.exported import Export
from views.base.request import beside, commit, own_session
from views.base.reveal import stated_purpose
from views.base.statement import cap_of


def record_start(export: Export) -> bool:
    """Write who takes which rows away; say whether their number is known, being no more than lists
    count.

    :raises BadInput: without a purpose, for personal data in full.
    """
    with own_session(write=True) as work:
        most = cap_of(work)
        rows = export.count(work, most)
        purpose = stated_purpose(work) if export.full else None
        is_known = rows <= most
        record_export(work, export, rows if is_known else f"{most}+", purpose)
        commit(work)
    return is_known


def record_export(
    work: ActorSession,
    export: Export,
    rows: int | str,
    purpose: str | None,
    batch_id: int | None = None,
) -> None:
    """Write into the trail what a file holds."""
    grid = export.state.grid
    record(
        work,
        grid.permission("export"),
        entity=grid.mapped.__tablename__,
        changes=_told(export, rows),
        reason=purpose,
        batch_id=batch_id,
    )


def followed(export: Export, *, is_known: bool) -> Iterator[bytes]:
    """Yield the file; however it ends, the trail then keeps a number that was not known before."""
    rows, is_whole = [0], False

    def hear(fetched: int) -> None:
        rows[0] = fetched

    with own_session() as work:
        try:
            yield from export.pieces(work, hear)
            is_whole = True
        finally:
            work.rollback()
            if not is_known:
                _record_end(work, export, rows[0], is_whole=is_whole)


def _record_end(read: ActorSession, export: Export, rows: int, *, is_whole: bool) -> None:
    """Write how many rows left at most; a reader who went away did not get all of the last ones."""
    model = export.state.grid.mapped
    told = {"format": export.kind, "rows": rows, "whole": is_whole}
    changes = {name: [None, value] for name, value in told.items()}
    with beside(read, read.need_actor(), write=True) as work:
        record(work, event_of(model, "export_end"), entity=model.__tablename__, changes=changes)
        commit(work)


def _told(export: Export, rows: int | str) -> dict[str, Any]:
    state = export.state
    said = {
        "format": export.kind,
        "rows": rows,
        "conditions": state.query_string(),
        "columns": " ".join(column.name for column in state.shown()),
        "personal_data": "full" if export.full else "masked",
    }
    said |= {"values": "codes"} if export.codes else {}
    said |= {"ticked": len(export.ids)} if export.ids else {}
    return {name: [None, value] for name, value in said.items()}
