"""A label that several codes of a set share, as 法学 in the list of majors, is never guessed."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from models.base.session import ActorSession
from models.certification.importing import APPLICATIONS
from models.certification.tables import CertificationApplication
from models.planning.importing import ORGS
from models.reference.tables import CodeItem, CodeSet, Org
from models.transfer.templates import write_template
from tests.factories.certification import World
from tests.support.certifying import system, world
from tests.support.importing import Desk, desk, said
from tests.support.upserting import Run, run, site

__all__ = ["desk", "run", "system", "world"]

SHARED = "Several codes are called 法学: 03, 030101K. Write the code that is meant."


@pytest.fixture
def majors(system: ActorSession) -> None:
    """Store majors of which two are called alike, as the project's own list has them."""
    keep_codes(system, "MAJOR", ("030101K", "法学"), ("03", "法学"), ("01", "哲学"))


def keep_codes(system: ActorSession, name: str, *items: tuple[str, str]) -> None:
    """Store a set of codes with these items, in English too."""
    system.add(CodeSet(code=name, name=name))
    system.flush()
    for code, label in items:
        system.add(CodeItem(set_code=name, code=code, name=label, name_en=f"E{code}"))
    system.commit()


def test_a_shared_label_is_refused_with_the_codes(desk: Desk, majors: None) -> None:
    assert said(desk.run(desk.row(0, 所学专业="法学"))) == [(2, "所学专业", SHARED)]


@pytest.mark.parametrize("text", ["030101K", "030101K 法学", "E030101K", "030101K E030101K"])
def test_a_code_with_its_label_and_an_english_label_are_read(
    desk: Desk, majors: None, system: ActorSession, text: str
) -> None:
    assert said(desk.run(desk.row(0, 所学专业=text))) == []
    assert system.scalar(select(CertificationApplication.major_code)) == "030101K"


def test_an_import_by_declaration_reads_codes_alike(
    run: Run, system: ActorSession, world: World
) -> None:
    keep_codes(system, "AREA_TYPE", ("1", "城区"), ("2", "城区"))
    kept = site("新点", 城乡类型="2 城区"), site("另一点", 城乡类型="城区")
    ((row, heading, words),) = said(run(ORGS, *kept))
    assert (row, heading, words.partition(":")[0]) == (
        3,
        "城乡类型",
        "Several codes are called 城区",
    )
    assert system.scalar(select(Org.area_type).where(Org.name == "新点")) == "2"


def test_the_list_of_a_template_tells_them_apart(system: ActorSession, majors: None) -> None:
    assert choices_of(system, "所学专业") == ["哲学", "03 法学", "030101K 法学"]


def choices_of(system: ActorSession, heading: str) -> list[Any]:
    """Return what the template of applications offers for a column."""
    target = BytesIO()
    names = frozenset(field.name for field in APPLICATIONS.fields)
    write_template(system, target, APPLICATIONS, names, lambda label: label.zh)
    columns = load_workbook(target)["选项"].iter_cols(values_only=True)
    return next([*filter(None, cells)] for head, *cells in columns if head == heading)
