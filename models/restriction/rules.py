"""When an entry of the restriction library restricts."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, or_

from models.restriction.choices import ReviewState


def in_force(entry: Any, day: ColumnElement[date]) -> ColumnElement[bool]:
    """Return the criterion of the entries that restrict on a Shanghai day (reading 17).

    Only reviewed ones do, from the first to the last day, both included; no last day means for
    life.
    """
    return and_(
        entry.review_state == ReviewState.reviewed.value,
        entry.effective_from <= day,
        or_(entry.effective_to.is_(None), entry.effective_to >= day),
    )
