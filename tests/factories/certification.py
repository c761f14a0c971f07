"""Applications for tests, in any state, with what that state needs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from models.base.actor import Actor
from models.base.session import ActorSession
from models.certification.choices import CertStatus, MaterialState
from models.certification.tables import CertificationApplication
from models.certification.tables_parts import ApplicationMaterial
from models.people.rules import make_id_no
from models.people.tables import Person
from models.planning.tables import SiteArrangement, WorkPlan
from models.reference.tables import Org, Subject
from tests.factories.accounts import make_actor
from tests.factories.planning import make_arrangement, make_plan
from tests.factories.reference import make_authority, make_basics, make_root, make_site

#: The instant at which tests of certification take place: 09:00 in Shanghai.
AT = datetime(2026, 11, 23, 1, tzinfo=UTC)
_numbers = count(1)


@dataclass
class Office:
    """An authority with one site, an open plan, and somebody at each desk."""

    org: Org
    site: Org
    plan: WorkPlan
    arrangement: SiteArrangement
    subject: Subject
    authority: Actor
    confirm: Actor


@dataclass
class World:
    """Two offices under one root, and the centre above them."""

    here: Office
    there: Office
    centre: Actor


def make_world(session: ActorSession) -> World:
    """Store two offices that know nothing of each other."""
    subject, root = make_basics(session), make_root(session)
    here, there = (make_office(session, root, subject, name) for name in ("甲市", "乙市"))
    return World(here, there, make_actor(session, "super", root))


def make_office(session: ActorSession, root: Org, subject: Subject, name: str) -> Office:
    """Store an office with its staff."""
    org = make_authority(session, root, name)
    site = make_site(session, org)
    plan = make_plan(session, org, AT)
    return Office(
        org,
        site,
        plan,
        make_arrangement(session, plan, site),
        subject,
        make_actor(session, "authority", org),
        make_actor(session, "confirm", site),
    )


def make_person(session: ActorSession, **traits: Any) -> Person:
    """Store a person with a valid document number that nobody else has."""
    serial = next(_numbers)
    birth = date(1990, 1, 1) + timedelta(days=serial // 500)
    id_no = make_id_no("370102", birth, 1 + serial % 500 * 2 % 999)
    values = {
        "name": f"申请人{serial}",
        "id_type": "1",
        "id_no": id_no,
        "sex": "1",
        "birth_date": birth,
    }
    person = Person(**(values | traits))
    session.add(person)
    session.flush()
    return person


def make_application(
    session: ActorSession, office: Office, status: str = "draft", **traits: Any
) -> CertificationApplication:
    """Store an application of a new person; once submitted, its materials are received."""
    person = traits.pop("person", None) or make_person(session)
    copied = ("name", "id_type", "id_no", "sex", "birth_date", "ethnic_code")
    values: dict[str, Any] = {name: getattr(person, name) for name in copied} | {
        "person_id": person.id,
        "plan_id": office.plan.id,
        "org_id": office.org.id,
        "arrangement_id": office.arrangement.id,
        "site_id": office.site.id,
        "subject_id": office.subject.id,
        "qualification_type": 3,
        "mobile": "13800000000",
        "edu_level_code": "21",
        "status": status,
    }
    values |= _marks(status)
    if status != CertStatus.draft:
        codes = ("id_document", "photo")
        received = {"required": True, "state": MaterialState.received.value}
        values["materials"] = [ApplicationMaterial(material_code=c, **received) for c in codes]
    application = CertificationApplication(**(values | traits))
    session.add(application)
    session.flush()
    return application


def make_material(
    session: ActorSession, application: CertificationApplication, code: str, **traits: Any
) -> ApplicationMaterial:
    """Store a required material, received unless said otherwise."""
    values: dict[str, Any] = {"required": True, "state": MaterialState.received.value}
    material = ApplicationMaterial(
        application_id=application.id, material_code=code, **(values | traits)
    )
    session.add(material)
    session.flush()
    return material


def _marks(status: str) -> dict[str, Any]:
    """Return the columns that the table's checks want in a state."""
    if status == CertStatus.draft:
        return {}
    marks: dict[str, Any] = {"apply_no": f"T{next(_numbers):017d}", "submitted_at": AT}
    if status == CertStatus.materials_incomplete:
        marks |= {"status_note": "缺照片"}
    if status in ("approved_unnumbered", "approved_numbered", "review_rejected"):
        marks |= {"reviewed_at": AT}
    if status == CertStatus.approved_numbered:
        marks |= {"numbered_at": AT}
    return marks
