"""Reads of plans for pages."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import clock
from models.planning.choices import PlanStatus
from models.planning.tables import WorkPlan


def current_plans(session: Session, limit: int) -> list[WorkPlan]:
    """Return the published plans whose windows have begun and not all ended, by their end."""
    now = clock.now()
    statement = (
        select(WorkPlan)
        .where(
            WorkPlan.status == PlanStatus.published.value,
            WorkPlan.join_in,
            WorkPlan.apply_start <= now,
            WorkPlan.decide_end > now,
        )
        .order_by(WorkPlan.decide_end, WorkPlan.id)
        .limit(limit)
    )
    return list(session.scalars(statement))
