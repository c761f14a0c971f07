"""Whether a site may take part in a plan, and within which bounds [AUTH-01…03]."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from models.base.actor import Actor
from models.base.session import ActorSession
from models.planning.choices import PlanStatus
from models.planning.rules import arrangement_faults
from models.planning.tables import WorkPlan
from models.reference.tables import Org, OrgKind
from models.text import Message, msg

OVER = (PlanStatus.closed.value, PlanStatus.archived.value)


def why_no_part(plan: WorkPlan, who: Actor) -> Message | None:
    """Return why an actor may neither add a site to a plan nor change its part; None where he
    may.
    """
    if plan.status in OVER:
        return msg("The plan is over: its windows and sites stay as they are.")
    is_foreign = not who.is_system and not who.acts_in_subtree and plan.org_id != who.org_id
    if is_foreign:
        return msg("It belongs to another organisation: you may look at it only.")
    return None


def part_faults(
    session: ActorSession, plan: WorkPlan, values: Any
) -> Iterator[tuple[str, Message]]:
    """Yield what is wrong with a site's part in a plan: column and sentence."""
    yield from arrangement_faults(plan, values)
    site = session.get(Org, values.site_id or 0)
    if site is None or site.kind != OrgKind.site or site.parent_id != plan.org_id:
        yield "site_id", msg("Choose a confirmation site of the plan's own authority.")
    if values.daily_capacity is not None and values.daily_capacity < 1:
        yield "daily_capacity", msg("A capacity is at least one person a day, or empty.")
