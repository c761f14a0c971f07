"""XLSX as a stream: XlsxWriter makes the frame of a workbook, the rows are written here, which is
several times as fast and needs neither memory nor a temporary file.

Every text is a text cell, so it reads back equal and nothing computes; cells stand in their order,
without addresses of their own (ECMA-376, part 1, 18.3.1.4).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from itertools import chain
from types import NoneType
from typing import Any, Final
from zipfile import ZIP_DEFLATED, ZipFile

import xlsxwriter

from models.transfer.columns import ColumnSpec, Text

CHUNK_ROWS: Final = 500
#: Excel's own limits: rows of a sheet, characters of a cell (as UTF-16 counts them), significant
#: digits of a number.
SHEET_ROWS: Final = 1_048_576
CELL_CHARS: Final = 32_767
EXACT_DIGITS: Final = 15
CUT: Final = "…〔超长，已截断〕"
#: A part of an archive that grows beyond 2 GiB would need ZIP64, which not every reader knows.
SHEET_BYTES: Final = 1_900_000_000
#: Level 1 takes a third of the time of the usual one, for a fifth more bytes.
LEVEL: Final = 1
#: Before this day Excel counts a 29 February 1900 that never was.
FIRST_DAY: Final = date(1900, 3, 1)
_TIME: Final = " hh:mm:ss"
_ZERO: Final = date(1899, 12, 30).toordinal()
EMPTY: Final = "<c/>"
#: What XML cannot hold as it stands, or what a reader would change.
_SPECIAL: Final = re.compile(r"[&<>\x00-\x1f\x7f\ufffe\uffff]|^\s|\s$|_x[0-9A-Fa-f]{4}_")
_ESCAPED: Final = re.compile(r"[&<>\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_ENTITIES: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}

Rows = Iterable[Sequence[Any]]
#: Adds to a workbook and its sheets of rows: how empty cells are formatted, lists, more sheets.
Dress = Callable[[Any, Sequence[Any]], None]


class TypedText(str):
    """A text, or nothing, in a cell that takes as text whatever is typed into it."""

    __slots__ = ()


def xlsx_pieces(
    columns: Sequence[ColumnSpec], rows: Rows, name: str, text: Text, dress: Dress | None = None
) -> Iterator[bytes]:
    """Yield an XLSX file piece by piece: a heading row, frozen and with a filter, then ``rows``.

    ``name`` is that of the sheet; beyond Excel's limit of rows another sheet continues. ``dress``
    must do the same whenever it is called.
    """
    presented = (
        [column.present(value, text) for column, value in zip(columns, row, strict=True)]
        for row in rows
    )
    return _Book([text(column.label) for column in columns], name, dress).pieces(presented)


class _Book:
    """One workbook: its archive, and how many rows each of its sheets got."""

    def __init__(self, headings: Sequence[str], name: str, dress: Dress | None) -> None:
        self.headings = headings
        self.dress = dress
        self.name = re.sub(r"[\[\]:*?/\\']", " ", name)[:25]
        self.counts: list[int] = []
        self.sink = _Sink()

    def pieces(self, rows: Iterator[list[Any]]) -> Iterator[bytes]:
        """Yield the archive: the sheets as their rows come, then what tells of them."""
        with ZipFile(self.sink, "w", ZIP_DEFLATED, compresslevel=LEVEL) as archive:  # type: ignore[call-overload]  # only writes
            while rows_left := self._begun(rows):
                yield from self._sheet(archive, rows_left)
            frame = self._frame()
            for path in frame.parts:
                if path not in frame.sheets:
                    archive.writestr(path, frame.parts[path])
        yield self.sink.drained()

    def _begun(self, rows: Iterator[list[Any]]) -> Iterator[list[Any]] | None:
        """Return the rows of the next sheet; None when no sheet is needed any more."""
        first = next(rows, None)
        if first is not None:
            return chain([first], rows)
        return None if self.counts else rows

    def _sheet(self, archive: ZipFile, rows: Iterator[list[Any]]) -> Iterator[bytes]:
        self.counts.append(0)
        frame = self._frame()
        path = frame.sheets[-1]
        write = _cell_writer(frame)
        written = 0
        with archive.open(path, "w") as part:
            part.write(frame.head)
            while self.counts[-1] < SHEET_ROWS - 1 and written < SHEET_BYTES:
                lines = _lines(rows, write, SHEET_ROWS - 1 - self.counts[-1])
                if not lines:
                    break
                self.counts[-1] += len(lines)
                written += part.write("".join(lines).encode())
                yield self.sink.drained()
            part.write(self._frame().tail)

    def _frame(self) -> _Frame:
        return _frame(self.name, self.headings, self.counts, self.dress)


def _lines(rows: Iterator[list[Any]], write: Callable[[Any], str], room: int) -> list[str]:
    """Return the next rows as XML: no more than there is room for."""
    lines: list[str] = []
    for _place, row in zip(range(min(CHUNK_ROWS, room)), rows, strict=False):
        lines.append(f"<row>{''.join(map(write, row))}</row>")
    return lines


@dataclass(frozen=True)
class _Frame:
    """The parts of a workbook without rows, by path; its last sheet in two halves."""

    parts: dict[str, bytes]
    sheets: list[str]
    head: bytes
    tail: bytes
    day: str
    moment: str
    typed: str


def _frame(
    name: str, headings: Sequence[str], counts: Sequence[int], dress: Dress | None = None
) -> _Frame:
    """Let XlsxWriter make a workbook whose sheets have ``counts`` rows, all but the heading left
    out. A sample row tells under which numbers the formats of days, moments and texts go.
    """
    file = BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        head = book.add_format({"bold": True, "bottom": 1, "bg_color": "#EEF2F1"})
        forms = ("yyyy-mm-dd", f"yyyy-mm-dd{_TIME}", "@")
        samples = [book.add_format({"num_format": form}) for form in forms]
        sheets = []
        for number, count in enumerate(counts, 1):
            sheet = book.add_worksheet(name if number == 1 else f"{name} {number}")
            sheet.freeze_panes(1, 1)
            sheet.autofilter(0, 0, max(1, count), max(0, len(headings) - 1))
            _write_headings(sheet, headings, head)
            for place, sample in enumerate(samples):
                sheet.write_number(1, place, 1, sample)
            sheets.append(sheet)
        if dress is not None:
            dress(book, sheets)
    return _parted(file, len(counts))


def _write_headings(sheet: Any, headings: Sequence[str], style: Any) -> None:
    for place, heading in enumerate(headings):
        sheet.set_column(place, place, max(10, min(40, len(heading) * 2 + 8)))
        sheet.write_string(0, place, heading, style)


def _parted(file: BytesIO, count: int) -> _Frame:
    with ZipFile(file) as archive:
        parts = {path: archive.read(path) for path in archive.namelist()}
    sheets = [f"xl/worksheets/sheet{number}.xml" for number in range(1, count + 1)]
    before, row, rest = parts[sheets[-1]].partition(b'<row r="2"')
    sample, end, tail = rest.partition(b"</sheetData>")
    day, moment, typed = re.findall(r' s="(\d+)"', (row + sample).decode())
    # The size of the sheet is not known yet, and may be left out (18.3.1.35).
    head = re.sub(rb"<dimension [^>]*/>", b"", before)
    return _Frame(parts, sheets, head, end + tail, day, moment, typed)


class _Sink:
    """Takes what an archive writes, and hands it on; it cannot be rewound."""

    def __init__(self) -> None:
        self._waiting: list[bytes] = []

    def write(self, data: bytes) -> int:
        """Take some bytes."""
        self._waiting.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Do nothing: whoever drains it decides."""

    def drained(self) -> bytes:
        """Return what has been written since the last call."""
        found = b"".join(self._waiting)
        self._waiting.clear()
        return found


def _cell_writer(frame: _Frame) -> Callable[[Any], str]:
    """Return what writes a value as a cell."""
    day, moment = f'<c s="{frame.day}"><v>', f'<c s="{frame.moment}"><v>'

    def write_day(value: date) -> str:
        if value < FIRST_DAY:
            return text_cell(value.isoformat())
        return f"{day}{value.toordinal() - _ZERO}</v></c>"

    def write_moment(value: datetime) -> str:
        if value.date() < FIRST_DAY:
            return text_cell(f"{value:%Y-%m-%d %H:%M:%S}")
        seconds = value.hour * 3600 + value.minute * 60 + value.second
        return f"{moment}{value.toordinal() - _ZERO + seconds / 86400!r}</v></c>"

    def write_typed(value: str) -> str:
        return text_cell(value).replace("<c", f'<c s="{frame.typed}"', 1)

    writers: dict[type, Callable[[Any], str]] = {
        str: text_cell,
        TypedText: write_typed,
        NoneType: lambda _value: EMPTY,
        int: number_cell,
        float: number_cell,
        Decimal: number_cell,
        date: write_day,
        datetime: write_moment,
    }
    return lambda value: writers.get(type(value), _other_cell)(value)


def text_cell(value: str) -> str:
    """Return a cell that holds a text and nothing else."""
    if len(value) > CELL_CHARS // 2:
        value = cut(value)
    if value.isalnum() or not _SPECIAL.search(value):
        return f'<c t="inlineStr"><is><t>{value}</t></is></c>' if value else EMPTY
    written = _ESCAPED.sub(_escape, value)
    return f'<c t="inlineStr"><is><t xml:space="preserve">{written}</t></is></c>'


def _escape(found: re.Match[str]) -> str:
    char = found[0]
    return _ENTITIES.get(char) or f"_x{ord(char):04X}_"


def number_cell(value: float | Decimal) -> str:
    """Return a number's cell; a text where Excel would round it, or has no such number."""
    written = str(value)
    digits = written.lstrip("-").replace(".", "")
    if len(digits) > EXACT_DIGITS or not digits.isdigit():
        return text_cell(written)
    return f"<c><v>{written}</v></c>"


def _other_cell(value: Any) -> str:
    return text_cell(str(value))


def cut(value: str) -> str:
    """Return a text that a cell can hold: Excel refuses longer ones, and cutting in the open beats
    a file that does not open.
    """
    units = value.encode("utf-16-le", "surrogatepass")
    if len(units) <= CELL_CHARS * 2:
        return value
    kept = units[: (CELL_CHARS - len(CUT)) * 2].decode("utf-16-le", "ignore")
    return kept + CUT
