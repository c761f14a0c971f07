"""One office in the middle of its work: applications in every state before the certificate."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from models import clock
from models.accounts.queries import actor_named
from models.base.session import ActorSession
from models.planning.tables import SiteArrangement, WorkPlan
from models.reference.tables import CodeItem, CodeSet, Org, OrgQualificationType, Subject
from tests.factories.certification import Office, make_application
from tests.factories.records import House, Ids, make_house
from tests.factories.reference import make_materials

#: Code sets that a workbook's cells name, with the one item that they do name.
SETS = {"POLITICAL": ("13", "群众"), "EDU_LEVEL": ("21", "大学本科毕业")}
#: State → applications of the own site; one more is submitted, that of every house.
COUNTS = {
    "draft": 2,
    "submitted": 4,
    "materials_incomplete": 1,
    "confirm_rejected": 1,
    "confirmed": 4,
    "review_rejected": 1,
    "approved_unnumbered": 3,
}


@dataclass
class Job(House):
    """The office of the users with its applications by state, and those it must not touch."""

    rows: dict[str, list[int]]
    elsewhere: int
    foreign: int
    office: Office


def make_main_job(session: ActorSession) -> Job:
    """Store two certifying authorities: the own at work, another with one submitted application.

    ``elsewhere`` is an application of the own authority's second site, ``foreign`` the other's.
    """
    house = make_house(session)
    make_materials(session)
    for set_code, (code, name) in SETS.items():
        session.add(CodeSet(code=set_code, name=set_code))
        session.flush()
        session.add(CodeItem(set_code=set_code, code=code, name=name))
    own = _certify(session, house.own, "101", "authority", "confirm")
    _certify(session, house.other, "102", "neighbour", "neighbour")
    rows = {state: make_rows(session, own, state, count) for state, count in COUNTS.items()}
    elsewhere = make_rows(
        session,
        own,
        "submitted",
        1,
        site_id=house.own.second_site,
        arrangement_id=house.own.second_arrangement,
    )
    session.flush()
    return Job(
        house.province, house.own, house.other, rows, elsewhere[0], house.other.application, own
    )


def make_rows(
    session: ActorSession, office: Office, state: str, count: int, **traits: int
) -> list[int]:
    """Store ``count`` applications in a state; the first is the one reviewed last."""
    made = []
    for number in range(count):
        past = clock.now() - timedelta(minutes=number)
        times = {} if state == "draft" else {"submitted_at": past}
        if state in ("approved_unnumbered", "review_rejected"):
            times |= {"reviewed_at": past}
        made.append(make_application(session, office, state, **times, **traits).id)
    return made


def _certify(session: ActorSession, ids: Ids, code: str, authority: str, confirm: str) -> Office:
    """Let an authority certify types 1 to 4 under a three-digit code."""
    org = session.get_one(Org, ids.authority)
    org.is_certifying, org.cert_org_code = True, code
    session.add_all(
        OrgQualificationType(org_id=org.id, qualification_type=kind) for kind in range(1, 5)
    )
    session.flush()
    return Office(
        org,
        session.get_one(Org, ids.site),
        session.get_one(WorkPlan, ids.plan),
        session.get_one(SiteArrangement, ids.arrangement),
        session.get_one(Subject, ids.subject),
        actor_named(session, authority),
        actor_named(session, confirm),
    )
