"""Records of planning: windows in order, and only one's own sites in one's own plans
[AUTH-01…03].
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from flask import request
from sqlalchemy import ColumnElement, inspect, not_
from sqlalchemy.orm import Session
from typing_extensions import override

from models.base.actor import Actor
from models.planning.arranging import OVER, part_faults, why_no_part
from models.planning.choices import PlanStatus
from models.planning.rules import plan_faults
from models.planning.scope import PLANS
from models.planning.shortening import has_applications, left_outside, sites_outside
from models.planning.tables import SiteArrangement, WorkPlan
from models.reference.scope import line_of
from models.reference.tables import Org, OrgKind
from models.text import Message, msg
from views.base.form import Confirmation, Editable
from views.base.record import RecordPages
from views.base.request import actor, session
from views.base.shown import whole_of

#: What names a plan in issued numbers: settled once applicants have seen it.
SETTLED = frozenset({"kind", "year", "batch_no", "org_id"})
#: What may still be said of a plan that is over.
TOLD = frozenset({"notice"})
SHORTENING = Confirmation(
    "confirm_shortening",
    msg("Shorten the time although applications were acted upon in what is cut off."),
    msg("Needed only to shorten a time; it is kept in the audit trail."),
)


class PlanRecord(RecordPages[WorkPlan]):
    """A plan: free while a draft, partly settled once published, closed to changes afterwards."""

    related = "certification_application"
    # Opened and closed by its own actions, which the history keeps.
    fields = (
        "name kind parent_plan year batch_no join_in apply_start apply_end confirm_start"
        " confirm_end decide_start decide_end material_deadline notice org"
    )

    @override
    def before_save(self, record: WorkPlan, who: Actor, is_created: bool, work: Session) -> None:
        if is_created:
            record.is_open = False  # a draft takes no applications; it is opened once published

    @override
    def editable_fields(self, record: WorkPlan, who: Actor) -> Editable:
        usual = super().editable_fields(record, who)
        if not usual.names:
            return usual
        if record.status in OVER:
            return Editable(
                usual.names & TOLD, msg("The plan is over: only its notice can be changed.")
            )
        if has_applications(session(), record):
            return Editable(
                usual.names - SETTLED,
                msg("There are applications: kind, year and batch number stay as they are."),
                confirmation=SHORTENING,
            )
        if record.status == PlanStatus.published:
            return Editable(
                usual.names - SETTLED,
                msg("The plan is published: kind, year and batch number stay as they are."),
            )
        return usual

    @override
    def lookup_criteria(
        self, name: str, target: Any, record: WorkPlan | None
    ) -> Sequence[ColumnElement[bool]]:
        if name == "parent_plan_id":
            return _parents_for(actor(), record)
        return super().lookup_criteria(name, target, record)

    @override
    def faults(self, record: WorkPlan, who: Actor) -> Iterable[tuple[str | None, Message]]:
        yield from plan_faults(record)
        yield from sites_outside(record)
        yield from _shortening_faults(record)
        yield from _parent_faults(record)
        if record.year is not None and not 1996 <= record.year <= 2100:
            yield "year", msg("A year lies between 1996 and 2100.")
        if record.batch_no is not None and not 1 <= record.batch_no <= 99:
            yield "batch_no", msg("A batch number lies between 1 and 99.")


def _shortening_faults(plan: WorkPlan) -> Iterable[tuple[str | None, Message]]:
    faults = list(left_outside(session(), plan))
    if not request.form.get(SHORTENING.name):
        yield from faults
        if faults:
            yield None, msg("Tick below that the time is to be shortened all the same; say why.")
    elif faults and not session().info.get("reason"):
        yield None, msg("Say why: this change is kept with its reason.")


def _parents_for(who: Actor, plan: WorkPlan | None) -> Sequence[ColumnElement[bool]]:
    """Return what a parent plan is: a published one, of an office above."""
    published = WorkPlan.status == PlanStatus.published.value
    wanted = (published, WorkPlan.id != (plan.id if plan else 0))
    if who.acts_in_subtree:
        return wanted
    return (*wanted, WorkPlan.org_id.in_(line_of(who.org_path)[:-1]))


def _parent_faults(plan: WorkPlan) -> Iterable[tuple[str | None, Message]]:
    if not plan.parent_plan_id or "parent_plan_id" not in inspect(plan).committed_state:
        return
    parent, org = session().get(WorkPlan, plan.parent_plan_id), session().get(Org, plan.org_id or 0)
    above = line_of(org.path)[:-1] if org is not None else []
    if parent is None or parent.org_id not in above or parent.kind != plan.kind:
        yield "parent_plan_id", msg("Choose a plan of the same kind of an organisation above.")


class ArrangementRecord(RecordPages[SiteArrangement]):
    """A site's part in a plan: a site of the plan's own authority, inside the plan's window."""

    @override
    def editable_fields(self, record: SiteArrangement, who: Actor) -> Editable:
        usual = super().editable_fields(record, who)
        why_not = self.why_no_part(whole_of(record), who)
        if usual.names and why_not is not None:
            return Editable(frozenset(), why_not)
        return Editable(usual.names - {"site_id"}, usual.why_not)

    @override
    def why_no_part(self, whole: Any, who: Actor) -> Message | None:
        return why_no_part(whole, who) if whole is not None else None

    @override
    def lookup_criteria(
        self, name: str, target: Any, record: SiteArrangement | None
    ) -> Sequence[ColumnElement[bool]]:
        who = actor()
        if name == "plan_id":
            mine = (
                not_(PLANS.is_above(WorkPlan, who))
                if who.acts_in_subtree
                else WorkPlan.org_id == who.org_id
            )
            return (WorkPlan.status.not_in(OVER), mine)
        if name == "site_id":
            plan = whole_of(record) if record is not None else _plan_asked()
            parent = plan.org_id if plan is not None else who.org_id
            return (Org.kind == OrgKind.site.value, Org.parent_id == parent)
        return super().lookup_criteria(name, target, record)

    @override
    def faults(self, record: SiteArrangement, who: Actor) -> Iterable[tuple[str | None, Message]]:
        plan = whole_of(record)
        return part_faults(session(), plan, record) if plan is not None else ()


def _plan_asked() -> WorkPlan | None:
    """Return the plan that a new arrangement is being made for."""
    asked = request.values.get("plan_id", "")
    if not (asked.isascii() and asked.isdigit() and len(asked) < 10):
        return None
    return session().get(WorkPlan, int(asked))
