"""What a workbook names and the database knows: authorities, sites, plans, subjects, codes,
persons.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from models.certification.import_fields import Codes
from models.certification.tables import CertificationApplication
from models.errors import BadInput
from models.people.tables import Person
from models.planning.choices import PlanKind
from models.planning.tables import SiteArrangement, WorkPlan
from models.reference.tables import CodeItem, CodeSet, Org, Subject
from models.text import msg

#: Applications and persons are judged against everybody's, whoever imports (reading 1).
EVERYBODY = {"unscoped": "uniqueness is judged over all offices"}
#: Pairs in one IN list; SQLite allows 32,766 variables a statement.
PAIRS = 5_000

Key = tuple[str, str]


@dataclass(slots=True)
class Lookups:
    """Everything that cells are resolved against, read once per import."""

    authorities: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    sites: dict[tuple[int, str], int] = field(default_factory=dict)
    plans: dict[int, list[WorkPlan]] = field(default_factory=lambda: defaultdict(list))
    arrangements: dict[tuple[int, int], int] = field(default_factory=dict)
    subjects: dict[str, list[tuple[int, int | None]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    codes: Codes = field(default_factory=dict)

    def authority(self, text: str) -> int:
        """Return the id of a certifying authority by name or five-digit code.

        :raises BadInput: when it is unknown, or when several bear the name.
        """
        found = self.authorities.get(text, [])
        if len(found) > 1:
            raise BadInput(
                msg("Several authorities bear this name. Write the five-digit code instead.")
            )
        if not found:
            raise BadInput(msg("There is no certifying authority %(text)s.", text=text))
        return found[0]

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

    def subject(self, text: str, qualification_type: int) -> int:
        """Return the id of a subject by code or name that fits the qualification type.

        :raises BadInput: when there is none.
        """
        found = self.subjects.get(text, [])
        if not found:
            raise BadInput(msg("There is no subject %(text)s.", text=text))
        fitting = [key for key, only in found if only in {None, qualification_type}]
        if not fitting:
            raise BadInput(
                msg("The subject %(text)s is not offered for this qualification type.", text=text)
            )
        return fitting[0]


def load_lookups(session: Session) -> Lookups:
    """Read the look-ups in the actor's scope."""
    found = Lookups()
    for org in session.execute(
        select(
            Org.id, Org.name, Org.parent_id, Org.kind, Org.province_code, Org.cert_org_code
        ).where(Org.enabled, ~Org.is_deleted)
    ):
        if org.kind == "site":
            found.sites[org.parent_id, org.name] = org.id
        elif org.cert_org_code:
            found.authorities[org.name].append(org.id)
            found.authorities[org.province_code + org.cert_org_code].append(org.id)
    for plan in session.scalars(select(WorkPlan).where(WorkPlan.kind == PlanKind.cert)):
        found.plans[plan.org_id].append(plan)
    for row in session.execute(
        select(SiteArrangement.id, SiteArrangement.plan_id, SiteArrangement.site_id).where(
            SiteArrangement.enabled
        )
    ):
        found.arrangements[row.plan_id, row.site_id] = row.id
    for item in session.execute(
        select(Subject.id, Subject.code, Subject.name, Subject.qualification_type).where(
            Subject.enabled, ~Subject.is_deleted
        )
    ):
        for text in {item.code, item.name}:
            found.subjects[text].append((item.id, item.qualification_type))
    found.codes = _codes(session)
    return found


def _codes(session: Session) -> Codes:
    found: dict[str, dict[str, str]] = defaultdict(dict)
    rows = session.execute(
        select(CodeItem.set_code, CodeItem.code, CodeItem.name)
        .join(CodeSet, CodeSet.code == CodeItem.set_code)
        .where(CodeItem.enabled)
        .order_by(CodeItem.id.desc())
    )
    for set_code, code, name in rows:
        found[set_code][name] = code
    for codes in found.values():
        codes.update({code: code for code in list(codes.values())})
    return found


def known_persons(session: Session, keys: Iterable[Key]) -> dict[Key, Any]:
    """Return persons of any office by (id_type, id_no): id, name, sex, birth_date."""
    found: dict[Key, Any] = {}
    for part in _parts(keys):
        rows = session.execute(
            select(
                Person.id, Person.id_type, Person.id_no, Person.name, Person.sex, Person.birth_date
            ).where(tuple_(Person.id_type, Person.id_no).in_(part)),
            execution_options=EVERYBODY,
        )
        found.update({(row.id_type, row.id_no): row for row in rows})
    return found


def known_applications(
    session: Session, plan_ids: Iterable[int], keys: Iterable[Key]
) -> dict[tuple[int, str, str], str | None]:
    """Return (plan, id_type, id_no) → application number of what is there already."""
    app = CertificationApplication
    plans = list(plan_ids)
    found: dict[tuple[int, str, str], str | None] = {}
    for part in _parts(keys):
        rows = session.execute(
            select(app.plan_id, app.id_type, app.id_no, app.apply_no).where(
                app.plan_id.in_(plans), tuple_(app.id_type, app.id_no).in_(part)
            ),
            execution_options=EVERYBODY,
        )
        found.update({(row.plan_id, row.id_type, row.id_no): row.apply_no for row in rows})
    return found


def taken_numbers(session: Session, numbers: Iterable[str]) -> set[str]:
    """Return which application numbers are in use."""
    found: set[str] = set()
    wanted = sorted(set(numbers))
    for start in range(0, len(wanted), PAIRS):
        part = wanted[start : start + PAIRS]
        found.update(
            number
            for number in session.scalars(
                select(CertificationApplication.apply_no).where(
                    CertificationApplication.apply_no.in_(part)
                ),
                execution_options=EVERYBODY,
            )
            if number
        )
    return found


def _parts(keys: Iterable[Key]) -> Iterable[list[Key]]:
    wanted = sorted(set(keys))
    return (wanted[start : start + PAIRS] for start in range(0, len(wanted), PAIRS))
