"""The rules of correction (reading 5) as guards, for many applications at once.

:mod:`models.certification.correction` declares them and judges one; here each is an expression over
the rows of a batch. A test holds both to the same answers.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, or_, select, true

from models.accounts.field_rights import FieldRight, right_on
from models.accounts.permissions import RoleCode
from models.accounts.queries import ENABLED
from models.accounts.tables import UserAccount, UserRole
from models.base.actor import Actor
from models.certification import correction, guards, windows
from models.certification.choices import CertStatus, DataSource
from models.certification.correction import RIGHTS, Corrector, corrector_of
from models.certification.tables import CertificationApplication
from models.planning.tables import SiteArrangement, WorkPlan
from models.text import msg
from models.workflow.editing import VALUE
from models.workflow.machine import Context, Editing, Expression, Guard
from models.workflow.sql import alias_of, there_is

S = CertStatus


def may_correct(actor: Actor, name: str) -> bool:
    """Say whether an actor may correct a column of any application."""
    right = right_on(actor, CertificationApplication, name)
    return name in RIGHTS[corrector_of(actor)].fields and right is FieldRight.editable


def _in_time(e: Any, ctx: Context) -> ColumnElement[bool]:
    states = RIGHTS[corrector_of(ctx.actor)].states
    open_: ColumnElement[bool] = e.status.in_([state.value for state in (*states, S.draft)])
    return open_


def _may_touch_draft(e: Any, ctx: Context) -> ColumnElement[bool]:
    who = corrector_of(ctx.actor)
    if who is Corrector.centre:
        return true()
    submitted = e.status != S.draft.value
    entered = e.data_source == DataSource.staff_entry.value
    return or_(submitted, entered) if who is Corrector.authority else submitted


def _plan_alive(e: Any, ctx: Context) -> ColumnElement[bool]:
    plans = RIGHTS[corrector_of(ctx.actor)].plans
    plan = alias_of(WorkPlan.__table__, "its_plan")
    return there_is(plan, plan.c.id == e.plan_id, plan.c.status.in_([p.value for p in plans]))


def _in_window(e: Any, ctx: Context) -> ColumnElement[bool]:
    is_site = corrector_of(ctx.actor) is Corrector.site
    return windows.in_confirm_window(e, ctx) if is_site else true()


def _fits_plan(e: Any, ctx: Context) -> ColumnElement[bool]:
    """An arrangement is one of the row's own plan."""
    chosen = ctx.inputs.get(VALUE)
    if chosen is None:
        return true()
    arrangement = alias_of(SiteArrangement.__table__, "new_arrangement")
    return there_is(
        arrangement,
        arrangement.c.id == chosen,
        arrangement.c.plan_id == e.plan_id,
        arrangement.c.enabled,
    )


def _reviews_here(e: Any, ctx: Context) -> ColumnElement[bool]:
    """A reviewer is an enabled account that reviews for the row's own authority."""
    chosen = ctx.inputs.get(VALUE)
    if chosen is None:
        return true()
    account = alias_of(UserAccount.__table__, "reviewer")
    held = alias_of(UserRole.__table__, "reviewers_role")
    return there_is(
        account.join(held, held.c.user_id == account.c.id),
        account.c.id == chosen,
        account.c.status == ENABLED,
        held.c.role_code == RoleCode.authority.value,
        held.c.scope_org_id == e.org_id,
    )


def _site_of_arrangement(_e: Any, ctx: Context) -> ColumnElement[Any]:
    own = SiteArrangement.id == ctx.inputs.get(VALUE)
    return select(SiteArrangement.site_id).where(own).scalar_subquery()


STATES = (
    Guard("numbered", correction.NUMBERED, lambda e, _ctx: e.status != S.approved_numbered.value),
    Guard("draft", correction.NOT_SUBMITTED, _may_touch_draft),
    Guard(
        "too_late",
        correction.TOO_LATE,
        _in_time,
        detail=lambda e, _ctx: e.status,
        describe=lambda _session, state: S.labels()[state],
    ),
)
TIMES = (
    Guard("plan", msg("The plan does not allow corrections any more."), _plan_alive),
    Guard("window", correction.OUTSIDE, _in_window),
)
FITTING: dict[str, tuple[Guard, ...]] = {
    "arrangement_id": (
        Guard(
            "other_plan",
            msg("This confirmation site takes no part in its plan."),
            _fits_plan,
            asks=VALUE,
        ),
    ),
    "reviewer_id": (
        Guard(
            "no_reviewer",
            msg("This account does not review for the application's authority."),
            _reviews_here,
            asks=VALUE,
        ),
    ),
}
FOLLOWS: dict[str, dict[str, Expression]] = {"arrangement_id": {"site_id": _site_of_arrangement}}


def guards_of(name: str) -> tuple[Guard, ...]:
    """Return why a column of an application may not be corrected."""
    return (*STATES, *TIMES, *FITTING.get(name, ()))


EDITING = Editing(
    "arrangement_id reviewer_id pledge_signed moral_form_received is_fresh_graduate place_basis"
    " exam_channel learn_form_code political_code",
    may_correct,
    guards_of,
    FOLLOWS,
    undoing=(guards.PLAN_NOT_ARCHIVED, *STATES[:2]),
)
