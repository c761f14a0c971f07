"""Import by declaration: rows made, changed, left and refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from models import clock
from models.audit.tables import AuditLog
from models.base.session import ActorSession
from models.batch.tables import Batch, BatchKind
from models.errors import BadInput, Forbidden
from models.people.importing import PERSONS
from models.people.tables import Person
from models.planning.importing import ORGS, PARTS
from models.planning.tables import SiteArrangement
from models.reference.tables import Org
from models.restriction.importing import ENTRIES
from models.restriction.tables import RestrictionEntry
from models.transfer.declaring import guessed, mapped
from models.transfer.importing import CHANGED, NEW, UNCHANGED
from models.transfer.readers import Row, Sheet
from tests.factories.accounts import make_actor
from tests.factories.certification import World, make_application
from tests.factories.reference import make_authority, make_site
from tests.support.certifying import system, world
from tests.support.databases import SessionOf
from tests.support.importing import said
from tests.support.upserting import Cells, Run, run, site, stored

__all__ = ["run", "system", "world"]

IDS = ("11010519491231002X", "440106199001010013", "44010619900101003X")


def entry(number: int = 0, **cells: Any) -> Cells:
    good = {
        "姓名": f"王小{'明红强'[number]}",
        "证件类型": "居民身份证",
        "证件号码": IDS[number],
        "限制类型": "考试作弊（3年）",
        "生效日期": "2026-01-01",
        "截止日期": "2028-12-31",
    }
    return good | cells


def test_new_rows_are_made_for_the_office_of_the_clerk(
    run: Run, world: World, system: ActorSession
) -> None:
    report = run(ENTRIES, entry(0), entry(1))
    assert (report.saved, report.outcomes[NEW], said(report)) == (2, 2, [])
    made = system.scalars(select(RestrictionEntry).order_by(RestrictionEntry.id)).all()
    assert {each.org_id for each in made} == {world.here.org.id}
    assert {each.type for each in made} == {"exam_cheat"}
    batch = system.get_one(Batch, report.batch_id)
    assert (batch.kind, batch.state, batch.done_count) == (BatchKind.data_import, "done", 2)
    told = select(AuditLog.event).where(AuditLog.event.like("restriction:%"))
    events = list(system.scalars(told.order_by(AuditLog.id)))
    assert events == ["restriction:restriction_entry:create"] * 2 + [
        "restriction:restriction_entry:import"
    ]


def test_a_row_that_names_another_office_is_refused_not_taken_over(
    run: Run, world: World, system: ActorSession
) -> None:
    below = make_authority(system, world.here.org, "下属县")
    system.commit()
    own, other = world.here.org.name, "belongs to another organisation: its staff import it."
    report = run(ENTRIES, entry(0, 录入机构=below.name), entry(1, 录入机构=own), entry(2))
    assert said(report) == [(2, "录入机构", f"下属县 {other}")]
    told = [c.new for each in report.examples for c in each.changes if c.heading == "录入机构"]
    assert told == [own, own]
    assert set(system.scalars(select(RestrictionEntry.org_id))) == {world.here.org.id}


def test_a_dry_run_says_the_same_and_leaves_nothing(run: Run, system: ActorSession) -> None:
    rows = entry(0), entry(1, 证件号码="1")
    trail = stored(system, AuditLog)
    system.rollback()
    dry = run(ENTRIES, *rows, dry_run=True)
    assert (stored(system, RestrictionEntry), stored(system, Batch)) == (0, 0)
    assert stored(system, AuditLog) == trail
    system.rollback()
    real = run(ENTRIES, *rows)
    assert (dry.saved, said(dry)) == (real.saved, said(real))


def test_a_stored_row_is_changed_by_its_keys(run: Run, world: World, system: ActorSession) -> None:
    world.here.site.phone = "1"
    system.commit()
    same = {"名称": world.here.site.name, "类别": "site", "行政区划": world.here.site.region_code}
    report = run(ORGS, same | {"电话": "0531-1234"}, same | {"名称": "新点"}, same)
    assert said(report) == [(4, "", "The same record stands in row 2 already.")]
    assert report.outcomes == {CHANGED: 1, NEW: 1}
    [change] = next(each for each in report.examples if each.outcome == CHANGED).changes
    assert (change.heading, change.old, change.new) == ("电话", "1", "0531-1234")
    system.refresh(world.here.site)
    assert (world.here.site.phone, world.here.site.version) == ("0531-1234", 3)


def test_an_empty_cell_changes_nothing(run: Run, world: World, system: ActorSession) -> None:
    world.here.site.phone = "1"
    system.commit()
    report = run(ORGS, site(world.here.site.name, 行政区划=None, 电话=""))
    assert (report.outcomes, report.saved) == ({UNCHANGED: 1}, 0)
    assert report.batch_id is None


@pytest.mark.parametrize(
    ("cells", "problem"),
    [
        ({"证件号码": 110105194912310000}, ("证件号码", "Excel has rounded this number.")),
        ({"证件号码": "110105194912310021"}, ("证件号码", "The check digit is wrong")),
        ({"限制类型": "其他"}, ("限制类型", "其他 is not one of the allowed values.")),
        ({"生效日期": "昨天"}, ("生效日期", "昨天 is no date. Write it as 2026-11-23.")),
        ({"截止日期": "2025-01-01"}, ("截止日期", "The restriction must not end before")),
        ({"限制类型": "forfeited"}, ("截止日期", "A forfeited qualification is lost for life")),
        ({"姓名": None}, ("姓名", "This must be filled in.")),
        ({"生效日期": ""}, ("生效日期", "This must be filled in.")),
        ({"姓名": "王" * 61}, ("姓名", "At most 60 characters.")),
    ],
    ids=["rounded", "digit", "type", "date", "order", "for life", "name", "key", "length"],
)
def test_a_refused_row_says_where_and_why(
    run: Run, system: ActorSession, cells: Cells, problem: tuple[str, str]
) -> None:
    report = run(ENTRIES, entry(0, **cells), entry(1))
    [(row, heading, words)] = said(report)
    assert (row, heading) == (2, problem[0])
    assert words.startswith(problem[1])
    assert (report.saved, [each.number for each in report.rows]) == (1, [2])
    assert stored(system, RestrictionEntry) == 1


def test_a_row_is_no_double_of_one_that_is_refused(run: Run, system: ActorSession) -> None:
    report = run(ENTRIES, entry(0, 截止日期="2025-01-01"), entry(0), entry(0))
    assert [(row, heading) for row, heading, _ in said(report)] == [(2, "截止日期"), (4, "")]
    assert said(report)[1][2] == "The same record stands in row 3 already."
    assert (report.saved, stored(system, RestrictionEntry)) == (1, 1)


def test_all_or_nothing_keeps_nothing_of_a_file_with_a_bad_row(
    run: Run, system: ActorSession
) -> None:
    report = run(ENTRIES, entry(0), entry(1, 证件号码="1"), all_or_nothing=True)
    assert (report.saved, report.refused, report.batch_id) == (0, 1, None)
    assert (stored(system, RestrictionEntry), stored(system, Batch)) == (0, 0)


def test_a_record_that_moved_on_since_the_preview_is_refused(
    run: Run, world: World, system: ActorSession
) -> None:
    row = site(world.here.site.name, 行政区划=None, 电话="2")
    seen = run(ORGS, row, dry_run=True).versions
    world.here.site.phone = "1"
    system.commit()
    report = run(ORGS, row, seen=seen)
    [(_, _, words)] = said(report)
    assert words.startswith("Somebody has changed this record since the preview.")


def test_a_reviewed_entry_stays(run: Run, world: World, system: ActorSession) -> None:
    run(ENTRIES, entry(0))
    centre = world.centre
    report = run(ENTRIES, entry(0, 录入机构=world.here.org.name), actor=centre)
    assert report.outcomes == {UNCHANGED: 1}
    made = system.scalars(select(RestrictionEntry)).one()
    made.review_state, made.reviewed_at = "reviewed", clock.now()
    system.commit()
    report = run(ENTRIES, entry(0, 录入机构=world.here.org.name, 依据文书="新"), actor=centre)
    assert "it stays as it was reviewed" in said(report)[0][2]


def test_who_may_only_make_changes_nothing(run: Run, system: ActorSession) -> None:
    run(ENTRIES, entry(0))
    report = run(ENTRIES, entry(0, 依据文书="新"))
    assert "your role may not change it" in said(report)[0][2]
    assert system.scalars(select(RestrictionEntry.basis)).one() is None


def test_who_may_neither_make_nor_change_is_turned_away(run: Run, world: World) -> None:
    with pytest.raises(Forbidden):
        run(ENTRIES, entry(0), actor=world.here.confirm)


def test_an_authority_keeps_sites_of_its_own_alone(
    run: Run, world: World, system: ActorSession
) -> None:
    there = world.there.org.name
    report = run(ORGS, site("甲点"), site("乙点", 上级机构=there), site("丙县", 类别="县级"))
    assert [row for row, _, _ in said(report)] == [3, 4]
    made = system.scalars(select(Org).where(Org.name == "甲点")).one()
    assert (made.parent_id, made.path) == (world.here.org.id, f"{world.here.org.path}{made.id}/")
    with pytest.raises(BadInput, match="Unknown headings: 认定机构代码"):
        run(ORGS, site("丁点", 认定机构代码="123"))


def test_sites_take_part_in_own_plans(run: Run, world: World, system: ActorSession) -> None:
    new = make_site(system, world.here.org, "新点")
    foreign_site = make_site(system, world.there.org, "外点")
    system.commit()
    plan = world.here.plan.name
    part = {"计划": plan, "确认点": new.name, "每日容量": 60, "启用": "是"}
    foreign = part | {"确认点": foreign_site.name}
    report = run(PARTS, part, foreign, part | {"确认点": world.here.site.name, "每日容量": 0})
    assert [(row, heading) for row, heading, _ in said(report)] == [(3, "确认点"), (4, "每日容量")]
    made = system.scalars(select(SiteArrangement).where(SiteArrangement.site_id == new.id)).one()
    assert (made.plan_id, made.daily_capacity) == (world.here.plan.id, 60)


def test_persons_get_contacts_and_keep_their_names(
    run: Run, world: World, system: ActorSession, session_of: SessionOf
) -> None:
    application = make_application(system, world.here, "submitted")
    person = system.get_one(Person, application.person_id)
    root = system.scalars(select(Org).where(Org.parent_id.is_(None))).first()
    assert root is not None
    centre = make_actor(system, "super", root)
    system.commit()
    known = {"姓名": person.name, "证件类型": "1", "证件号码": person.id_no}
    rows = known | {"手机号码": "13900139000"}, known | {"姓名": "别人"}
    assert run(PERSONS, rows[0], actor=centre).outcomes == {CHANGED: 1}
    assert "another name" in said(run(PERSONS, rows[1], actor=centre))[0][2]
    system.refresh(person)
    assert person.mobile == "13900139000"


def test_columns_are_guessed_by_label_or_code_and_mapped(tmp_path: Path) -> None:
    importer = ENTRIES.importer()
    found = guessed(importer, ["* 姓名：", "Document number", "type", "别的", "name"])
    assert found == {"* 姓名：": "name", "Document number": "id_no", "type": "type"}
    given = Sheet(("甲", "乙"), iter([Row(2, {"甲": "王", "乙": "x"})]))
    changed = mapped(importer, given, {"甲": "name", "乙": ""})
    assert (changed.headings, [row.cells for row in changed.rows]) == (("姓名",), [{"姓名": "王"}])
    with pytest.raises(BadInput, match="Two columns"):
        mapped(importer, given, {"甲": "name", "乙": "name"})
