"""Plans for tests; their windows lie around one instant at which all three are open."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from models.base.session import ActorSession
from models.planning.choices import PlanStatus
from models.planning.tables import SiteArrangement, WorkPlan
from models.reference.tables import Org

DAY = timedelta(days=1)


def make_plan(session: ActorSession, org: Org, at: datetime, **traits: Any) -> WorkPlan:
    """Store a published plan: application, confirmation, decision end 10, 20, 30 days on."""
    plan = WorkPlan(
        **{
            "name": f"{at.year}年第一批",
            "org_id": org.id,
            "year": at.year,
            "status": PlanStatus.published.value,
            "apply_start": at - 3 * DAY,
            "apply_end": at + 10 * DAY,
            "confirm_start": at - 2 * DAY,
            "confirm_end": at + 20 * DAY,
            "decide_start": at - DAY,
            "decide_end": at + 30 * DAY,
        }
        | traits
    )
    session.add(plan)
    session.flush()
    return plan


def make_arrangement(
    session: ActorSession, plan: WorkPlan, site: Org, **traits: Any
) -> SiteArrangement:
    """Store a site's part in a plan, with the plan's own window."""
    arrangement = SiteArrangement(plan=plan, site=site, **traits)
    session.add(arrangement)
    session.flush()
    return arrangement
