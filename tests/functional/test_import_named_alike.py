"""Plans, sites and subjects of one name: the import of applications never takes the first."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from models.base.session import ActorSession
from models.certification.tables import CertificationApplication
from models.planning.tables import SiteArrangement, WorkPlan
from models.reference.tables import Org, Subject, SubjectType
from tests.factories.certification import World
from tests.factories.reference import make_site
from tests.support.certifying import system, world
from tests.support.importing import Desk, desk, said

__all__ = ["desk", "system", "world"]


def copy_of(record: Any, **values: Any) -> Any:
    """Return a new record with the values of another and ``values``."""
    own = {"id", "version", "created_at", "updated_at", "created_by", "updated_by"}
    names = {column.key for column in type(record).__table__.columns} - own
    return type(record)(**{name: getattr(record, name) for name in names} | values)


def stored(system: ActorSession, name: str) -> Any:
    """Return what the one application holds in a column."""
    return system.scalars(select(getattr(CertificationApplication, name))).one()


def keep_subject(system: ActorSession, code: str) -> None:
    """Store a subject called as the desk's rows have it, of the type of those rows alone."""
    subject = Subject(code=code, name="语文")
    system.add(SubjectType(subject=subject, qualification_type=3))
    system.commit()


@pytest.fixture
def plan(world: World, system: ActorSession) -> WorkPlan:
    """Return a second plan of the office under the name of its first, with the same sites."""
    first = world.here.plan
    second: WorkPlan = copy_of(first, batch_no=first.batch_no + 1)
    system.add(second)
    system.flush()
    parts = select(SiteArrangement).where(SiteArrangement.plan_id == first.id)
    system.add_all([copy_of(part, plan_id=second.id) for part in system.scalars(parts)])
    system.commit()
    return second


def test_of_two_plans_of_one_name_none_is_taken(desk: Desk, plan: WorkPlan) -> None:
    ((row, heading, words),) = said(desk.run(desk.row(0, 认定计划=plan.name)))
    assert (row, heading) == (2, "认定计划")
    assert words.startswith(f"Several plans of this authority are called {plan.name}")


def test_the_one_plan_of_the_name_that_takes_applications_is_meant(
    desk: Desk, plan: WorkPlan, system: ActorSession
) -> None:
    plan.apply_start -= timedelta(days=400)
    plan.apply_end -= timedelta(days=400)
    system.commit()
    assert said(desk.run(desk.row(0, 认定计划=plan.name))) == []
    assert stored(system, "plan_id") == desk.world.here.plan.id


def test_of_two_sites_of_one_name_the_school_code_says_which(
    desk: Desk, world: World, system: ActorSession
) -> None:
    site = world.here.site
    make_site(system, world.here.org, site.name)
    system.get_one(Org, site.id).school_code = "3137010001"
    system.commit()
    ((row, heading, words),) = said(desk.run(desk.row(0)))
    assert (row, heading) == (2, "确认点")
    assert words.startswith(f"Several confirmation sites of this authority are called {site.name}")
    assert said(desk.run(desk.row(0, 确认点="3137010001"))) == []
    assert stored(system, "site_id") == site.id


def test_of_two_subjects_of_one_name_the_one_of_the_type_is_meant(
    desk: Desk, system: ActorSession
) -> None:
    keep_subject(system, "700799")
    assert said(desk.run(desk.row(0))) == []
    assert system.get_one(Subject, stored(system, "subject_id")).code == "700799"


def test_of_two_subjects_that_fit_alike_none_is_taken(desk: Desk, system: ActorSession) -> None:
    for code in "ab":
        keep_subject(system, code)
    words = "Several subjects are called 语文. Write the code."
    assert said(desk.run(desk.row(0))) == [(2, "任教学科", words)]
    assert said(desk.run(desk.row(0, 任教学科="b"))) == []
