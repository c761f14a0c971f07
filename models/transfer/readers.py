"""Reading files that people send: bounded, suspicious, and honest about what Excel has destroyed.

CSV (UTF-8 or GB18030; comma or tab) and XLSX are opened by :mod:`models.transfer.parsing`, in a
process of its own; here stands what it is allowed, and what its refusals mean in words.
"""

from __future__ import annotations

import io
import json
import os
import select
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from time import monotonic
from typing import IO, Any, Final

from typing_extensions import override

from models.errors import BadInput
from models.text import Message, msg
from models.transfer import parsing

_READ: Final[Mapping[str, Any]] = {
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "time": time.fromisoformat,
    "seconds": lambda seconds: timedelta(seconds=seconds),
}

#: How much a pipe holds.
PIPE_BYTES: Final = 1 << 16


@dataclass(frozen=True, slots=True)
class Limits:
    """How large a file may be: bytes as sent and unpacked, rows below the headings, columns, cells
    that are not empty; and what reading it may cost: bytes of memory, seconds of waiting, and of
    work where fewer are granted.
    """

    bytes: int = 32 << 20
    unpacked: int = 512 << 20
    rows: int = 100_000
    columns: int = 200
    cells: int = 5_000_000
    memory: int = 1 << 30
    seconds: int = 120
    work: int | None = None


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


REFUSALS: Final[Mapping[str, Message]] = {
    "unreadable": msg(
        "This is no readable XLSX workbook. Save it as .xlsx in Excel or WPS and send it again."
    ),
    "old_or_encrypted": msg(
        "The file is of an old format (.xls) or protected by a password."
        " Save it as .xlsx without a password and send it again."
    ),
    "format": msg("Only XLSX and CSV files are read. Save the table as one of them."),
    "encoding": msg("The file is neither UTF-8 nor GB18030. Save it as CSV in UTF-8."),
    "quotes": msg("Row %(row)s: a quotation mark is opened and not closed. Correct it."),
    "macros": msg("The workbook holds macros. Save it as .xlsx without macros."),
    "unpacked": msg("The workbook unpacks to more than %(size)s MB."),
    "bomb": msg(
        "The workbook unpacks to far more than it holds. Copy the rows into a new workbook."
    ),
    "padding": msg(
        "The sheet holds far more empty rows or cells than filled ones."
        " Copy the rows that matter into a new workbook."
    ),
    "rows": msg("The sheet has more than %(count)s rows. Split it."),
    "columns": msg("The sheet has more than %(count)s columns."),
    "cells": msg("The sheet has more than %(count)s filled cells. Split it."),
    "gap": msg("There are rows after more than %(count)s empty ones. Remove the gap."),
    "formula": msg(
        "Row %(row)s: a formula has no value yet. Open the file in Excel or WPS, save it, and send"
        " it again."
    ),
    "long": msg("A cell holds more than %(count)s characters, which no column takes."),
    "line": msg("A line of the file is longer than %(count)s characters."),
    "too_much": msg(
        "Reading the file takes more memory or time than is allowed here."
        " Copy the rows that matter into a new workbook, or split it."
    ),
}


@contextmanager
def open_sheet(source: Path | IO[bytes], limits: Limits | None = None) -> Iterator[Sheet]:
    """Open a CSV file, or the first sheet of an XLSX file, for reading row by row. A file without
    a name is read from its start.

    :raises BadInput: for another format, a macro or encrypted file, a bomb, or no usable heading
    row.
    """
    limits = limits or Limits()
    with _opened(source) as file, _reading(file, limits) as process:
        assert process.stdout is not None  # noqa: S101 -- opened as a pipe
        try:
            found = _documents(_Awaited(process.stdout, limits.seconds))
            number, cells = next(found, (1, ()))
            headings = _headings(cells if number == 1 else ())
            yield Sheet(headings, _rows(found, headings))
        finally:
            process.kill()  # it may not have been read to the end


def _opened(source: Path | IO[bytes]) -> AbstractContextManager[IO[bytes]]:
    if not isinstance(source, Path):
        source.seek(0)
        return nullcontext(source)
    if not source.is_file():
        raise BadInput(msg("There is no such file: %(name)s", name=source.name))
    return source.open("rb")


def _reading(file: IO[bytes], limits: Limits) -> subprocess.Popen[bytes]:
    """Start the process that reads a file."""
    if os.fstat(file.fileno()).st_size > limits.bytes:
        raise BadInput(
            msg("The file is larger than %(size)s MB. Split it.", size=limits.bytes >> 20)
        )
    command = [sys.executable, "-I", "-X", "utf8", parsing.__file__, json.dumps(asdict(limits))]
    return subprocess.Popen(  # noqa: S603 -- our own interpreter and file
        command,
        stdin=file,  # which needs no name: nothing is left of it, whoever is killed
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={},  # nothing of the server's secrets
    )


class _Awaited(io.RawIOBase):
    """What a process says, waited for so many seconds altogether. What is done with its rows in
    between does not count.
    """

    def __init__(self, file: IO[bytes], seconds: float) -> None:
        self.file = file
        self.left = seconds
        self.poll = select.poll()
        self.poll.register(file, select.POLLIN)

    @override
    def readable(self) -> bool:
        return True

    def readinto(self, room: Any) -> int:
        """Fill ``room``.

        :raises TimeoutError: when the time is over.
        """
        began = monotonic()
        is_there = self.poll.poll(max(0, self.left) * 1000)
        self.left -= monotonic() - began
        if not is_there:
            raise TimeoutError
        return os.readv(self.file.fileno(), [room])


def _documents(said_by: _Awaited) -> Iterator[tuple[int, list[Any]]]:
    """Yield numbers and cells of rows; a process that ends without a word has been killed."""
    for line in _lines(said_by):
        if not line.endswith(b"\n"):
            break
        said = json.loads(line)
        if isinstance(said, list):
            yield said[0], [_cell(value) for value in said[1]]
        elif "refused" in said:
            raise BadInput(Message(REFUSALS[said["refused"]].msgid, said["params"]))
        else:
            return
    raise BadInput(REFUSALS["too_much"])


def _lines(said_by: _Awaited) -> Iterator[bytes]:
    try:
        yield from io.BufferedReader(said_by, PIPE_BYTES)
    except TimeoutError:
        raise BadInput(REFUSALS["too_much"]) from None


def _cell(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    [(kind, said)] = value.items()
    return _READ[kind](said)


def _headings(row: Sequence[Any]) -> tuple[str, ...]:
    headings = [str(value).strip() if value is not None else "" for value in row]
    if not any(headings):
        raise BadInput(msg("The first row of the first sheet must hold the headings; it is empty."))
    doubled = sorted({name for name in headings if name and headings.count(name) > 1})
    if doubled:
        raise BadInput(msg("Headings that stand twice: %(names)s", names="、".join(doubled)))
    return tuple(headings)


def _rows(found: Iterator[tuple[int, list[Any]]], headings: tuple[str, ...]) -> Iterator[Row]:
    for number, values in found:
        yield Row(number, dict(zip(headings, values, strict=False)))
