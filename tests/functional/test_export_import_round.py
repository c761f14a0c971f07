"""What the panel exports and imports again is what is stored: nothing changes on the way."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from models import clock
from models.base.session import ActorSession
from models.people.importing import PERSONS
from models.people.tables import Person
from models.planning.importing import ORGS, PARTS
from models.planning.tables import SiteArrangement
from models.reference.tables import Org
from models.restriction.importing import ENTRIES
from models.restriction.tables import RestrictionEntry
from models.text import Label
from models.transfer.columns import ColumnSpec, spec
from models.transfer.importing import UNCHANGED
from models.transfer.lookups import Lookups, is_reference
from models.transfer.readers import open_sheet
from models.transfer.upserting import Upsert
from models.transfer.writers import write_csv, write_xlsx
from tests.factories.certification import World, make_application
from tests.support.certifying import system, world
from tests.support.databases import SessionOf
from tests.support.importing import said

__all__ = ["system", "world"]


def record_of(declared: Upsert, world: World, system: ActorSession) -> Any:
    """Return a stored record of the table, with what is read in several ways."""
    if declared is PARTS:
        part = system.scalars(
            select(SiteArrangement).where(SiteArrangement.site_id == world.here.site.id)
        ).one()
        part.confirm_start = clock.day_start(clock.today() + timedelta(days=1))
        part.confirm_end = clock.day_start(clock.today() + timedelta(days=2))
        return part
    if declared is PERSONS:
        return system.get_one(Person, make_application(system, world.here, "submitted").person_id)
    if declared is ORGS:
        world.here.site.notice = "一\n=二"
        return world.here.site
    entry = RestrictionEntry(
        name="王小明", id_type="1", id_no="11010519491231002X", type="exam_cheat",
        effective_from=date(2026, 1, 1), effective_to=date(2028, 12, 31), org_id=world.here.org.id,
    )  # fmt: skip
    system.add(entry)
    return entry


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
@pytest.mark.parametrize(
    "declared", [PARTS, PERSONS, ORGS, ENTRIES], ids=lambda each: each.table.__tablename__
)
def test_an_exported_record_is_imported_as_unchanged(
    world: World, system: ActorSession, session_of: SessionOf, tmp_path: Path,
    declared: Upsert, kind: str,
) -> None:  # fmt: skip
    record = record_of(declared, world, system)
    system.commit()
    file = tmp_path / f"f.{kind}"
    actor = world.here.authority if declared is PARTS else world.centre
    with session_of(actor) as session:
        titles = Lookups(session, actor, declared.lookups)
        wanted: list[tuple[ColumnSpec, Any]] = []
        for field in declared.fields():
            value = getattr(record, field.name, None)
            if field.name in declared.fillable(actor) - declared.beside.keys():
                named = value is not None and is_reference(field.column)
                shown = titles.title(field.column, value) if named else value
                wanted.append((spec(field.column), shown))
        write(file, [column for column, _ in wanted], [value for _, value in wanted])
        with open_sheet(file) as sheet:
            report = declared.run(session, actor, sheet, file_name=file.name)
        session.rollback()
    assert (said(report), report.outcomes) == ([], {UNCHANGED: 1})


def write(file: Path, columns: list[ColumnSpec], row: list[Any]) -> None:
    """Write one record as the panel exports it."""
    if file.suffix == ".xlsx":
        write_xlsx(str(file), columns, [row], "s", _chinese)
    else:
        file.write_bytes(b"".join(write_csv(columns, [row], _chinese)))


def _chinese(label: Label) -> str:
    return label.zh


def test_what_is_exported_is_asked_for_all_that_imports_change(world: World) -> None:
    """A new import by declaration belongs into the list above."""
    from models.transfer.declaring import importers

    runs = {each.table for each in importers().values() if hasattr(each.run, "__self__")}
    assert runs == {Org, Person, SiteArrangement, RestrictionEntry}
