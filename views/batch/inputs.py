"""The inputs of a batch's transition: as the last preview kept them, or as they were just typed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from models.base.session import ActorSession
from models.batch.actions import deed_of
from models.batch.tables import Batch, BatchRow
from views.base.inputs import Filling, ShownInput, shown_input


def shown_inputs(
    work: ActorSession,
    batch: Batch,
    typed: Mapping[str, Any] | None = None,
    *,
    is_judged: bool = True,
) -> list[ShownInput]:
    """Return the fields of a batch: as the last preview kept them, or ``typed`` and judged.

    A new value of a column has a field of the column's own.
    """
    rows = select(BatchRow.row_id).where(BatchRow.batch_id == batch.id)
    filling = Filling(rows, batch.inputs, typed, is_judged=is_judged)
    asked = [each for each in deed_of(batch).inputs if each.column is None]
    return [shown_input(work, each, filling) for each in asked]


def kept_inputs(work: ActorSession, batch: Batch) -> list[ShownInput]:
    """Return what a batch was carried out with, as it was typed then: nothing is judged again."""
    return shown_inputs(work, batch, batch.inputs or {}, is_judged=False)
