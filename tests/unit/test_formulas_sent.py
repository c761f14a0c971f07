"""Formulas in a file: their values are read, and one that was never reckoned is no empty cell."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from models.errors import BadInput
from models.transfer.readers import open_sheet
from tests.support.workbooks import cell, package, workbook


def read(path: Path) -> list[dict[str, Any]]:
    with open_sheet(path) as sheet:
        return [row.cells for row in sheet.rows]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "sent"


#: As scripts leave them: without the element, with an empty one, and of a kind without a value.
VALUELESS = "<c><f>1+1</f></c>", "<c><f>1+1</f><v/></c>", '<c t="str"><f>A1</f></c>'


@pytest.mark.parametrize("formula", VALUELESS)
@pytest.mark.parametrize("after", ["", "<c><v>1</v></c>"], ids=["last", "not last"])
def test_a_formula_whose_value_was_never_reckoned_is_no_empty_cell(
    file: Path, formula: str, after: str
) -> None:
    workbook(file, f"<row>{cell('A1', '甲')}{cell('B1', '乙')}</row><row>{formula}{after}</row>")
    with pytest.raises(BadInput, match="Row 2: a formula has no value"):
        read(file)


def test_a_workbook_that_a_script_wrote_is_refused_and_not_half_read(file: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["姓名", "手机"])
    sheet.append(["王", '="138"&"00138000"'])
    sheet.merge_cells("D1:E1")
    book.save(file)
    with pytest.raises(BadInput, match="Row 2: a formula has no value"):
        read(file)


def test_formulas_with_a_value_are_read_an_empty_text_too(file: Path) -> None:
    values = '<c><f>1+1</f><v>2</v></c><c t="str"><f>""</f><v></v></c><c><f si="0"/><v>3</v></c>'
    head = "".join(cell(f"{name}1", name) for name in "ABC")
    workbook(file, f"<row>{head}</row><row>{values}</row><row><c/><c><f>4</f><v>4</v></c></row>")
    parts = zipfile.ZipFile(file)
    with_more = {name: parts.read(name) for name in parts.namelist()}
    end, more = b"</sheetData>", b'<mergeCells count="1"><mergeCell ref="D1:E1"/></mergeCells>'
    sheet = "xl/worksheets/sheet1.xml"
    package(file, with_more | {sheet: with_more[sheet].replace(end, end + more)})
    assert read(file) == [{"A": 2, "B": None, "C": 3}, {"A": None, "B": 4}]
