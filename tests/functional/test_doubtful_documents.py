"""A resident ID of an unknown county is let pass everywhere, and kept as doubtful everywhere."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from models.base.session import ActorSession
from models.certification.entry import COPIED, enter_application
from models.certification.tables import CertificationApplication
from models.people.importing import PERSONS
from models.people.rules import make_id_no
from models.people.tables import Person
from tests.factories.certification import World, make_application
from tests.support.certifying import system, world
from tests.support.importing import Desk, desk, said
from tests.support.upserting import Run, run

__all__ = ["desk", "run", "system", "world"]

DOUBTFUL = make_id_no("370999", date(1990, 1, 1), 1)


def kept(system: ActorSession, id_no: str = DOUBTFUL) -> str:
    """Return what is kept of the check of a document."""
    return system.scalars(select(Person.id_check).where(Person.id_no == id_no)).one()


def test_persons_that_are_imported(run: Run, world: World, system: ActorSession) -> None:
    good = make_id_no("110105", date(1990, 1, 1), 3)
    rows = [{"姓名": "王某", "证件号码": number} for number in (DOUBTFUL, good)]
    passport = {"姓名": "安娜", "证件类型": "A", "证件号码": "E12345678", "性别": "2"}
    report = run(PERSONS, *rows, passport | {"出生日期": "1990-01-01"}, actor=world.centre)
    assert said(report) == []
    numbers = (DOUBTFUL, good, "E12345678")
    assert [kept(system, number) for number in numbers] == ["region_warn", "ok", "unchecked"]


def test_applications_that_are_imported(desk: Desk, system: ActorSession) -> None:
    assert said(desk.run(desk.row(0, 证件号码=DOUBTFUL))) == []
    assert kept(system) == "region_warn"


def test_applications_that_are_entered(world: World, system: ActorSession) -> None:
    like = make_application(system, world.here, "submitted")
    values = {name: getattr(like, name) for name in COPIED} | {"id_no": DOUBTFUL}
    application = CertificationApplication(**values)
    enter_application(system, application)
    assert application.person is not None
    assert application.person.id_check == "region_warn"
    system.rollback()
