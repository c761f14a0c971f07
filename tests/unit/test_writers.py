"""CSV and XLSX: what is written reads back equal in another library, and nothing computes."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from python_calamine import CalamineWorkbook

from models import clock
from models.text import Label
from models.transfer import workbooks
from models.transfer.columns import ColumnSpec
from models.transfer.workbooks import CELL_CHARS, CUT, EXACT_DIGITS, xlsx_pieces
from models.transfer.writers import CHUNK_ROWS, guard, write_csv, write_xlsx

CHINESE = "zh_Hans_CN"
COLUMNS = [ColumnSpec("name", Label("姓名", "Name")), ColumnSpec("note", Label("备注", "Note"))]
FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "＝1+1", '=HYPERLINK("x")', "\r=1"]


def chinese(label: Label) -> str:
    return label.get(CHINESE)


def xlsx(columns: list[ColumnSpec], rows: list[list[Any]]) -> Any:
    target = io.BytesIO()
    assert write_xlsx(target, columns, rows, "申请", chinese) == len(rows)
    return load_workbook(target).active


def calamine(rows: list[list[Any]]) -> list[list[Any]]:
    """Return the rows of a workbook as another library reads them, below the heading."""
    target = io.BytesIO()
    write_xlsx(target, COLUMNS, rows, "申请", chinese)
    target.seek(0)
    found: list[list[Any]] = (
        CalamineWorkbook.from_filelike(target).get_sheet_by_index(0).to_python()
    )
    return found[1:]


def whole_seconds(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)


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


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.lists(st.text(st.characters(blacklist_categories=["Cs"]), max_size=30), max_size=5))
def test_any_text_at_all_reads_back_equal_from_a_workbook_as_a_text(values: list[str]) -> None:
    assert calamine([[value, "x"] for value in values]) == [[value, "x"] for value in values]


@settings(max_examples=100, deadline=None, derandomize=True)
@given(
    st.lists(
        st.one_of(
            st.dates(date(1900, 3, 1), date(2100, 12, 31)),
            st.datetimes(datetime(1900, 3, 1), datetime(2100, 12, 31)).map(whole_seconds),
            st.integers(-(10**13), 10**13).map(float),
        ),
        max_size=5,
    )
)
def test_dates_moments_and_numbers_read_back_equal(values: list[Any]) -> None:
    shanghai = [v.replace(tzinfo=clock.SHANGHAI) if type(v) is datetime else v for v in values]
    assert [row[0] for row in calamine([[value, "x"] for value in shanghai])] == [
        v.date() if type(v) is datetime and v.time() == time() else v for v in values
    ]


def test_days_that_excel_counts_wrongly_and_numbers_that_it_rounds_are_texts() -> None:
    row = [date(1899, 5, 4), Decimal("1234567890.123456")]
    assert calamine([row]) == [["1899-05-04", "1234567890.123456"]]
    assert calamine([[float("nan"), -(10 ** (EXACT_DIGITS - 1))]]) == [["nan", -1e14]]


def test_rows_beyond_a_sheets_limit_go_on_in_another_sheet(monkeypatch: Any) -> None:
    monkeypatch.setattr(workbooks, "SHEET_ROWS", 4)
    target = io.BytesIO()
    assert write_xlsx(target, COLUMNS, [[str(n), None] for n in range(7)], "申请", chinese) == 7
    book = load_workbook(target)
    assert book.sheetnames == ["申请", "申请 2", "申请 3"]
    found = [cell.value for sheet in book for cell in sheet["A"]]
    assert found == ["姓名", "0", "1", "2", "姓名", "3", "4", "5", "姓名", "6"]
    assert [sheet.auto_filter.ref for sheet in book] == ["A1:B4", "A1:B4", "A1:B2"]


def test_a_workbook_without_rows_has_its_headings() -> None:
    sheet = xlsx(COLUMNS, [])
    assert [cell.value for cell in sheet[1]] == ["姓名", "备注"]
    assert sheet.max_row == 1


def test_a_workbook_begins_before_its_last_row_is_known() -> None:
    def rows() -> Iterator[list[str]]:
        yield from ([str(number), ""] for number in range(CHUNK_ROWS * 2))
        raise LookupError

    pieces = xlsx_pieces(COLUMNS, rows(), "申请", chinese)
    assert next(pieces).startswith(b"PK")
    with pytest.raises(LookupError):
        list(pieces)


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
    assert len(pieces) == 5  # the heading does not wait for rows


def test_guard_leaves_plain_text_alone() -> None:
    assert guard("王小明") == "王小明"
