"""What a workbook names and the database knows: authorities, sites, plans, subjects, codes."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select, true
from sqlalchemy.orm import Session

from models.base.actor import Actor
from models.base.scope import Owned
from models.errors import BadInput
from models.planning.choices import PlanKind
from models.planning.tables import SiteArrangement, WorkPlan
from models.reference.subjects import TaughtSubject, subjects_to_choose
from models.reference.tables import Org, OrgKind
from models.text import Message, msg
from models.transfer.cells import Codes
from models.transfer.codes import codes_in_use
from models.transfer.importing import elsewhere

#: The rule itself narrows these; its inner query names the tree as a plain table.
ACTING = {"unscoped": "import: offices that the actor acts for"}


@dataclass(slots=True)
class Lookups:
    """Everything that cells are resolved against, read once per import."""

    authorities: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    offices: dict[int, str] = field(default_factory=dict)
    acting: set[int] = field(default_factory=set)
    sites: dict[tuple[int, str], list[int]] = field(default_factory=lambda: defaultdict(list))
    plans: dict[int, list[WorkPlan]] = field(default_factory=lambda: defaultdict(list))
    arrangements: dict[tuple[int, int], int] = field(default_factory=dict)
    subjects: dict[str, list[TaughtSubject]] = field(default_factory=lambda: defaultdict(list))
    codes: Codes = field(default_factory=dict)

    def authority(self, text: str) -> int:
        """Return the id of a certifying authority by name or five-digit code.

        :raises BadInput: when it is unknown, when the actor may only look at it, or when several
            bear the name.
        """
        found = self.authorities.get(text, [])
        if not found:
            raise BadInput(msg("There is no certifying authority %(text)s.", text=text))
        mine = [org_id for org_id in found if org_id in self.acting]
        if not mine:
            raise BadInput(elsewhere(text))
        if len(mine) > 1:
            raise BadInput(
                msg("Several authorities bear this name. Write the five-digit code instead.")
            )
        return mine[0]

    def number_head(self, plan: WorkPlan) -> str:
        """Return what the application numbers of a plan begin with."""
        return f"B{plan.year}{self.offices[plan.org_id]}{plan.batch_no:02d}"

    def site(self, org_id: int, text: str) -> int:
        """Return the id of a confirmation site of that authority.

        :raises BadInput: when the authority has no such site, or several.
        """
        found = self.sites.get((org_id, text), [])
        if not found:
            raise BadInput(msg("This authority has no confirmation site %(text)s.", text=text))
        if len(found) > 1:
            raise BadInput(
                msg(
                    "Several confirmation sites of this authority are called %(text)s."
                    " Write the school code, or give the sites different names.",
                    text=text,
                )
            )
        return found[0]

    def plan(self, org_id: int, text: str | None, at: datetime) -> WorkPlan:
        """Return the plan of the authority that is named, or takes applications ``at`` that time;
        of several called alike, the one that takes them then.

        :raises BadInput: when there is none, or not one alone.
        """
        plans = self.plans.get(org_id, [])
        named = [plan for plan in plans if plan.name == text] if text else plans
        if text and not named:
            raise BadInput(msg("This authority has no plan %(text)s.", text=text))
        now = [plan for plan in named if plan.apply_start <= at < plan.apply_end]
        if text and len(named) == 1:
            return named[0]
        if len(now) != 1:
            raise BadInput(_which_plan(text))
        return now[0]

    def subject(self, text: str, qualification_type: int | None) -> TaughtSubject:
        """Return a subject by code or name: of those of one name one that lists the qualification
        type, else one of any type; one of another type where none fits, for the rule to refuse.

        :raises BadInput: when there is none of that name, or several fit.
        """
        found = self.subjects.get(text, [])
        if not found:
            raise BadInput(msg("There is no subject %(text)s.", text=text))
        own = [each for each in found if qualification_type in each.types]
        fitting = own or [each for each in found if not each.types]
        if len(fitting) > 1:
            raise BadInput(msg("Several subjects are called %(text)s. Write the code.", text=text))
        return next(iter(fitting), found[0])


def _which_plan(text: str | None) -> Message:
    if text:
        return msg(
            "Several plans of this authority are called %(text)s, and not one of them alone takes"
            " applications at that time. Give the plans different names.",
            text=text,
        )
    return msg("No plan of this authority takes applications at that time. Name the plan.")


def load_lookups(session: Session, actor: Actor) -> Lookups:
    """Read what the actor may see, and which authorities he may act for."""
    found = Lookups()
    _load_orgs(session, actor, found)
    for plan in session.scalars(select(WorkPlan).where(WorkPlan.kind == PlanKind.cert)):
        if plan.org_id in found.acting:
            found.plans[plan.org_id].append(plan)
    for row in session.execute(
        select(SiteArrangement.id, SiteArrangement.plan_id, SiteArrangement.site_id).where(
            SiteArrangement.enabled
        )
    ):
        found.arrangements[row.plan_id, row.site_id] = row.id
    for subject in subjects_to_choose(session):
        for text in {subject.code, subject.name}:
            found.subjects[text].append(subject)
    found.codes = codes_in_use(session)
    return found


def _load_orgs(session: Session, actor: Actor, found: Lookups) -> None:
    found.acting = _acting(session, actor)
    numbers = (Org.province_code, Org.cert_org_code, Org.school_code)
    columns = (Org.id, Org.name, Org.parent_id, Org.kind, *numbers)
    for org in session.execute(select(*columns).where(Org.enabled, ~Org.is_deleted)):
        if org.kind == OrgKind.site:
            for text in filter(None, {org.name, org.school_code}):
                found.sites[org.parent_id, text].append(org.id)
        elif org.cert_org_code:
            code = org.province_code + org.cert_org_code
            found.offices[org.id] = code
            for text in (org.name, code):
                found.authorities[text].append(org.id)


def _acting(session: Session, actor: Actor) -> set[int]:
    """Return the offices whose applications the actor may enter: seeing them is not enough."""
    acts = true() if actor.is_system else Owned("id").acts(Org, actor)
    return set(session.scalars(select(Org.id).where(acts), execution_options=ACTING))
