"""Plan, site and arrangement of an application are one row's, whoever writes them and how."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from models.base.session import ActorSession
from models.certification.tables import CertificationApplication
from models.errors import ScopeBreach
from tests.factories.certification import AT, World, make_application, make_person
from tests.factories.planning import make_arrangement, make_plan
from tests.factories.reference import make_site
from tests.support.databases import SessionOf


@pytest.mark.parametrize("what", ["site of another arrangement", "arrangement of another plan"])
@pytest.mark.parametrize("when", ["made", "changed", "changed set-wise"])
def test_a_place_that_does_not_agree_is_refused(
    what: str, when: str, world: World, system: ActorSession
) -> None:
    here = world.here
    other = make_plan(system, here.org, AT, batch_no=2)
    beside = make_site(system, here.org, "旁边")
    make_arrangement(system, here.plan, beside)
    elsewhere = make_arrangement(system, other, here.site)
    wrong: dict[str, Any] = (
        {"site_id": beside.id}
        if what == "site of another arrangement"
        else {"arrangement_id": elsewhere.id}
    )
    stored = make_application(system, here)
    system.commit()
    with pytest.raises(IntegrityError, match=r"(?i)foreign key"):
        _write(system, world, when, stored.id, wrong)
    system.rollback()


def _write(session: ActorSession, world: World, when: str, id_: int, wrong: dict[str, Any]) -> None:
    cls = CertificationApplication
    if when == "made":
        make_application(session, world.here, **wrong)
    elif when == "changed":
        stored = session.get_one(cls, id_)
        for name, value in wrong.items():
            setattr(stored, name, value)
        session.flush()
    else:
        options = {"set_wise": "test", "synchronize_session": False}
        statement = update(cls).where(cls.id == id_).values(wrong)
        session.execute(statement, execution_options=options)


def test_the_site_follows_the_key_of_the_arrangement(
    world: World, system: ActorSession, session_of: SessionOf
) -> None:
    here = world.here
    beside = make_site(system, here.org, "旁边")
    second = make_arrangement(system, here.plan, beside)
    made = make_application(system, here, site_id=None)
    assert made.site_id == here.site.id
    system.commit()
    session = session_of(here.authority)
    application = session.get_one(CertificationApplication, made.id)
    application.arrangement_id = second.id
    session.flush()
    assert application.site_id == beside.id
    application.arrangement_id = None
    session.flush()
    assert application.site_id is None
    application.arrangement_id = second.id
    application.site_id = beside.id
    session.commit()
    assert (application.arrangement_id, application.site_id) == (second.id, beside.id)


def test_the_scope_judges_the_derived_site(
    world: World, system: ActorSession, session_of: SessionOf
) -> None:
    here = world.here
    other = make_plan(system, world.there.org, AT, batch_no=2)
    foreign = make_arrangement(system, other, world.there.site)
    stored = make_application(system, here)
    system.commit()
    session = session_of(here.confirm)
    application = session.get_one(CertificationApplication, stored.id)
    application.arrangement_id = foreign.id
    with pytest.raises(ScopeBreach):
        session.flush()
    session.rollback()


def test_a_draft_needs_no_place(world: World, system: ActorSession) -> None:
    person = make_person(system)
    draft = make_application(system, world.here, person=person, arrangement_id=None, site_id=None)
    assert (draft.arrangement_id, draft.site_id) == (None, None)
