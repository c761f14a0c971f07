"""The demo: complete, consistent, with a real history, and open today."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from models import clock
from models.accounts.passwords import verify_or_waste
from models.accounts.tables import UserAccount, UserRole
from models.base.actor import system_actor
from models.base.contact import is_mobile
from models.base.session import ActorSession
from models.certification.choices import CertStatus
from models.certification.tables import CertificationApplication
from models.certification.tables_certificate import Certificate
from models.certification.tables_parts import ApplicationMaterial, ApplicationResume
from models.people.certificate_numbers import decode_certificate_no
from models.people.rules import check_id
from models.people.tables import Person
from models.planning.tables import SiteArrangement, WorkPlan
from models.reference.tables import Org, OrgQualificationType
from models.restriction.tables import RestrictionEntry
from models.workflow.tables import WorkflowLog
from seed.demo.places import BUSY, DEMO_REGION
from seed.demo.staff import DEMO_PASSWORD
from tests.support.databases import SessionOf

App = CertificationApplication
pytestmark = pytest.mark.template("demo")


@pytest.fixture
def session(session_of: SessionOf) -> ActorSession:
    """Return a session that sees everything."""
    return session_of(system_actor("test"))


@pytest.fixture
def demo_org(session: ActorSession) -> Org:
    """Return the authority of the demo accounts."""
    found = select(Org).where(Org.region_code == DEMO_REGION, Org.is_certifying)
    return session.scalars(found).one()


def count(session: ActorSession, cls: type[Any]) -> int:
    """Return how many rows a table has."""
    return session.scalar(select(func.count()).select_from(cls)) or 0


def test_the_demo_has_three_provinces_with_everything_below(session: ActorSession) -> None:
    kinds = Counter(session.scalars(select(Org.kind)))
    assert kinds["center"] == 1
    assert kinds["province"] == 3
    assert kinds["city"] >= 6
    assert kinds["county"] >= 15
    assert kinds["site"] >= 30
    assert kinds["school"] >= 9
    child, parent = aliased(Org), aliased(Org)
    pairs = session.execute(
        select(child.id, child.path, parent.path).join(parent, parent.id == child.parent_id)
    )
    assert all(path == f"{above}{id_}/" for id_, path, above in pairs)


def test_demo_accounts_have_their_roles_and_nobody_else_the_password(
    session: ActorSession, demo_org: Org
) -> None:
    held = {
        row.username: (row.role_code, row.scope_org_id)
        for row in session.execute(
            select(UserAccount.username, UserRole.role_code, UserRole.scope_org_id).join(
                UserRole, UserRole.user_id == UserAccount.id
            )
        )
    }
    org_of = {row.id: row for row in session.scalars(select(Org))}
    assert held["sysadmin"][0] == "super"
    assert org_of[held["sysadmin"][1]].kind == "center"
    assert held["authority"] == ("authority", demo_org.id)
    assert held["confirm"][0] == "confirm"
    assert org_of[held["confirm"][1]].parent_id == demo_org.id
    assert held["viewer"][0] == "info_viewer"
    assert org_of[held["viewer"][1]].region_code == "44"
    hashes: dict[str, set[str]] = defaultdict(set)
    for name, digest in session.execute(select(UserAccount.username, UserAccount.password_hash)):
        hashes[digest].add(name)
    open_to_all = [
        names for digest, names in hashes.items() if verify_or_waste(digest, DEMO_PASSWORD)
    ]
    assert open_to_all == [{"sysadmin", "authority", "confirm", "viewer"}]


def test_every_window_of_the_demo_plan_is_open_today(session: ActorSession, demo_org: Org) -> None:
    plans = {
        (plan.year, plan.batch_no): plan
        for plan in session.scalars(select(WorkPlan).where(WorkPlan.org_id == demo_org.id))
    }
    today = clock.today()
    plan, now = plans[today.year, 1], clock.now()
    assert plan.status == "published"
    assert plan.is_open
    for start, end in (
        (plan.apply_start, plan.apply_end),
        (plan.confirm_start, plan.confirm_end),
        (plan.decide_start, plan.decide_end),
    ):
        assert start <= now < end
    for site in plan.arrangements:
        assert (site.confirm_start or plan.confirm_start) <= now
        assert now < (site.confirm_end or plan.confirm_end)
    assert plans[today.year - 1, 1].status == "archived"
    assert plans[today.year, 2].status == "draft"


def test_every_state_is_there_at_every_busy_authority(session: ActorSession, demo_org: Org) -> None:
    states: dict[str, Counter[str]] = defaultdict(Counter)
    rows = session.execute(
        select(Org.region_code, App.status, func.count())
        .join(Org, Org.id == App.org_id)
        .group_by(Org.region_code, App.status)
    )
    for region, status, number in rows:
        states[region][status] += number
    assert set(states) == {busy.region for busy in BUSY}
    for busy in BUSY:
        assert set(states[busy.region]) == {state.value for state in CertStatus}
        assert states[busy.region].total() == busy.applications + busy.last_year
    assert states[DEMO_REGION].total() == 600


def test_applications_hang_together(session: ActorSession) -> None:
    site = aliased(Org)
    rows = session.execute(
        select(
            App.org_id,
            WorkPlan.org_id,
            App.plan_id,
            SiteArrangement.plan_id,
            App.site_id,
            SiteArrangement.site_id,
            site.parent_id,
        )
        .join(WorkPlan, WorkPlan.id == App.plan_id)
        .join(SiteArrangement, SiteArrangement.id == App.arrangement_id)
        .join(site, site.id == App.site_id)
    ).all()
    assert len(rows) == count(session, App)
    for org, plan_org, plan, its_plan, at, its_site, above in rows:
        assert org == plan_org == above
        assert plan == its_plan
        assert at == its_site
    offered = {tuple(row) for row in session.execute(
        select(OrgQualificationType.org_id, OrgQualificationType.qualification_type)
    )}  # fmt: skip
    wanted = {tuple(row) for row in session.execute(select(App.org_id, App.qualification_type))}
    assert wanted <= offered
    listed = select(ApplicationMaterial.application_id).distinct()
    drafts = select(App.id).where(App.status == CertStatus.draft)
    assert not set(session.scalars(listed)) & set(session.scalars(drafts))
    with_list = session.scalar(select(func.count()).select_from(listed.subquery()))
    assert with_list == len(rows) - len(session.scalars(drafts).all())
    assert session.scalar(select(func.count(ApplicationResume.application_id.distinct()))) == len(
        rows
    )


def test_everybody_has_a_right_number_and_mobile(session: ActorSession) -> None:
    people = session.scalars(select(Person)).all()
    assert len(people) > 1200
    for person in people:
        check = check_id(person.id_type, person.id_no, clock.today())
        assert check.ok, person.id_no
        assert (check.warning is not None) == (person.id_check == "region_warn")
        assert check.sex in {None, person.sex}
        assert check.birth_date in {None, person.birth_date}
        assert is_mobile(person.mobile or "")
    for entry in session.scalars(select(RestrictionEntry)):
        assert check_id(entry.id_type, entry.id_no, clock.today()).ok
    assert {"1", "C", "D"} <= {person.id_type for person in people}
    assert len({person.name[:2] for person in people} & {"欧阳", "上官", "司徒", "诸葛"}) >= 2


def test_history_leads_step_by_step_to_the_present_state(session: ActorSession) -> None:
    logs: dict[int, list[WorkflowLog]] = defaultdict(list)
    found = select(WorkflowLog).where(WorkflowLog.machine == "certification")
    for log in session.scalars(found.order_by(WorkflowLog.id)):
        logs[log.entity_id].append(log)
    now = clock.now()
    for app in session.scalars(select(App)):
        steps = logs[app.id]
        if not steps:
            assert app.status == CertStatus.draft
            continue
        assert steps[0].from_state == "draft"
        assert steps[-1].to_state == app.status
        for before, after in pairwise(steps):
            assert before.to_state == after.from_state
            assert before.at < after.at
        assert app.submitted_at is not None
        assert app.created_at <= app.submitted_at <= steps[0].at
        assert steps[-1].at <= now
        assert all(step.actor_id for step in steps[1:])


def test_certificates_are_numbered_without_gap_in_the_order_of_time(
    session: ActorSession,
) -> None:
    issued: dict[tuple[int | None, int], list[tuple[Any, ...]]] = defaultdict(list)
    rows = session.execute(
        select(Certificate, App.numbered_at, App.reviewed_at, App.id).join(
            App, App.id == Certificate.application_id
        )
    )
    for certificate, numbered_at, reviewed_at, id_ in rows:
        number = decode_certificate_no(certificate.cert_no)
        assert number.year == certificate.issued_on.year
        issued[certificate.org_id, number.year].append(
            (number.serial, numbered_at, reviewed_at, id_)
        )
    assert len(issued) >= len(BUSY)
    for numbers in issued.values():
        numbers.sort()
        assert [serial for serial, *_ in numbers] == list(range(1, len(numbers) + 1))
        assert [rest for _, *rest in numbers] == sorted(rest for _, *rest in numbers)


def test_restrictions_of_other_offices_wait_for_demo_applicants(
    session: ActorSession, demo_org: Org
) -> None:
    entries = session.scalars(select(RestrictionEntry)).all()
    assert {entry.review_state for entry in entries} == {
        "pending",
        "reviewed",
        "rejected",
        "lifted",
    }
    assert all(entry.org_id != demo_org.id for entry in entries)
    restricted = {entry.id_no for entry in entries if entry.review_state == "reviewed"}
    waiting = select(App.id_no).where(
        App.org_id == demo_org.id, App.status.in_(("submitted", "confirmed"))
    )
    assert len(restricted & set(session.scalars(waiting))) == 5
