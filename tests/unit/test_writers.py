"""CSV and XLSX: what is written reads back equal in another library, and nothing computes."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from python_calamine import CalamineWorkbook

from models.text import Label
from models.transfer.columns import ColumnSpec
from models.transfer.writers import CELL_CHARS, CHUNK_ROWS, CUT, guard, write_csv, write_xlsx

CHINESE = "zh_Hans_CN"
COLUMNS = [ColumnSpec("name", Label("姓名", "Name")), ColumnSpec("note", Label("备注", "Note"))]
FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "＝1+1", '=HYPERLINK("x")', "\r=1"]


def chinese(label: Label) -> str:
    return label.get(CHINESE)


def xlsx(columns: list[ColumnSpec], rows: list[list[Any]]) -> Any:
    target = io.BytesIO()
    assert write_xlsx(target, columns, rows, "申请", chinese) == len(rows)
    return load_workbook(target).active


def csv_rows(rows: list[list[Any]]) -> list[list[str]]:
    raw = b"".join(write_csv(COLUMNS, rows, chinese))
    assert raw.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize(
    "value", [*FORMULAS, "440106199001010017", "00123", "https://x.cn", "_x0041_"]
)
def test_xlsx_text_is_a_text_cell_that_reads_back_equal(value: str) -> None:
    target = io.BytesIO()
    write_xlsx(target, COLUMNS, [[value, None]], "申请", chinese)
    assert load_workbook(target).active["A2"].data_type == "s"
    # openpyxl leaves _xHHHH_ escapes as they stand in the file; calamine reads them as Excel does.
    target.seek(0)
    assert CalamineWorkbook.from_filelike(target).get_sheet_by_index(0).to_python()[1][0] == value


@pytest.mark.parametrize("value", FORMULAS)
def test_csv_text_that_would_compute_is_preceded_by_a_tab_only(value: str) -> None:
    (_, row) = csv_rows([[value, None]])
    assert row[0] == "\t" + value
    assert not row[0].startswith(("=", "+", "-", "@"))


def test_csv_leaves_every_other_cell_exact() -> None:
    rows = csv_rows([["440106199001010017", '逗号,引号"换行\n完']])
    assert rows == [["姓名", "备注"], ["440106199001010017", '逗号,引号"换行\n完']]


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.text(st.characters(blacklist_categories=["Cs", "Cc"]), max_size=40))
def test_any_printable_text_survives_both_formats(value: str) -> None:
    (_, row) = csv_rows([[value, "x"]])
    assert row[0].removeprefix("\t") == value
    cell = xlsx(COLUMNS, [[value, "x"]])["A2"]
    assert (cell.value or "") == value


def test_dates_numbers_and_codes_have_their_own_cells() -> None:
    columns = [
        ColumnSpec("day", Label("日期", "Day")),
        ColumnSpec("at", Label("时间", "At")),
        ColumnSpec("score", Label("分数", "Score")),
        ColumnSpec("long", Label("长数", "Long")),
        ColumnSpec("sex", Label("性别", "Sex"), {"1": Label("男", "Male")}),
        ColumnSpec("open", Label("开放", "Open"), boolean=True),
    ]
    moment = datetime(2026, 11, 22, 17, 30, tzinfo=UTC)
    row = [date(2026, 11, 23), moment, Decimal("1.5"), 440106199001010017, "1", True]
    sheet = xlsx(columns, [row])
    assert [cell.value for cell in sheet[2]] == [
        datetime(2026, 11, 23),
        datetime(2026, 11, 23, 1, 30),
        1.5,
        "440106199001010017",
        "男",
        "是",
    ]
    assert sheet.freeze_panes == "B2"
    assert sheet.auto_filter.ref == "A1:F2"


def test_an_overlong_text_is_cut_in_the_open() -> None:
    value = xlsx(COLUMNS, [["长" * (CELL_CHARS + 1), None]])["A2"].value
    assert len(value) == CELL_CHARS
    assert value.endswith(CUT)


def test_csv_comes_in_pieces() -> None:
    rows = ([str(number), ""] for number in range(CHUNK_ROWS * 3))
    pieces = list(write_csv(COLUMNS, rows, chinese))
    assert len(pieces) == 4


def test_guard_leaves_plain_text_alone() -> None:
    assert guard("王小明") == "王小明"
