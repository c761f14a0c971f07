"""Plans, and which sites take part in them."""

from __future__ import annotations

from sqlalchemy import case
from typing_extensions import override

from models.base.actor import Actor
from models.planning.scope import PLANS
from models.planning.tables import SiteArrangement, WorkPlan
from views.base import menu
from views.base.grid import Grid, Section
from views.base.keyset import Key
from views.planning.records import ArrangementRecord, PlanRecord


class Plans(PlanRecord, Grid[WorkPlan]):
    category = menu.PLANNING
    columns = "name kind org year batch_no status is_open apply_start confirm_start decide_start"
    filters = "name kind org year batch_no status is_open join_in"
    sort = "-id"
    sections = (
        Section("计划", "Plan", "name kind org parent_plan year batch_no status join_in is_open"),
        Section(
            "时间",
            "Windows",
            "apply_start apply_end confirm_start confirm_end decide_start decide_end"
            " material_deadline",
        ),
        Section("告知", "Notice", "notice"),
    )

    @override
    def leading_keys(self, actor: Actor) -> tuple[Key, ...]:
        """Put one's own plans before those of the offices above."""
        return (Key(case((PLANS.is_above(WorkPlan, actor), 1), else_=0)),)


class Arrangements(ArrangementRecord, Grid[SiteArrangement]):
    category = menu.PLANNING
    columns = "plan site confirm_start confirm_end daily_capacity enabled"
    inline = "daily_capacity enabled"
    judged_by = "plan_id"
    sections = (
        Section("安排", "Arrangement", "plan site enabled daily_capacity"),
        Section("时间", "Window", "confirm_start confirm_end"),
        Section("告知", "Notice", "scope_note notice"),
    )


GRIDS = (Plans, Arrangements)
