"""Loading reference data and the demo: whole, and the same however often it is done."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from models import clock
from models.accounts.permissions import RoleCode
from models.accounts.tables import Role, UserAccount
from models.audit.tables import AuditLog
from models.base.actor import system_actor
from models.base.engine import make_engine
from models.base.session import ActorSession
from models.certification.tables import CertificationApplication
from models.certification.tables_certificate import Certificate
from models.certification.tables_parts import ApplicationResume
from models.people.tables import Person
from models.planning.tables import WorkPlan
from models.reference.tables import CodeItem, Org, Region, Subject
from models.restriction.tables import RestrictionEntry
from seed.demo.load import load, refuse_production
from seed.demo.places import DEMO_REGION
from seed.demo.plans import APPLY
from seed.reference.load import load as load_reference
from tests.support.databases import SessionOf
from tests.support.stores import Store

App = CertificationApplication


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


@pytest.mark.template("reference")
def test_loading_reference_data_again_changes_nothing(session: ActorSession) -> None:
    before = count(session, AuditLog)
    assert set(load_reference(session).values()) == {0}
    assert count(session, AuditLog) == before


@pytest.mark.template("reference")
def test_reference_data_is_whole(session: ActorSession) -> None:
    assert len(session.scalars(select(Region.id).where(Region.level == 3)).all()) > 2800
    assert set(session.scalars(select(Role.code))) == {role.value for role in RoleCode}
    languages = select(Subject).where(Subject.code == "201001")
    chinese = session.scalars(languages).one()
    assert (chinese.name, chinese.is_leaf, chinese.parent and chinese.parent.code) == (
        "语文",
        True,
        "2010",
    )
    bachelor = session.scalars(
        select(CodeItem).where(CodeItem.set_code == "EDU_LEVEL", CodeItem.code == "21")
    ).one()
    assert bachelor.parent is not None
    assert bachelor.parent.code == "20"


@pytest.mark.template("reference")
def test_a_standard_is_set_right_and_an_own_list_is_left_alone(session: ActorSession) -> None:
    ethnic = select(CodeItem).where(CodeItem.set_code == "ETHNIC", CodeItem.code == "01")
    occupation = select(CodeItem).where(CodeItem.set_code == "OCCUPATION", CodeItem.code == "01")
    session.scalars(ethnic).one().name = "汉"
    session.scalars(occupation).one().name = "学生"
    session.flush()
    assert load_reference(session)["code_item"] == 1
    assert session.scalars(ethnic).one().name == "汉族"
    assert session.scalars(occupation).one().name == "学生"


def test_demo_data_are_refused_in_production() -> None:
    refuse_production("development")
    with pytest.raises(ValueError, match="refused in production"):
        refuse_production("production")


@pytest.mark.template("demo")
def test_loading_the_demo_again_does_nothing(session: ActorSession) -> None:
    before = count(session, AuditLog)
    assert load(session) == {}
    assert count(session, AuditLog) == before


#: What two loadings must have in common; keys of rows and hashes of passwords are left out.
CHOSEN: tuple[Any, ...] = (
    select(Org.name, Org.path, Org.cert_org_code, Org.phone).order_by(Org.path),
    select(UserAccount.username, UserAccount.display_name).order_by(UserAccount.username),
    select(Person.id_no, Person.name, Person.mobile, Person.address).order_by(Person.id_no),
    select(
        App.id_no, App.status, App.apply_no, App.receipt_no, App.submitted_at, App.confirmed_at,
        App.reviewed_at, App.numbered_at, App.status_note, App.material_deadline, App.school_name,
    ).order_by(App.id_no, App.plan_id),
    select(Certificate.cert_no, Certificate.name).order_by(Certificate.cert_no),
    select(RestrictionEntry.id_no, RestrictionEntry.type, RestrictionEntry.effective_to).order_by(
        RestrictionEntry.id_no
    ),
    select(ApplicationResume.unit, ApplicationResume.witness).order_by(
        ApplicationResume.unit, ApplicationResume.witness
    ),
)  # fmt: skip


def digest(session: ActorSession) -> str:
    """Return a digest of the chosen columns, the same on both databases."""
    found = hashlib.sha256()
    for statement in CHOSEN:
        rows = sorted(repr(tuple(row)) for row in session.execute(statement))
        found.update("\n".join(rows).encode())
    return found.hexdigest()


@pytest.fixture(scope="session")
def loaded_again(_stores: Callable[[str], Store]) -> Callable[[date], str]:
    """Return a function that loads the demo a second time as on a given day, for its digest."""
    digests: dict[date, str] = {}

    def digest_on(day: date) -> str:
        if day not in digests:
            url = _stores("sqlite").fresh("reference", "again")
            engine = make_engine(url)
            evening = clock.day_start(day) + timedelta(hours=21)
            with ActorSession(bind=engine) as session, clock.held(min(evening, clock.now())):
                session.act_as(system_actor("test"))
                load(session)
                session.commit()
                digests[day] = digest(session)
            engine.dispose()
            _stores("sqlite").drop(url)
        return digests[day]

    return digest_on


@pytest.mark.template("demo")
def test_two_loadings_give_the_same_demo(
    session: ActorSession, demo_org: Org, loaded_again: Callable[[date], str]
) -> None:
    plan = session.scalars(
        select(WorkPlan).where(WorkPlan.org_id == demo_org.id, WorkPlan.status == "published")
    ).one()
    first = plan.apply_start.astimezone(clock.SHANGHAI).date()
    day = date.fromordinal(first.toordinal() - APPLY[0])
    assert digest(session) == loaded_again(day)
