"""The plan of an application and its windows, half-open ``[start, end)`` (reading 14)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, not_, or_, true

from models.batch.tables import BatchRow
from models.certification.choices import CertStatus
from models.planning.choices import PlanKind, PlanStatus
from models.planning.tables import SiteArrangement, WorkPlan
from models.workflow.machine import Context
from models.workflow.sql import alias_of, instant, there_is
from models.workflow.tables import WorkflowLog
from models.workflow.undoing import PREFIX as UNDO

MACHINE_NAME = "certification"
#: Transitions by which the authority takes a decision back; it may go on after them whatever
#: the window.
REOPENINGS = ("reopen_confirmation", "withdraw_approval", "reopen_review")


def _plan() -> Any:
    return alias_of(WorkPlan.__table__, "its_plan")


def _arrangement() -> Any:
    return alias_of(SiteArrangement.__table__, "its_site")


def plan_published(e: Any, _ctx: Context) -> ColumnElement[bool]:
    """Say that the plan is published, and not closed yet."""
    plan = _plan()
    return there_is(plan, plan.c.id == e.plan_id, plan.c.status == PlanStatus.published.value)


def plan_not_archived(e: Any, _ctx: Context) -> ColumnElement[bool]:
    """Say that the plan was published, and is not archived yet."""
    plan = _plan()
    alive = (PlanStatus.published.value, PlanStatus.closed.value)
    return there_is(plan, plan.c.id == e.plan_id, plan.c.status.in_(alive))


def plan_accepts(e: Any, _ctx: Context) -> ColumnElement[bool]:
    """Say that the authority's own plan is open for applications [CERT-11]."""
    plan = _plan()
    return there_is(
        plan,
        plan.c.id == e.plan_id,
        plan.c.org_id == e.org_id,
        plan.c.kind == PlanKind.cert.value,
        plan.c.status == PlanStatus.published.value,
        plan.c.join_in,
        plan.c.is_open,
    )


def in_apply_window(e: Any, ctx: Context) -> ColumnElement[bool]:
    """Imported applications are judged at the moment at which they were made (reading 19)."""
    plan, made = _plan(), func.coalesce(e.submitted_at, ctx.instant)
    return there_is(
        plan, plan.c.id == e.plan_id, plan.c.apply_start <= made, made < plan.c.apply_end
    )


def in_confirm_window(e: Any, ctx: Context) -> ColumnElement[bool]:
    """The site's window, else the plan's (reading 14).

    The row's own deadline can lengthen it, at most to the end of the decision time.
    """
    plan, site = _plan(), _arrangement()
    start = func.coalesce(site.c.confirm_start, plan.c.confirm_start)
    end = func.coalesce(site.c.confirm_end, plan.c.confirm_end)
    granted = and_(ctx.instant < e.material_deadline, ctx.instant < plan.c.decide_end)
    return or_(
        there_is(
            plan.outerjoin(site, site.c.id == e.arrangement_id),
            plan.c.id == e.plan_id,
            start <= ctx.instant,
            or_(ctx.instant < end, granted),
        ),
        _reopened(e, ctx),
    )


def in_confirm_window_or_late(e: Any, ctx: Context) -> ColumnElement[bool]:
    """Who did not bring the materials in time may be refused afterwards too (schema T6)."""
    plan = _plan()
    late = and_(
        e.status == CertStatus.materials_incomplete.value,
        there_is(
            plan,
            plan.c.id == e.plan_id,
            e.material_deadline.is_not(None),
            or_(e.material_deadline <= ctx.instant, plan.c.decide_end <= ctx.instant),
        ),
    )
    return or_(in_confirm_window(e, ctx), late)


def deadline_in_plan(e: Any, ctx: Context) -> ColumnElement[bool]:
    """Say that the deadline typed, if any, does not lie behind the end of the decision time."""
    deadline = ctx.inputs.get("deadline")
    if deadline is None:
        return true()
    plan = _plan()
    return there_is(plan, plan.c.id == e.plan_id, instant(deadline) <= plan.c.decide_end)


def in_decide_window(e: Any, ctx: Context) -> ColumnElement[bool]:
    """Say that the decision time runs, or the authority took its decision back."""
    plan = _plan()
    inside = there_is(
        plan,
        plan.c.id == e.plan_id,
        plan.c.decide_start <= ctx.instant,
        ctx.instant < plan.c.decide_end,
    )
    return or_(inside, _reopened(e, ctx))


def decide_begun(e: Any, ctx: Context) -> ColumnElement[bool]:
    """Say that the decision time has begun; numbering goes on after it."""
    plan = _plan()
    return there_is(plan, plan.c.id == e.plan_id, plan.c.decide_start <= ctx.instant)


def _reopened(e: Any, ctx: Context) -> ColumnElement[bool]:
    """Whether the authority itself brought the row into its present state.

    What was undone since counts as never done, and so does what kept the state.
    """
    if ctx.actor.is_site:
        return false()
    log, later = (
        alias_of(WorkflowLog.__table__, "reopening"),
        alias_of(WorkflowLog.__table__, "later_log"),
    )
    moved_on = there_is(
        later,
        later.c.machine == log.c.machine,
        later.c.entity_id == log.c.entity_id,
        later.c.id > log.c.id,
        later.c.to_state != later.c.from_state,
        not_(later.c.action.startswith(UNDO, autoescape=True)),
        not_(_undone(later)),
    )
    return there_is(
        log,
        log.c.machine == MACHINE_NAME,
        log.c.entity_id == e.id,
        log.c.action.in_(REOPENINGS),
        not_(moved_on),
        not_(_undone(log)),
    )


def _undone(log: Any) -> ColumnElement[bool]:
    row = alias_of(BatchRow.__table__, f"row_of_{log.name}")
    return there_is(
        row,
        row.c.batch_id == log.c.batch_id,
        row.c.row_id == log.c.entity_id,
        row.c.undone_by_id.is_not(None),
    )
