"""Good rows of the workbook: applicants nobody has seen before, as cells under their headings."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import clock
from models.base.columns import meta
from models.certification.import_fields import FIELDS, RESUME
from models.certification.tables import CertificationApplication
from models.people.tables import Person
from models.planning.choices import PlanStatus
from models.planning.tables import SiteArrangement, WorkPlan
from models.reference.tables import CodeItem, Org, Subject
from models.restriction.tables import RestrictionEntry
from models.transfer.codes import distinguished
from seed.demo.people import People, Place, ResumeLine
from seed.demo.places import DEMO_REGION, TYPES
from seed.demo.sources import people_source, places

TABLE = CertificationApplication.__table__
EVERYBODY = {"unscoped": "made-up people must not be anybody who is there"}

Cells = dict[str, Any]


@dataclass(slots=True)
class Office:
    """The authority that the workbook applies to, and what the cells are made from."""

    org: Org
    plan: WorkPlan
    sites: list[Org]
    place: Place
    #: Name of each code by set and code.
    codes: dict[tuple[str, str], str]
    subjects: dict[str, str]


class NoOpenPlan(LookupError):
    """There is no demo authority with a plan that takes applications today."""


def open_office(session: Session) -> Office:
    """Return the demo authority with its plan that is open today.

    :raises NoOpenPlan: when the demo is not loaded, or its plan has run out.
    """
    now = clock.now()
    plan = session.scalar(
        select(WorkPlan)
        .join(Org, Org.id == WorkPlan.org_id)
        .where(
            Org.region_code == DEMO_REGION,
            Org.is_certifying,
            WorkPlan.status == PlanStatus.published.value,
            WorkPlan.apply_start <= now,
            WorkPlan.apply_end > now,
        )
        .order_by(WorkPlan.id)
    )
    if plan is None:
        raise NoOpenPlan("No demo plan is open today: load the demo data into a new database.")
    sites = session.scalars(
        select(Org)
        .join(SiteArrangement, SiteArrangement.site_id == Org.id)
        .where(SiteArrangement.plan_id == plan.id, SiteArrangement.enabled)
        .order_by(SiteArrangement.id)
    )
    return Office(
        plan.org,
        plan,
        list(sites),
        places(session)[DEMO_REGION],
        _codes(session),
        {row.code: row.name for row in session.execute(select(Subject.code, Subject.name))},
    )


def _codes(session: Session) -> dict[tuple[str, str], str]:
    """Return what a file calls the codes of each set: one that shares its label by both."""
    sets: dict[str, dict[str, str]] = defaultdict(dict)
    for row in session.execute(select(CodeItem.set_code, CodeItem.code, CodeItem.name)):
        sets[row.set_code][row.code] = row.name
    return {
        (name, code): said
        for name, labels in sets.items()
        for code, said in distinguished(labels).items()
    }


def new_people(session: Session, rng: Random) -> People:
    """Return a source of people whose documents and mobile numbers nobody has yet."""
    taken: set[str] = set()
    for columns in ((Person.id_no, Person.mobile), (RestrictionEntry.id_no,)):
        for row in session.execute(select(*columns), execution_options=EVERYBODY):
            taken.update(value for value in row if value)
    return people_source(session, rng, taken)


def good_row(office: Office, people: People) -> Cells:
    """Return the cells of an application that the import accepts."""
    rng = people.rng
    applicant = people.make(office.place, TYPES["county"])
    site = rng.choice(office.sites)
    values = applicant.fields | {
        "plan_id": office.plan.name,
        "org_id": office.org.name,
        "site_id": site.name,
        "subject_id": office.subjects[applicant.subject_code],
        "pledge_signed": True,
        "submitted_at": _submitted_at(rng, office.plan),
        "resume": ";".join(map(_resume_text, applicant.resume)),
    }
    return {field.heading: _cell(office, field.name, values.get(field.name)) for field in FIELDS}


def _submitted_at(rng: Random, plan: WorkPlan) -> datetime:
    """Return an instant of the application window that has passed."""
    passed = clock.day_start(clock.today()) - plan.apply_start
    return plan.apply_start + timedelta(seconds=rng.randrange(max(60, int(passed.total_seconds()))))


def _resume_text(line: ResumeLine) -> str:
    end = f"{line.end:%Y-%m}" if line.end else "至今"
    return f"{line.start:%Y-%m}~{end}|{line.unit}|{line.position}|{line.witness}"


def _cell(office: Office, name: str, value: Any) -> Any:
    """Return a value as people write it: labels for codes, Shanghai time for instants."""
    if name == RESUME.name or value is None:
        return value
    declared = meta(TABLE.c[name])
    if isinstance(value, bool):
        return "是" if value else "否"
    if declared.choices:
        return declared.choices[str(value)].zh
    if declared.code_set:
        return office.codes[declared.code_set, value]
    if isinstance(value, datetime):
        return value.astimezone(clock.SHANGHAI).replace(tzinfo=None)
    return value
