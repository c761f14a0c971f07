"""Small offices for tests of tables: two authorities, each with a site and a plan."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from models.base.actor import Actor
from models.base.session import ActorSession
from models.certification.tables import CertificationApplication
from models.people.tables import Person
from models.planning.tables import SiteArrangement, WorkPlan
from models.reference.tables import Org, Region, Subject

START = datetime(2026, 3, 1, tzinfo=UTC)
WINDOWS = ("apply_start", "apply_end", "confirm_start", "confirm_end", "decide_start", "decide_end")
_serials = count(1)


@dataclass
class Office:
    """An authority with one confirmation site and one plan."""

    authority: Org
    site: Org
    plan: WorkPlan
    arrangement: SiteArrangement
    subject: Subject

    def actor(self, *grants: str) -> Actor:
        """Return a member of the authority's staff."""
        return Actor(
            "staff",
            grants=frozenset(grants),
            org_id=self.authority.id,
            org_path=self.authority.path,
            authority_id=self.authority.id,
            is_leaf=True,
        )

    def site_actor(self) -> Actor:
        """Return a member of the site's staff."""
        return Actor(
            "site",
            org_id=self.site.id,
            org_path=self.site.path,
            authority_id=self.authority.id,
            is_site=True,
            is_leaf=True,
        )

    def application(self, **values: Any) -> CertificationApplication:
        """Make a draft with its person; ``values`` go before."""
        person = values.pop("person", None) or make_person()
        same = ("name", "id_type", "id_no", "sex", "birth_date")
        base = {name: getattr(person, name) for name in same} | {
            "person": person,
            "plan": self.plan,
            "org": self.authority,
            "arrangement": self.arrangement,
            "subject": self.subject,
            "qualification_type": 3,
        }
        return CertificationApplication(**(base | values))


def make_person(**values: Any) -> Person:
    """Make a person with a passport nobody else has."""
    base = {
        "name": "曾国藩",
        "id_type": "A",
        "id_no": f"E{next(_serials):08d}",
        "sex": "1",
        "birth_date": date(1990, 1, 1),
    }
    return Person(**(base | values))


def make_plan(authority: Org, **values: Any) -> WorkPlan:
    """Make a plan whose six instants are ten days apart."""
    windows = {name: START + timedelta(days=10 * i) for i, name in enumerate(WINDOWS)}
    windows["confirm_start"] = windows["apply_end"]
    return WorkPlan(**({"name": "2026", "org": authority, "year": 2026} | windows | values))


def make_offices(session: ActorSession) -> tuple[Office, Office]:
    """Store a province with two offices."""
    region = Region(code="11", name="北京市", level=1, province_code="11")
    subject = Subject(code="S1", name="语文")
    province = _org(session, region, None, "province")
    offices = []
    for _ in range(2):
        authority = _org(session, region, province, "county")
        site = _org(session, region, authority, "site")
        plan = make_plan(authority)
        arrangement = SiteArrangement(plan=plan, site=site)
        session.add_all([subject, arrangement])
        session.flush()
        offices.append(Office(authority, site, plan, arrangement, subject))
    return offices[0], offices[1]


def _org(session: ActorSession, region: Region, parent: Org | None, kind: str) -> Org:
    org = Org(name=kind, kind=kind, region=region, province_code="11", parent=parent)
    session.add(org)
    session.flush()
    org.path = f"{parent.path if parent else '/'}{org.id}/"
    session.flush()
    return org
