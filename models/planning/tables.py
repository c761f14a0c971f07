"""Plans (认定/注册计划) and the arrangements of confirmation sites."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, relationship

from models.base import columns
from models.base.orm import Business
from models.planning.choices import PlanKind, PlanStatus
from models.planning.scope import PLANS, OfOwnPlans
from models.text import Label

if TYPE_CHECKING:
    from models.reference.tables import Org


class WorkPlan(Business):
    """One batch of an authority in a year, with its three windows ``[start, end)``."""

    __tablename__ = "work_plan"
    __area__ = "planning"
    __label__ = Label("认定/注册计划", "Plan")
    __scope__ = PLANS
    __title__ = "name"
    __removal__ = "draft"
    __table_args__ = (
        UniqueConstraint("kind", "org_id", "year", "batch_no"),
        CheckConstraint("year BETWEEN 1996 AND 2100", name="year_sane"),
        CheckConstraint("batch_no BETWEEN 1 AND 99", name="batch_no_two_digits"),
        CheckConstraint("apply_start < apply_end", name="apply_ordered"),
        CheckConstraint("confirm_start < confirm_end", name="confirm_ordered"),
        CheckConstraint("decide_start < decide_end", name="decide_ordered"),
        CheckConstraint("apply_start <= confirm_start", name="confirm_starts_after_apply"),
        CheckConstraint("apply_end <= confirm_end", name="confirm_ends_after_apply"),
        CheckConstraint("confirm_start <= decide_start", name="decide_starts_after_confirm"),
        CheckConstraint("confirm_end <= decide_end", name="decide_ends_after_confirm"),
        CheckConstraint("material_deadline >= confirm_start", name="deadline_after_confirm"),
        Index("ix_work_plan_status_apply_start", "status", "apply_start"),
    )

    name: Mapped[str] = columns.string(100, "计划名称", "Name")
    kind: Mapped[str] = columns.choice(PlanKind, "计划类别", "Kind", default=PlanKind.cert.value)
    org_id: Mapped[int] = columns.ref("org.id", "机构", "Authority")
    parent_plan_id: Mapped[int | None] = columns.ref(
        "work_plan.id", "所属省级计划", "Provincial plan", null=True
    )
    year: Mapped[int] = columns.integer("年度", "Year", small=True)
    batch_no: Mapped[int] = columns.integer("批次", "Batch number", small=True, default=1)
    join_in: Mapped[bool] = columns.boolean("是否参加", "Takes part", default=True)
    is_open: Mapped[bool] = columns.boolean("是否开通网报", "Open for applications", default=True)
    apply_start: Mapped[datetime] = columns.instant("网报开始", "Applications from", typed="start")
    apply_end: Mapped[datetime] = columns.instant("网报结束", "Applications until", typed="end")
    confirm_start: Mapped[datetime] = columns.instant(
        "确认开始", "Confirmation from", typed="start"
    )
    confirm_end: Mapped[datetime] = columns.instant("确认结束", "Confirmation until", typed="end")
    decide_start: Mapped[datetime] = columns.instant("认定开始", "Decision from", typed="start")
    decide_end: Mapped[datetime] = columns.instant("认定结束", "Decision until", typed="end")
    material_deadline: Mapped[datetime | None] = columns.instant(
        "补全材料截止", "Materials due", typed="end", null=True
    )
    notice: Mapped[str | None] = columns.paragraph("注意事项", "Notice", null=True)
    status: Mapped[str] = columns.choice(
        PlanStatus, "状态", "Status", default=PlanStatus.draft.value, machine=True
    )

    org: Mapped[Org] = relationship()
    parent_plan: Mapped[WorkPlan | None] = relationship(remote_side="WorkPlan.id")
    arrangements: Mapped[list[SiteArrangement]] = relationship(
        back_populates="plan", order_by="SiteArrangement.id"
    )


class SiteArrangement(Business):
    """A confirmation site's part in a plan; empty times mean the plan's own."""

    __tablename__ = "site_arrangement"
    __area__ = "planning"
    __label__ = Label("确认点安排", "Site arrangement")
    __scope__ = OfOwnPlans("work_plan", "plan_id")
    __part_of__ = "plan_id"
    __removal__ = "free"
    __table_args__ = (
        UniqueConstraint("plan_id", "site_id"),
        # What an application says of its place is held against this (``SameRow``).
        Index("uq_site_arrangement_place", "id", "plan_id", "site_id", unique=True),
        CheckConstraint(
            "(confirm_start IS NULL) = (confirm_end IS NULL)", name="confirm_both_or_neither"
        ),
        CheckConstraint("confirm_start < confirm_end", name="confirm_ordered"),
        CheckConstraint("daily_capacity > 0", name="daily_capacity_positive"),
    )

    plan_id: Mapped[int] = columns.ref("work_plan.id", "计划", "Plan", index=False)
    site_id: Mapped[int] = columns.ref("org.id", "确认点", "Site")
    confirm_start: Mapped[datetime | None] = columns.instant(
        "确认开始", "Confirmation from", typed="start", null=True
    )
    confirm_end: Mapped[datetime | None] = columns.instant(
        "确认结束", "Confirmation until", typed="end", null=True
    )
    scope_note: Mapped[str | None] = columns.paragraph(
        "确认人员范围", "Who confirms here", null=True
    )
    notice: Mapped[str | None] = columns.paragraph("现场确认注意事项", "Notice", null=True)
    daily_capacity: Mapped[int | None] = columns.integer("每日容量", "Daily capacity", null=True)
    enabled: Mapped[bool] = columns.boolean("启用", "Enabled", default=True)

    plan: Mapped[WorkPlan] = relationship(back_populates="arrangements")
    # The audit trail names a new arrangement by its site while the flush still goes on.
    site: Mapped[Org] = relationship(load_on_pending=True)

    def caption(self) -> str:
        """Return the site's name."""
        return self.site.name
