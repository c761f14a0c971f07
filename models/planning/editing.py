"""What of plans and of their sites' parts is changed for many records at once."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, String, cast, not_

from models.accounts.field_rights import writes
from models.planning.arranging import OVER
from models.planning.tables import SiteArrangement, WorkPlan
from models.reference.tables import Org
from models.text import msg
from models.workflow import sql
from models.workflow.editing import VALUE
from models.workflow.machine import Context, Editing, Guard
from models.workflow.registry import register
from models.workflow.sql import alias_of, of_row, there_is
from models.workflow.stateless import Place, stateless


def _plan() -> Any:
    return alias_of(WorkPlan.__table__, "whole_plan")


def _goes_on(e: Any, _ctx: Context) -> ColumnElement[bool]:
    plan = _plan()
    return there_is(plan, plan.c.id == e.plan_id, plan.c.status.not_in(OVER))


def _is_not_over(e: Any, _ctx: Context) -> ColumnElement[bool]:
    going: ColumnElement[bool] = e.status.not_in(OVER)
    return going


def _holds_somebody(_e: Any, ctx: Context) -> ColumnElement[bool]:
    return sql.number(ctx.inputs.get(VALUE)) >= 1


def _title(e: Any) -> ColumnElement[str]:
    site = alias_of(Org.__table__, "arranged_site")
    return cast(of_row(site.c.name, site.c.id == e.site_id), String())


def _place(e: Any, _ctx: Context) -> Place:
    plan = _plan()
    return of_row(plan.c.org_id, plan.c.id == e.plan_id), e.site_id


GOES_ON = Guard(
    "plan_over", msg("The plan is over: its windows and sites stay as they are."), _goes_on
)
CAPACITY = Guard(
    "capacity",
    msg("A capacity is at least one person a day, or empty."),
    _holds_somebody,
    asks=VALUE,
)
WHILE_CLOSED = (
    Guard("plan_over", msg("The plan is over."), _is_not_over),
    Guard(
        "open",
        msg("The plan is open for applications. Close it first."),
        lambda e, _ctx: not_(e.is_open),
    ),
)
PLANS = Editing("join_in", writes(WorkPlan), lambda _name: WHILE_CLOSED, undoing=WHILE_CLOSED)


def _of_part(name: str) -> tuple[Guard, ...]:
    return (GOES_ON, CAPACITY) if name == "daily_capacity" else (GOES_ON,)


register(
    stateless(
        SiteArrangement,
        Editing("enabled daily_capacity", writes(SiteArrangement), _of_part, undoing=(GOES_ON,)),
        title=_title,
        place=_place,
    )
)
