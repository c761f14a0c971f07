"""The state machine of plans (schema §3.6), and opening them for applications [AUTH-02]."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, not_

from models.base.orm import Base
from models.planning.choices import PlanStatus
from models.planning.editing import PLANS
from models.planning.tables import WorkPlan
from models.text import Label, msg
from models.workflow import marks
from models.workflow.machine import Context, Guard, Machine, Transition, Undoing
from models.workflow.registry import register
from models.workflow.sql import alias_of, there_is

S = PlanStatus


def _applications() -> Any:
    """Return the applications by name: that area stands above this one."""
    return alias_of(Base.metadata.tables["certification_application"], "application")


def _no_submission(e: Any, _ctx: Context) -> ColumnElement[bool]:
    application = _applications()
    return not_(there_is(application, application.c.plan_id == e.id))


def _all_numbered(e: Any, _ctx: Context) -> ColumnElement[bool]:
    application = _applications()
    return not_(
        there_is(
            application,
            application.c.plan_id == e.id,
            application.c.status == "approved_unnumbered",
        )
    )


def _not_over(e: Any, ctx: Context) -> ColumnElement[bool]:
    over: ColumnElement[bool] = e.decide_end > ctx.instant
    return over


NO_APPLICATION = Guard(
    "applications", msg("There are applications in this plan already."), _no_submission
)
ALL_NUMBERED = Guard(
    "unnumbered",
    msg("Approved applications of this plan have no certificate number yet. Number them first."),
    _all_numbered,
)
NOT_OVER = Guard(
    "over", msg("The decision time of the plan is over. Change its times first."), _not_over
)
TAKES_PART = Guard(
    "join_in",
    msg("The authority does not take part in this plan."),
    lambda e, _ctx: e.join_in,
)
IS_CLOSED = Guard(
    "open", msg("The plan is open for applications already."), lambda e, _ctx: not_(e.is_open)
)
IS_OPEN = Guard(
    "not_open", msg("The plan is not open for applications."), lambda e, _ctx: e.is_open
)

PUBLISH = Transition(
    "publish",
    Label("发布", "Publish"),
    sources=(S.draft,),
    target=S.published,
    guards=(NOT_OVER,),
    undoable=True,
    undoing=Undoing(guards=(NO_APPLICATION,)),
)
UNPUBLISH = Transition(
    "unpublish",
    Label("撤回发布", "Unpublish"),
    sources=(S.published,),
    target=S.draft,
    guards=(NO_APPLICATION,),
    danger=True,
)
OPEN_ONLINE = Transition(
    "open_online",
    Label("开通网报", "Open for applications"),
    sources=(S.published,),
    target=S.published,
    guards=(TAKES_PART, IS_CLOSED),
    effects={"is_open": marks.true},
)
CLOSE_ONLINE = Transition(
    "close_online",
    Label("关闭网报", "Close for applications"),
    sources=(S.published,),
    target=S.published,
    guards=(IS_OPEN,),
    effects={"is_open": marks.false},
)
CLOSE = Transition(
    "close",
    Label("结束计划", "Close the plan"),
    sources=(S.published,),
    target=S.closed,
    effects={"is_open": marks.false},
    danger=True,
)
ARCHIVE = Transition(
    "archive",
    Label("归档", "Archive"),
    sources=(S.closed,),
    target=S.archived,
    guards=(ALL_NUMBERED,),
    danger=True,
)
MACHINE = register(
    Machine(
        "plan",
        WorkPlan,
        "status",
        PlanStatus,
        (PUBLISH, UNPUBLISH, OPEN_ONLINE, CLOSE_ONLINE, CLOSE, ARCHIVE),
        title=lambda e: e.name,
        editing=PLANS,
    )
)
