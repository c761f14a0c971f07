"""A preview tells what would change in the words of the office, not as the database keeps it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from models import clock
from models.base.session import ActorSession
from models.people.importing import PERSONS
from models.people.tables import Person
from models.planning.importing import PARTS
from models.reference.tables import CodeItem, CodeSet
from tests.factories.certification import World, make_application
from tests.factories.reference import make_site
from tests.support.certifying import system, world
from tests.support.importing import said
from tests.support.upserting import Cells, Run, run

__all__ = ["run", "system", "world"]


def told(
    run: Run, declared: object, cells: Cells, heading: str, world: World
) -> tuple[object, ...]:
    """Return the old and the new value that a preview tells of a column."""
    report = run(declared, cells, dry_run=True, actor=world.centre)
    assert said(report) == []
    changes = [change for each in report.examples for change in each.changes]
    return next((each.old, each.new) for each in changes if each.heading == heading)


def test_a_code_is_told_by_its_label(run: Run, world: World, system: ActorSession) -> None:
    person = system.get_one(Person, make_application(system, world.here, "submitted").person_id)
    system.add(CodeSet(code="ETHNIC", name="民族"))
    system.flush()
    for code, name, enabled in (("01", "汉族", True), ("02", "蒙古族", False)):
        system.add(CodeItem(set_code="ETHNIC", code=code, name=name, enabled=enabled))
    person.ethnic_code = "02"
    system.commit()
    row = {"姓名": person.name, "证件类型": "1", "证件号码": person.id_no, "民族": "01"}
    assert told(run, PERSONS, row, "民族", world) == ("蒙古族", "汉族")


@pytest.mark.parametrize("cell", ["{:%Y-%m-%d}", "{:%Y-%m-%d 18:00}"], ids=["day", "time"])
def test_the_end_of_a_window_is_told_as_it_was_typed(
    run: Run, world: World, system: ActorSession, cell: str
) -> None:
    new, plan = make_site(system, world.here.org, "分点"), world.here.plan
    system.commit()
    end = plan.confirm_end.astimezone(clock.SHANGHAI) - timedelta(days=2)
    typed, begin = cell.format(end), f"{end - timedelta(days=1):%Y-%m-%d}"
    row = {"认定机构": world.here.org.name, "计划": plan.name, "确认点": new.name}
    row |= {"确认开始": begin, "确认结束": typed}
    assert told(run, PARTS, row, "确认结束", world) == (None, typed)
    assert told(run, PARTS, row, "确认开始", world) == (None, begin)


def test_personal_data_are_not_told(run: Run, world: World, system: ActorSession) -> None:
    person = system.get_one(Person, make_application(system, world.here, "submitted").person_id)
    system.commit()
    row = {
        "姓名": person.name,
        "证件类型": "1",
        "证件号码": person.id_no,
        "手机号码": "13900139009",
    }
    assert told(run, PERSONS, row, "手机号码", world)[1] == "***"
    assert system.scalar(select(Person.mobile).where(Person.id == person.id)) != "13900139009"
