"""Streaming CSV and XLSX: bounded memory, Chinese headings, long numbers as text, formulas inert.

XLSX holds every text as a text cell, so it reads back equal. CSV has no cell types: a text that a
spreadsheet would compute gets one leading TAB, which spreadsheets show as nothing and the panel's
own import strips; any other cell is exact.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import IO, Any

import xlsxwriter

from models.transfer.columns import ColumnSpec, Text

CHUNK_ROWS = 500
#: Excel's own limits: rows of a sheet, characters of a cell, significant digits of a number.
SHEET_ROWS = 1_048_576
CELL_CHARS = 32_767
EXACT_DIGITS = 15
CUT = "…〔超长，已截断〕"
FORMULA = re.compile(r"^[\s\x00-\x1f]*[=+\-@＝＋－＠]")

Rows = Iterable[Sequence[Any]]


def guard(value: str) -> str:
    """Return a CSV text that no spreadsheet computes."""
    return "\t" + value if FORMULA.match(value) or value[:1] in ("\t", "\r", "\n") else value


def _csv_cell(value: Any) -> Any:
    if isinstance(value, str):
        return guard(value)
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    return "" if value is None else value


def write_csv(columns: Sequence[ColumnSpec], rows: Rows, text: Text) -> Iterator[bytes]:
    """Yield a CSV file piece by piece: UTF-8 with BOM, CRLF, one heading row.

    ``rows`` are sequences in the order of ``columns``; ``text`` chooses the language of labels.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    buffer.write("\ufeff")
    writer.writerow([text(column.label) for column in columns])
    for number, row in enumerate(rows, start=1):
        writer.writerow(
            [
                _csv_cell(column.present(value, text))
                for column, value in zip(columns, row, strict=True)
            ]
        )
        if number % CHUNK_ROWS == 0:
            yield _drain(buffer)
    yield _drain(buffer)


def _drain(buffer: io.StringIO) -> bytes:
    piece = buffer.getvalue().encode()
    buffer.seek(0)
    buffer.truncate()
    return piece


def write_xlsx(
    target: IO[bytes] | str, columns: Sequence[ColumnSpec], rows: Rows, sheet: str, text: Text
) -> int:
    """Write an XLSX file to a path or binary file and return the number of rows.

    Rows go to disk as they come (``constant_memory``); beyond Excel's row limit another sheet
    continues.
    """
    book = xlsxwriter.Workbook(
        target,
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    writer = _Sheets(book, [text(column.label) for column in columns], sheet)
    for row in rows:
        writer.add(
            [column.present(value, text) for column, value in zip(columns, row, strict=True)]
        )
    writer.finish()
    book.close()
    return writer.total


class _Sheets:
    """The sheets of one workbook, each with a frozen, filtered heading row."""

    def __init__(self, book: Any, headings: Sequence[str], name: str) -> None:
        self.book = book
        self.headings = headings
        self.name = re.sub(r"[\[\]:*?/\\]", " ", name)[:25]
        self.head = book.add_format({"bold": True, "bottom": 1, "bg_color": "#EEF2F1"})
        self.day = book.add_format({"num_format": "yyyy-mm-dd"})
        self.moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self.total = 0
        self.row = SHEET_ROWS
        self.count = 0
        self._next_sheet()

    def _next_sheet(self) -> None:
        self.count += 1
        suffix = "" if self.count == 1 else f" {self.count}"
        self.sheet = self.book.add_worksheet(self.name + suffix)
        self.sheet.freeze_panes(1, 1)
        for number, heading in enumerate(self.headings):
            self.sheet.set_column(number, number, max(10, min(40, len(heading) * 2 + 8)))
            self.sheet.write_string(0, number, heading, self.head)
        self.row = 1

    def add(self, cells: Sequence[Any]) -> None:
        """Write one row, opening a further sheet when this one is full."""
        if self.row >= SHEET_ROWS:
            self._close_sheet()
            self._next_sheet()
        for number, value in enumerate(cells):
            self._write(number, value)
        self.row += 1
        self.total += 1

    def _write(self, number: int, value: Any) -> None:
        if value is None or value == "":
            return
        if isinstance(value, datetime):
            self.sheet.write_datetime(self.row, number, value, self.moment)
        elif isinstance(value, date):
            self.sheet.write_datetime(self.row, number, value, self.day)
        elif isinstance(value, bool) or not isinstance(value, int | float | Decimal):
            self.sheet.write_string(self.row, number, _cut(str(value)))
        elif len(str(value).lstrip("-").replace(".", "")) > EXACT_DIGITS:
            self.sheet.write_string(self.row, number, str(value))
        else:
            self.sheet.write_number(self.row, number, value)

    def _close_sheet(self) -> None:
        self.sheet.autofilter(0, 0, max(1, self.row - 1), max(0, len(self.headings) - 1))

    def finish(self) -> None:
        """Set the filter of the last sheet."""
        self._close_sheet()


def _cut(value: str) -> str:
    # Excel refuses longer cells; cutting in the open beats a file that does not open.
    return value if len(value) <= CELL_CHARS else value[: CELL_CHARS - len(CUT)] + CUT
