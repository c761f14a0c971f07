"""Reading workbooks that people send: bounded, suspicious, and honest about what Excel has
destroyed.
"""

from __future__ import annotations

import warnings
import zipfile
import zlib
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from models.errors import BadInput
from models.text import msg

#: Bounds of a file that is read in this process; larger ones are split by the sender.
MAX_FILE_BYTES = 64 * 1024 * 1024
MAX_UNPACKED_BYTES = 512 * 1024 * 1024
MAX_ROWS = 100_000
MAX_COLUMNS = 200
#: Blank rows in a run after which the sheet is taken to have ended.
BLANK_RUN = 1_000
#: Blank rows read after that, in search of rows that must not be dropped in silence.
FAR_ROWS = 20_000
#: What the library raises over a file that is no workbook, or a damaged or encrypted one.
BROKEN = (
    InvalidFileException,
    KeyError,
    IndexError,
    TypeError,
    ValueError,
    OSError,
    RuntimeError,
    zipfile.BadZipFile,
    zlib.error,
    ParseError,
)


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the sheet: its number as Excel shows it, and its cells by heading."""

    number: int
    cells: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet with one heading row: headings in order, and the rows, read once."""

    headings: tuple[str, ...]
    rows: Iterator[Row]


@contextmanager
def open_workbook(path: Path) -> Iterator[Sheet]:
    """Open the first sheet of an XLSX file for reading row by row.

    :raises BadInput: for another format, a macro or encrypted file, a bomb, or no usable heading
    row.
    """
    _check_package(path)
    with warnings.catch_warnings():
        # A cell that is no date in spite of its format reads "#VALUE!", and is refused as such.
        warnings.filterwarnings("ignore", category=UserWarning, module=r"openpyxl\.")
        with _opened(path) as cells:
            headings = _headings(next(cells, ()))
            yield Sheet(headings, _rows(cells, headings))


@contextmanager
def _opened(path: Path) -> Iterator[Iterator[Sequence[Any]]]:
    """Open the first sheet; its rows come without dimensions, which the file may lie about."""
    with path.open("rb") as file:  # the library leaves a file open that it refuses
        try:
            book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
        except BROKEN as error:
            raise _unreadable() from error
        if not book.worksheets:
            raise _unreadable()
        sheet = book.worksheets[0]
        sheet.reset_dimensions()
        with closing(_whole(sheet.iter_rows(values_only=True, max_col=MAX_COLUMNS + 1))) as cells:
            yield cells  # closed even if they are not read to the end: they hold the file open


def _whole(cells: Iterator[Sequence[Any]]) -> Generator[Sequence[Any]]:
    """Pass rows on until the file turns out to be broken."""
    try:
        yield from cells
    except BROKEN as error:
        raise _unreadable() from error


def _unreadable() -> BadInput:
    return BadInput(
        msg(
            "This is no readable XLSX workbook. Save it as .xlsx in Excel or WPS and send it again."
        )
    )


def _check_package(path: Path) -> None:
    if not path.is_file():
        raise BadInput(msg("There is no such file: %(name)s", name=path.name))
    if path.stat().st_size > MAX_FILE_BYTES:
        raise BadInput(
            msg("The file is larger than %(size)s MB. Split it.", size=MAX_FILE_BYTES >> 20)
        )
    if not zipfile.is_zipfile(path):
        raise _unreadable()
    with zipfile.ZipFile(path) as package:
        names = package.namelist()
        unpacked = sum(info.file_size for info in package.infolist())
    if any(name.endswith("vbaProject.bin") for name in names):
        raise BadInput(msg("The workbook holds macros. Save it as .xlsx without macros."))
    if unpacked > MAX_UNPACKED_BYTES:
        raise BadInput(
            msg("The workbook unpacks to more than %(size)s MB.", size=MAX_UNPACKED_BYTES >> 20)
        )


def _headings(row: Sequence[Any]) -> tuple[str, ...]:
    headings = [str(value).strip() if value is not None else "" for value in row]
    while headings and not headings[-1]:
        headings.pop()
    if not headings:
        raise BadInput(msg("The first row of the first sheet must hold the headings; it is empty."))
    if len(headings) > MAX_COLUMNS:
        raise BadInput(msg("The sheet has more than %(count)s columns.", count=MAX_COLUMNS))
    doubled = sorted({name for name in headings if name and headings.count(name) > 1})
    if doubled:
        raise BadInput(msg("Headings that stand twice: %(names)s", names="、".join(doubled)))
    return tuple(headings)


def _rows(cells: Iterator[Sequence[Any]], headings: tuple[str, ...]) -> Iterator[Row]:
    blank = 0
    for number, values in enumerate(cells, start=2):
        if all(value is None or value == "" for value in values):
            blank += 1
            if blank > BLANK_RUN:
                _refuse_far_rows(cells)
                return
            continue
        blank = 0
        if number > MAX_ROWS + 1:
            raise BadInput(msg("The sheet has more than %(count)s rows. Split it.", count=MAX_ROWS))
        yield Row(number, dict(zip(headings, values, strict=False)))


def _refuse_far_rows(cells: Iterator[Sequence[Any]]) -> None:
    """Read on past the end for a bounded while: rows after a long gap must not be dropped in
    silence.
    """
    for number, values in enumerate(cells):
        if any(value is not None and value != "" for value in values) or number > FAR_ROWS:
            raise BadInput(
                msg(
                    "There are rows after more than %(count)s empty ones. Remove the gap.",
                    count=BLANK_RUN,
                )
            )
