"""Import of sites' parts in plans and of restrictions, and both taken back."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select

from models.base.session import ActorSession
from models.batch.tables import Batch, BatchState
from models.planning.importing import PARTS
from models.planning.tables import SiteArrangement, WorkPlan
from models.restriction.importing import ENTRIES
from models.restriction.tables import RestrictionEntry
from tests.factories.certification import World
from tests.factories.reference import make_site
from tests.support.certifying import system, world
from tests.support.databases import SessionOf
from tests.support.taking_back import undo
from tests.support.upserting import Run, run

__all__ = ["run", "system", "world"]

SAME = "同名计划"


@pytest.fixture
def parts(world: World, system: ActorSession) -> list[dict[str, Any]]:
    """Give the plans of two offices one name and each a new site; return rows that name them."""
    found = []
    for office in (world.here, world.there):
        plan = system.get_one(WorkPlan, office.plan.id)
        plan.name = SAME
        site = make_site(system, office.org, f"{office.org.name}新点")
        found.append({"计划": SAME, "确认点": site.name, "每日容量": 5})
    system.commit()
    return found


def said(report: Any) -> list[tuple[str, str]]:
    return [(problem.heading, str(problem.message)) for problem in report.problems]


def arranged(system: ActorSession) -> list[tuple[str, int | None]]:
    wanted = select(SiteArrangement).where(SiteArrangement.daily_capacity.is_not(None))
    found = [(part.plan.org.name, part.daily_capacity) for part in system.scalars(wanted)]
    system.rollback()
    return sorted(found)


def test_plans_of_one_name_are_told_apart_by_their_office(
    run: Run, world: World, system: ActorSession, parts: list[dict[str, Any]]
) -> None:
    report = run(PARTS, *parts, actor=world.centre)
    words = "Several plans are called 同名计划. Add the column 认定机构 and write whose plan it is."
    assert said(report) == [("计划", words)] * 2
    names = [world.here.org.name, world.there.org.name]
    rows = [row | {"认定机构": name} for row, name in zip(parts, names, strict=True)]
    report = run(PARTS, *rows, actor=world.centre)
    assert (said(report), report.saved) == ([], 2)
    assert arranged(system) == sorted((name, 5) for name in names)


def test_an_office_means_its_own_plan_and_no_other(
    run: Run, world: World, system: ActorSession, parts: list[dict[str, Any]]
) -> None:
    assert run(PARTS, parts[0]).saved == 1, "its own is the only one that it may choose"
    foreign = parts[0] | {"认定机构": world.there.org.name}
    assert "you may choose" in said(run(PARTS, foreign))[0][1]
    assert arranged(system) == [(world.here.org.name, 5)]


def test_plans_of_one_office_with_one_name_need_another_name(
    run: Run, world: World, system: ActorSession, parts: list[dict[str, Any]]
) -> None:
    plan = system.get_one(WorkPlan, world.here.plan.id)
    columns = {c.key: getattr(plan, c.key) for c in WorkPlan.__table__.columns}
    for name in ("id", "version"):
        del columns[name]
    system.add(WorkPlan(**columns | {"batch_no": 9}))
    system.commit()
    report = run(PARTS, parts[0] | {"认定机构": world.here.org.name})
    assert "several open plans" in said(report)[0][1]


def test_imported_arrangements_are_taken_back(
    run: Run, world: World, system: ActorSession, session_of: SessionOf
) -> None:
    plan, clerk = world.here.plan, world.here.authority
    new = make_site(system, world.here.org, "新点")
    system.commit()
    part = {"计划": plan.name, "确认点": world.here.site.name, "每日容量": 3}
    run(PARTS, part)
    counted = select(func.count()).select_from(SiteArrangement)
    before = system.scalar(counted)
    system.commit()
    batch_id = run(PARTS, part | {"每日容量": 7}, part | {"确认点": new.name}).batch_id
    assert system.scalar(counted) == (before or 0) + 1
    system.commit()
    found = undo(session_of, clerk, batch_id)
    assert (found.done, found.stay) == (2, [])
    assert system.scalar(counted) == before
    kept = select(SiteArrangement.daily_capacity).where(
        SiteArrangement.plan_id == plan.id, SiteArrangement.site_id == world.here.site.id
    )
    assert system.scalar(kept) == 3
    assert system.get_one(Batch, batch_id).state == BatchState.undone


def entry(name: str, id_no: str, **cells: Any) -> dict[str, Any]:
    good = {
        "姓名": name,
        "证件类型": "居民身份证",
        "证件号码": id_no,
        "限制类型": "考试作弊（3年）",
    }
    return good | {"生效日期": "2020-01-02", "依据文书": "一号文"} | cells


def test_imported_restrictions_are_taken_back_unless_reviewed(
    run: Run, world: World, system: ActorSession, session_of: SessionOf
) -> None:
    clerk = world.centre
    first, second = "11010519491231002X", "440106199001010013"
    kept = entry("甲", first)
    assert said(run(ENTRIES, kept, actor=clerk)) == []
    changed = kept | {"依据文书": "二号文"}
    reviewed = entry("丙", "44010619900101003X")
    report = run(ENTRIES, changed, entry("乙", second), reviewed, actor=clerk)
    assert (said(report), report.saved) == ([], 3)
    third = system.scalars(select(RestrictionEntry).where(RestrictionEntry.name == "丙")).one()
    third.review_state = "reviewed"
    third.reviewed_at = third.created_at
    system.commit()
    found = undo(session_of, clerk, report.batch_id)
    assert found.done == 2
    assert [label for label, _why in found.stay] == ["丙"]
    rows = system.scalars(select(RestrictionEntry).order_by(RestrictionEntry.id)).all()
    assert [(row.name, row.basis) for row in rows if row.name in "甲乙丙"] == [
        ("甲", "一号文"),
        ("丙", "一号文"),
    ]
    assert rows[0].effective_from == date(2020, 1, 2)


def test_a_restriction_reviewed_without_a_new_version_stays(
    run: Run, world: World, system: ActorSession, session_of: SessionOf
) -> None:
    clerk = world.here.authority
    batch_id = run(ENTRIES, entry("甲", "11010519491231002X"), actor=clerk).batch_id
    table: Any = RestrictionEntry.__table__
    settled = {"review_state": "reviewed", "reviewed_at": table.c.created_at}
    system.execute(
        table.update().where(table.c.name == "甲").values(settled),
        execution_options={"unscoped": "test"},
    )
    system.commit()
    found = undo(session_of, clerk, batch_id)
    assert found.done == 0
    assert "stays as it was reviewed" in found.stay[0][1]
