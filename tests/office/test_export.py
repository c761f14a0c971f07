"""What leaves for a spreadsheet is read by LibreOffice as it was written, and computes nothing."""

from __future__ import annotations

import csv
import io
import random
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from models.text import Label
from models.transfer.columns import ColumnSpec
from models.transfer.writers import write_csv, write_xlsx
from tests.office.libreoffice import Cell, LibreOffice
from tests.support.http import Client
from tests.support.lists import LIST, OWN

COLUMNS = [
    ColumnSpec("text", Label("文字", "Text")),
    ColumnSpec("day", Label("日期", "Day")),
    ColumnSpec("moment", Label("时间", "Moment")),
    ColumnSpec("number", Label("数目", "Number")),
]
AWKWARD = (
    "=1+1", "+1", "-1", "@SUM(A1)", "＝1+1", "\t=1", " =1", '=HYPERLINK("http://example.cn","x")',
    "110105194912310021", "20261101231000001", "007", "1e5", "2026-01-02", "1/2", "50%", "true",
    " a  b ", "a\nb", "a\tb", "𠮷😀㐂", "<b>&\"'", "_x000D_", "'x", "长" * 5_000,
)  # fmt: skip
#: No tabs: LibreOffice reads them, but leaves them out of what it tells of cells with two lines.
LETTERS = "=+-@ '\"<&;,.0123456789eE\n年月a𠮷_x"


def made_up() -> list[str]:
    """Return texts of letters that spreadsheets take notice of."""
    chance = random.Random(20261126)
    return ["".join(chance.choices(LETTERS, k=chance.randint(1, 14))) for _ in range(500)]


def row(text: str) -> list[Any]:
    return [text, date(2026, 1, 2), datetime(2026, 1, 1, 19, 4, 5, tzinfo=UTC), 12]


@pytest.fixture
def office(tmp_path: Path) -> LibreOffice:
    return LibreOffice(tmp_path)


def texts(cells: list[list[Cell]]) -> list[tuple[str, str, str]]:
    return [line[0] for line in cells[1:]]


def test_a_workbook_is_read_back_equal(office: LibreOffice, tmp_path: Path) -> None:
    written = [*AWKWARD, *(text for text in made_up() if text.strip())]
    file = tmp_path / "book.xlsx"
    write_xlsx(str(file), COLUMNS, map(row, written), "表", lambda label: label.zh)
    found = office.cells(file)
    assert [text for _kind, text, _formula in found[0]] == ["文字", "日期", "时间", "数目"]
    assert texts(found) == [("string", text, "") for text in written]
    others = [
        ("date", "2026-01-02", ""),
        ("date", "2026-01-02T03:04:05", ""),
        ("float", "12", ""),
    ]
    assert all(line[1:] == others for line in found[1:])


def test_a_text_file_computes_nothing(office: LibreOffice, tmp_path: Path) -> None:
    written = [*AWKWARD, *(text for text in made_up() if text.strip())]
    file = tmp_path / "text.csv"
    file.write_bytes(b"".join(write_csv(COLUMNS, map(row, written), lambda label: label.zh)))
    found = texts(office.cells(file))
    assert len(found) == len(written)
    assert [text for _kind, text, formula in found if formula] == []
    read = {text: found[place] for place, text in enumerate(written)}
    assert read["=1+1"] == ("string", "\t=1+1", "")


def test_the_list_of_applications_arrives_whole(
    office: LibreOffice, tmp_path: Path, clerk: Client
) -> None:
    query = "sort=apply_no&cols=apply_no,name,id_no,birth_date,status"
    (tmp_path / "list.xlsx").write_bytes(clerk.get(f"{LIST}export/xlsx/?{query}").data)
    sent = clerk.get(f"{LIST}export/csv/?{query}").data.decode("utf-8-sig")
    found = office.cells(tmp_path / "list.xlsx")
    assert len(found) == OWN + 1
    assert [[text for _kind, text, _formula in line] for line in found] == list(
        csv.reader(io.StringIO(sent))
    )
    assert {line[3][0] for line in found[1:]} == {"date"}
    assert {line[0][0] for line in found[1:]} == {"string"}
