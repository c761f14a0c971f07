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
from contextlib import nullcontext
from datetime import datetime
from typing import IO, Any

from models.transfer.columns import ColumnSpec, Text
from models.transfer.workbooks import Dress, xlsx_pieces

CHUNK_ROWS = 500
#: What makes a spreadsheet compute a cell of a CSV file, and the blanks that may stand before it.
FORMULA_SIGNS = "=+-@＝＋－＠"
LEADING = "".join(char for code in range(1, 0x3001) if (char := chr(code)).isspace() or code < 32)
FORMULA = re.compile(f"[\\s\\x00-\\x1f]*[{re.escape(FORMULA_SIGNS)}]")

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
    yield csv_heading(columns, text)
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
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


def csv_heading(columns: Sequence[ColumnSpec], text: Text) -> bytes:
    """Return the beginning of a CSV file: the BOM, without which Excel reads no Chinese, and the
    headings.
    """
    buffer = io.StringIO("\ufeff", newline="")
    buffer.seek(1)
    csv.writer(buffer, lineterminator="\r\n").writerow([text(column.label) for column in columns])
    return buffer.getvalue().encode()


def _drain(buffer: io.StringIO) -> bytes:
    piece = buffer.getvalue().encode()
    buffer.seek(0)
    buffer.truncate()
    return piece


def write_xlsx(
    target: IO[bytes] | str,
    columns: Sequence[ColumnSpec],
    rows: Rows,
    sheet: str,
    text: Text,
    *,
    dress: Dress | None = None,
) -> int:
    """Write an XLSX file to a path or binary file and return the number of rows."""
    counted = _Counted(rows)
    with open(target, "wb") if isinstance(target, str) else nullcontext(target) as file:
        for piece in xlsx_pieces(columns, counted, sheet, text, dress):
            file.write(piece)
    return counted.total


class _Counted:
    """Rows, and how many have gone by."""

    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        self.total = 0

    def __iter__(self) -> Iterator[Sequence[Any]]:
        for row in self.rows:
            self.total += 1
            yield row
