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
from models.reference.tables import CodeItem, CodeSet, Org, OrgKind
from models.text import msg
from models.transfer.cells import Codes

#: The rule itself narrows these; its inner query names the tree as a plain table.
ACTING = {"unscoped": "import: offices that the actor acts for"}


@dataclass(slots=True)
class Lookups:
    """Everything that cells are resolved against, read once per import."""

    authorities: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    offices: dict[int, str] = field(default_factory=dict)
    acting: set[int] = field(default_factory=set)
    sites: dict[tuple[int, str], int] = field(default_factory=dict)
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
            raise BadInput(
                msg("%(text)s belongs to another organisation: its staff import it.", text=text)
            )
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

        :raises BadInput: when the authority has no such site.
        """
        found = self.sites.get((org_id, text))
        if found is None:
            raise BadInput(msg("This authority has no confirmation site %(text)s.", text=text))
        return found

    def plan(self, org_id: int, text: str | None, at: datetime) -> WorkPlan:
        """Return the named plan of the authority, or the one whose application window holds ``at``.

        :raises BadInput: when there is none.
        """
        plans = self.plans.get(org_id, [])
        if text:
            named = [plan for plan in plans if plan.name == text]
            if not named:
                raise BadInput(msg("This authority has no plan %(text)s.", text=text))
            return named[0]
        now = [plan for plan in plans if plan.apply_start <= at < plan.apply_end]
        if len(now) != 1:
            raise BadInput(
                msg("No plan of this authority takes applications at that time. Name the plan.")
            )
        return now[0]

    def subject(self, text: str, qualification_type: int | None) -> TaughtSubject:
        """Return a subject by code or name: of those of one name one of the qualification type.

        :raises BadInput: when there is none of that name.
        """
        found = self.subjects.get(text, [])
        if not found:
            raise BadInput(msg("There is no subject %(text)s.", text=text))
        fitting = (each for each in found if qualification_type and each.is_of(qualification_type))
        return next(fitting, found[0])


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
    found.codes = _codes(session)
    return found


def _load_orgs(session: Session, actor: Actor, found: Lookups) -> None:
    found.acting = _acting(session, actor)
    columns = (Org.id, Org.name, Org.parent_id, Org.kind, Org.province_code, Org.cert_org_code)
    for org in session.execute(select(*columns).where(Org.enabled, ~Org.is_deleted)):
        if org.kind == OrgKind.site:
            found.sites[org.parent_id, org.name] = org.id
        elif org.cert_org_code:
            code = org.province_code + org.cert_org_code
            found.offices[org.id] = code
            for text in (org.name, code):
                found.authorities[text].append(org.id)


def _acting(session: Session, actor: Actor) -> set[int]:
    """Return the offices whose applications the actor may enter: seeing them is not enough."""
    acts = true() if actor.is_system else Owned("id").acts(Org, actor)
    return set(session.scalars(select(Org.id).where(acts), execution_options=ACTING))


def _codes(session: Session) -> Codes:
    found: dict[str, dict[str, str]] = defaultdict(dict)
    rows = session.execute(
        select(CodeItem.set_code, CodeItem.code, CodeItem.name)
        .join(CodeSet, CodeSet.code == CodeItem.set_code)
        .where(CodeItem.enabled, ~CodeItem.is_deleted)
        .order_by(CodeItem.id.desc())
    )
    for set_code, code, name in rows:
        found[set_code][name] = code
    for codes in found.values():
        codes.update({code: code for code in list(codes.values())})
    return found
