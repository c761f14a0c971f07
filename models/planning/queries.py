"""Reads of plans for pages."""

from __future__ import annotations

from sqlalchemy import case, select

from models import clock
from models.base.session import ActorSession
from models.planning.choices import PlanStatus
from models.planning.scope import PLANS
from models.planning.tables import WorkPlan


def current_plans(session: ActorSession, limit: int) -> list[WorkPlan]:
    """Return the published plans whose windows have begun and not all ended, by their end.

    Those of one's own branch stand before those of the offices above.
    """
    now = clock.now()
    from_above = PLANS.is_above(WorkPlan, session.need_actor())
    statement = (
        select(WorkPlan)
        .where(
            WorkPlan.status == PlanStatus.published.value,
            WorkPlan.join_in,
            WorkPlan.apply_start <= now,
            WorkPlan.decide_end > now,
        )
        .order_by(case((from_above, 1), else_=0), WorkPlan.decide_end, WorkPlan.id)
        .limit(limit)
    )
    return list(session.scalars(statement))
