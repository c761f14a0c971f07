"""A record and its parts are one thing: whoever writes a part makes a new version of the record."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import event, select

from models.base.session import ActorSession
from models.batch.operations import commit, pin_ids, preview
from models.certification.tables import CertificationApplication
from models.certification.tables_parts import ApplicationResume
from models.planning.tables import SiteArrangement, WorkPlan
from tests.factories.certification import World, make_application
from tests.support.certifying import outcomes
from tests.support.databases import SessionOf


def line(**values: Any) -> ApplicationResume:
    return ApplicationResume(**({"start_month": date(2015, 9, 1), "unit": "某中学"} | values))


def version(session: ActorSession, record: Any) -> int:
    cls = type(record)
    wanted = select(cls.version).where(cls.id == record.id)
    return session.scalar(wanted, execution_options={"unscoped": "test"}) or 0


def add_by_key(session: ActorSession, application: CertificationApplication) -> None:
    session.add(line(application_id=application.id))


def add_to_list(session: ActorSession, application: CertificationApplication) -> None:
    application.resumes.append(line())


def change(session: ActorSession, application: CertificationApplication) -> None:
    application.resumes[0].unit = "某小学"


def delete(session: ActorSession, application: CertificationApplication) -> None:
    session.delete(application.resumes[0])


def remove(session: ActorSession, application: CertificationApplication) -> None:
    application.resumes.clear()


def change_both(session: ActorSession, application: CertificationApplication) -> None:
    application.resumes[0].unit = "某小学"
    application.mobile = "13900000000"


def change_unheld(session: ActorSession, application: CertificationApplication) -> None:
    session.expunge_all()
    session.scalars(select(ApplicationResume)).one().unit = "某小学"


@pytest.mark.parametrize(
    "write",
    [add_by_key, add_to_list, change, delete, remove, change_both, change_unheld],
    ids=lambda write: write.__name__,
)
def test_writing_a_part_is_a_version_of_the_whole(
    write: Callable[[ActorSession, CertificationApplication], None],
    world: World,
    system: ActorSession,
    session_of: SessionOf,
) -> None:
    stored = make_application(system, world.here, resumes=[line()])
    system.commit()
    session = session_of(world.here.authority)
    application = session.get_one(CertificationApplication, stored.id)
    before = version(session, application)
    write(session, application)
    session.commit()
    assert version(session, stored) == before + 1
    session.flush()
    assert version(session, stored) == before + 1


def test_a_line_read_and_left_alone_is_no_version(
    world: World, system: ActorSession, session_of: SessionOf
) -> None:
    stored = make_application(system, world.here, resumes=[line()])
    system.commit()
    session = session_of(world.here.authority)
    (held,) = session.get_one(CertificationApplication, stored.id).resumes
    held.unit = str(held.unit)
    session.commit()
    assert version(session, stored) == 1


def test_an_application_whose_resume_was_rewritten_counts_as_changed(
    world: World, system: ActorSession, session_of: SessionOf
) -> None:
    stored = make_application(system, world.here, "submitted", resumes=[line()])
    system.commit()
    actor = world.here.authority
    session = session_of(actor)
    batch = pin_ids(session, actor, CertificationApplication, "confirm", [stored.id])
    preview(session, batch, {})
    session.commit()
    session.scalars(select(ApplicationResume)).one().unit = "别的单位"
    session.commit()
    done = commit(session, batch, {})
    session.commit()
    assert outcomes(session, done) == {stored.id: "changed"}


def test_parts_made_with_their_whole_cost_nothing(world: World, system: ActorSession) -> None:
    statements: list[str] = []
    engine: Any = system.get_bind()
    person = make_application(system, world.here).person
    names = ("name", "id_type", "sex", "birth_date", "person_id")
    template = make_application(system, world.here, person=person, id_type="A", id_no="E1")
    made = CertificationApplication(
        **{name: getattr(template, name) for name in names},
        id_no="E2",
        plan_id=world.here.plan.id,
        org_id=world.here.org.id,
        subject_id=world.here.subject.id,
        qualification_type=3,
        resumes=[line(), line()],
    )

    def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        statements.append(statement.split(maxsplit=1)[0])

    event.listen(engine, "before_cursor_execute", note)
    system.add(made)
    system.flush()
    event.remove(engine, "before_cursor_execute", note)
    assert made.version == 1
    assert set(statements) == {"INSERT"}


def test_an_arrangement_is_a_version_of_its_plan(
    world: World, system: ActorSession, session_of: SessionOf
) -> None:
    session = session_of(world.here.authority)
    before = version(session, world.here.plan)
    session.get_one(SiteArrangement, world.here.arrangement.id).daily_capacity = 9
    session.commit()
    assert version(session, session.get_one(WorkPlan, world.here.plan.id)) == before + 1
