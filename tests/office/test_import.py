"""The clerk's round in LibreOffice: template, filled in, imported, corrected, imported again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from sqlalchemy import select

from models.certification.import_fields import BY_NAME
from models.certification.tables import CertificationApplication
from models.transfer.declaring import importer_of
from models.transfer.importing import write_returned
from models.transfer.templates import write_template
from tests.office.libreoffice import LibreOffice
from tests.support.certifying import system, world
from tests.support.importing import IDS, SYSTEM, Desk, desk, said

__all__ = ["desk", "system", "world"]

GRADUATED = BY_NAME["graduated_on"].heading


def headings(file: Path) -> list[str]:
    return [str(cell.value) for cell in load_workbook(file).worksheets[0][1]]


def typed(file: Path, rows: Sequence[Mapping[str, Any]]) -> Iterator[tuple[int, int, str]]:
    """Yield what a clerk types below the headings of a file."""
    names = headings(file)
    for number, row in enumerate(rows, 1):
        yield from ((number, names.index(name), str(text)) for name, text in row.items())


def template_of(desk: Desk, file: Path) -> Path:
    importer = importer_of("certification_application")
    assert importer is not None
    names = frozenset(field.name for field in importer.fields)
    session = desk.session_of(SYSTEM)
    with file.open("wb") as target:
        write_template(session, target, importer, names, lambda label: label.zh)
    session.rollback()
    return file


def test_the_round_from_template_to_corrected_rows(desk: Desk, tmp_path: Path) -> None:
    office = LibreOffice(tmp_path)
    template = template_of(desk, tmp_path / "template.xlsx")
    day = {GRADUATED: "2012-06-30"}
    rows = [desk.row(0) | day, desk.row(1) | day, desk.row(2, 手机号码="1") | day]

    desk.file = office.fill(template, typed(template, rows), tmp_path / "filled.xlsx")
    report = desk.read()
    assert report.saved == 2, said(report)
    assert [(row, heading) for row, heading, _why in said(report)] == [(4, "手机号码")]

    returned = tmp_path / "returned.xlsx"
    assert write_returned(returned, report, str) == 1
    names = headings(returned)
    assert "原因" in names
    place = (1, names.index("手机号码"), "13800138003")
    desk.file = office.fill(returned, [place], tmp_path / "corrected.xlsx")
    report = desk.read()
    assert (report.saved, said(report)) == (1, [])

    session = desk.session_of(SYSTEM)
    wanted = select(
        CertificationApplication.id_no,
        CertificationApplication.mobile,
        CertificationApplication.graduated_on,
    ).order_by(CertificationApplication.id)
    stored = [tuple(found) for found in session.execute(wanted)]
    session.rollback()
    mobiles = ("13800138000", "13800138000", "13800138003")
    assert stored == [
        (id_no, mobile, date(2012, 6, 30)) for id_no, mobile in zip(IDS, mobiles, strict=True)
    ]
