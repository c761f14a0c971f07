"""Two offices with applications enough for several pages, made set-wise."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from models import clock
from models.base.session import ActorSession
from models.certification.choices import CertStatus
from models.certification.tables import CertificationApplication
from models.people.rules import make_id_no
from models.people.tables import Person
from tests.factories.records import House, Ids, make_house

#: Names by turns: several people share each, one is read otherwise than it is written.
NAMES = ("张伟", "曾国藩", "李娜", "单雄信", "Ana Silva")
STATES = (CertStatus.submitted, CertStatus.confirmed, CertStatus.approved_unnumbered)
COUNT = 60


def make_lists(session: ActorSession, count: int = COUNT) -> House:
    """Store the offices, their staff and ``count`` applications of the own, five of the other."""
    house = make_house(session)
    for number in range(count):
        session.add(_application(house.own, number))
    for number in range(1000, 1005):
        session.add(_application(house.other, number))
    session.flush()
    return house


def id_no_of(number: int) -> str:
    """Return the document number of the ``number``-th applicant."""
    return make_id_no("370102", (clock.now() - timedelta(days=10000 + number)).date(), 1)


def _application(office: Ids, number: int) -> CertificationApplication:
    person = Person(
        name=NAMES[number % len(NAMES)],
        id_type="1",
        id_no=id_no_of(number),
        sex="1",
        birth_date=(clock.now() - timedelta(days=10000 + number)).date(),
    )
    same: dict[str, Any] = {
        name: getattr(person, name) for name in ("name", "id_type", "id_no", "sex", "birth_date")
    }
    return CertificationApplication(
        person=person,
        **same,
        plan_id=office.plan,
        org_id=office.authority,
        arrangement_id=office.arrangement,
        site_id=office.site,
        subject_id=office.subject,
        qualification_type=1 + number % 4,
        ethnic_code="01",
        mobile=f"138{number:08d}",
        apply_no=f"B{2026:04d}37101{1:02d}{number:06d}",
        submitted_at=clock.now() - timedelta(hours=number // 3),
        reviewed_at=clock.now(),
        status=STATES[number % len(STATES)],
        receipt_no=None if number % 2 else f"SL{number:06d}",
    )
