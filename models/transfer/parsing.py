"""What opens a file that somebody sent: a process of its own, without secrets and with little room.

It is started by path (:mod:`models.transfer.readers`), knows nothing of the panel, and writes what
it found to its output, one JSON document a line: ``[row, [cells]]``, at the end ``{"end": true}``
or ``{"refused": code, …}``. So whatever a file does to its parser, the server goes on.
"""

from __future__ import annotations

import codecs
import csv
import io
import json
import resource
import sys
import warnings
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import IO, Any
from xml.etree.ElementTree import ParseError
from xml.parsers import expat

from openpyxl import load_workbook
from openpyxl.styles.numbers import is_datetime
from openpyxl.utils.exceptions import InvalidFileException

#: Excel's own bound of a cell, and how much more a file may unpack to than real ones do.
CELL_CHARS = 32_767
#: Rows of a sheet, and the characters of its last cell's name.
SHEET_ROWS, PLACE_CHARS = 1 << 20, len("XFD1048576")
#: Blank rows in a run after which no rows may follow: they would be overlooked.
BLANK_RUN = 1_000
MOST_RATIO, RATIO_FROM_BYTES = 200, 32 * 1024 * 1024
MOST_PARTS = 5_000
CHUNK_BYTES = 1 << 16
OLD_OFFICE = bytes.fromhex("d0cf11e0a1b11ae1")
#: What the library raises over a file that is no workbook, or a damaged or encrypted one.
BROKEN = (
    InvalidFileException, LookupError, TypeError, ValueError, AttributeError, OSError, RuntimeError,
    zipfile.BadZipFile, zlib.error, ParseError, expat.ExpatError,
)  # fmt: skip

Numbered = Iterator[tuple[int, Sequence[Any]]]


class Refused(Exception):
    """The file is refused; ``code`` names the sentence, which the reader knows."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code, self.params = code, params


def rows_of(file: IO[bytes], limits: dict[str, int]) -> Numbered:
    """Yield the rows of a file that are not blank, with their numbers.

    :raises Refused: for a format that is not read, and for more than the limits allow.
    """
    head = file.read(8)
    file.seek(0)
    if head.startswith(OLD_OFFICE):
        raise Refused("old_or_encrypted")
    read = _workbook_rows if head.startswith(b"PK") else _text_rows
    yield from _bounded(read(file, limits), limits)


def _bounded(rows: Numbered, limits: dict[str, int]) -> Numbered:
    """Pass rows on that are not blank, within the limits of a table."""
    count = cells = before = 0
    for number, values in rows:
        last = max((n for n, v in enumerate(values, 1) if v is not None and v != ""), default=0)
        if not last:
            continue
        _check_gap(before, number)
        count, cells, before = count + 1, cells + last, number
        _check_size(count - 1, last, cells, limits)
        yield number, values[:last]


def _check_size(rows: int, columns: int, cells: int, limits: dict[str, int]) -> None:
    for name, size in (("rows", rows), ("columns", columns), ("cells", cells)):
        if size > limits[name]:
            raise Refused(name, count=limits[name])


def _check_gap(before: int, row: int) -> None:
    if row - before > BLANK_RUN + 1:
        raise Refused("gap", count=BLANK_RUN)


def _workbook_rows(file: IO[bytes], limits: dict[str, int]) -> Numbered:
    try:
        with zipfile.ZipFile(file) as package:
            _check_package(package, limits)
        book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
        sheet = book.worksheets[0]
        with zipfile.ZipFile(file) as package, package.open(sheet._worksheet_path) as part:
            last = _Bounds(limits).scan(part)
        sheet.reset_dimensions()  # which a file may lie about
        if last:
            found = sheet.iter_rows(max_row=last, max_col=limits["columns"] + 1)
            yield from enumerate(([_value(cell) for cell in row] for row in found), 1)
    except BROKEN as error:
        raise Refused("unreadable") from error


def _value(cell: Any) -> Any:
    """Return what a cell holds; of its formats, whether a midnight is a day or a time."""
    value = cell.value
    is_midnight = isinstance(value, datetime) and value.time() == time.min
    return value.date() if is_midnight and is_datetime(cell.number_format) == "date" else value


def _check_package(package: zipfile.ZipFile, limits: dict[str, int]) -> None:
    parts = package.infolist()
    unpacked = sum(part.file_size for part in parts)
    if any(part.filename.endswith("vbaProject.bin") for part in parts):
        raise Refused("macros")
    if any(part.flag_bits & 1 for part in parts):
        raise Refused("old_or_encrypted")
    if len(parts) > MOST_PARTS or unpacked > limits["unpacked"]:
        raise Refused("unpacked", size=limits["unpacked"] >> 20)
    if any(map(_is_bomb, parts)):
        raise Refused("bomb")


def _is_bomb(part: zipfile.ZipInfo) -> bool:
    """Judge a part by itself: beside one that cannot be packed a whole archive looks harmless."""
    return part.file_size > max(RATIO_FROM_BYTES, part.compress_size * MOST_RATIO)


class _Bounds:
    """Where the cells of a sheet lie, seen in passing before anything makes room for them."""

    def __init__(self, limits: dict[str, int]) -> None:
        self.limits = limits
        self.row = self.column = self.rows = self.cells = self.last = self.length = 0
        self.tags = Counter[str]()
        self.kind = self.within = ""  # of the cell, and which of its parts have begun

    def scan(self, part: IO[bytes]) -> int:
        """Return the number of the last row that holds a value.

        :raises Refused: for more than the limits allow, and for declarations of entities.
        """
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.CharacterDataHandler = self._text
        parser.StartDoctypeDeclHandler = _no_doctype
        while chunk := part.read(CHUNK_BYTES):
            parser.Parse(chunk)
        parser.Parse(b"", True)
        self._need_reckoned()
        return self.last

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        if local not in ("f", "v"):
            self._need_reckoned()
            self.kind, self.within = attributes.get("t", ""), ""
        self.length, self.within = 0, self.within + local
        if local == "row":
            self._count(local)
            self.row, self.column = _number(attributes.get("r"), self.row + 1), 0
        elif local == "c":
            self._count(local)
            self.column = _column(attributes.get("r", ""), self.column + 1)
        elif local in ("v", "is") and self.column:
            self._value()

    def _need_reckoned(self) -> None:
        """Refuse a formula without a value, which would read as empty; an empty text is one."""
        if self.within == "cf" or (self.within == "cfv" and not self.length and self.kind != "str"):
            raise Refused("formula", row=self.row)

    def _count(self, tag: str) -> None:
        """Count rows and cells, empty ones too: they cost time, and take up no room."""
        self.tags[tag] += 1
        most = self.limits["cells"] + self.cells if tag == "c" else SHEET_ROWS
        if self.tags[tag] > most:
            raise Refused("padding")

    def _value(self) -> None:
        if self.row > self.last:
            _check_gap(self.last, self.row)
            self.rows += 1
            self.last = self.row
        self.cells += 1
        _check_size(self.rows - 1, self.column, self.cells, self.limits)

    def _text(self, text: str) -> None:
        self.length += len(text)
        if self.length > 2 * CELL_CHARS:
            raise Refused("long", count=CELL_CHARS)


def _no_doctype(*_declared: Any) -> None:
    raise Refused("unreadable")


def _number(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.isascii() and text.isdigit() else otherwise


def _column(place: str, otherwise: int) -> int:
    if len(place) > PLACE_CHARS:
        raise Refused("unreadable")
    number = 0
    for letter in place.rstrip("0123456789").upper():
        number = number * 26 + ord(letter) - 64
    return number if 0 < number <= 1 << 20 else otherwise


def _text_rows(file: IO[bytes], limits: dict[str, int]) -> Numbered:
    text = io.StringIO(_decoded(file.read()), newline="")
    separator = "\t" if "\t" in text.readline(CHUNK_BYTES) else ","
    text.seek(0)
    csv.field_size_limit(CELL_CHARS)
    reader = csv.reader(_lines(text, limits), delimiter=separator, strict=True)
    try:
        yield from enumerate(reader, 1)
    except csv.Error as error:
        code = "long" if "field limit" in str(error) else "quotes"
        raise Refused(code, count=CELL_CHARS, row=reader.line_num) from error


def _decoded(content: bytes) -> str:
    """Return the text of a file: UTF-8, with its mark or without, else GB18030."""
    if b"\0" in content or content.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8", b"{\\rtf")):
        raise Refused("format")
    for encoding in ("utf-8", "gb18030"):
        try:
            return content.removeprefix(codecs.BOM_UTF8).decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Refused("encoding")


def _lines(text: io.StringIO, limits: dict[str, int]) -> Iterator[str]:
    most = limits["columns"] * 1_000 + CELL_CHARS
    while line := text.readline(most + 1):
        if len(line) > most or line.count(",") + line.count("\t") > CELL_CHARS:
            raise Refused("line", count=most)
        yield line


def _plain(value: Any) -> Any:
    """Return a cell as JSON can say it."""
    for kind in (datetime, date, time):  # a datetime is a date, too
        if isinstance(value, kind):
            return {kind.__name__: value.isoformat()}
    if isinstance(value, timedelta):
        return {"seconds": value.total_seconds()}
    return value if value is None or isinstance(value, str | int | float) else str(value)


def confine(limits: dict[str, Any]) -> None:
    """Take away what this process does not need: memory, time, files, children."""
    bounds = {
        resource.RLIMIT_AS: limits["memory"],
        resource.RLIMIT_CPU: limits.get("work") or limits["seconds"],
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
    }
    for what, most in bounds.items():
        resource.setrlimit(what, (most, most))


def answer(file: IO[bytes], limits: dict[str, Any]) -> Iterator[Any]:
    """Yield the documents that this process writes."""
    try:
        for number, values in rows_of(file, limits):
            yield [number, [_plain(value) for value in values]]
    except Refused as refused:
        yield {"refused": refused.code, "params": refused.params}
    except MemoryError:
        yield {"refused": "too_much", "params": {}}
    else:
        yield {"end": True}


def main() -> None:
    """Read the file that is the input, within the limits named."""
    limits = json.loads(sys.argv[1])
    confine(limits)
    # A cell that is no date in spite of its format reads "#VALUE!", and is refused as such.
    warnings.filterwarnings("ignore", category=UserWarning, module=r"openpyxl\.")
    for document in answer(sys.stdin.buffer, limits):
        sys.stdout.write(json.dumps(document, ensure_ascii=True) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
