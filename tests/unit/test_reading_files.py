"""Files that people send: the formats that are read, and hostile ones, which harm nobody."""

from __future__ import annotations

import json
import os
import resource
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from models.errors import BadInput
from models.transfer import parsing, readers
from models.transfer.readers import REFUSALS, Limits, open_sheet
from tests.support.workbooks import cell, package, workbook

#: What the issue grants a hostile file; of work, because a busy machine's delays do not count.
MOST_SECONDS = 5


def read(path: Path, limits: Limits | None = None) -> list[dict[str, Any]]:
    with open_sheet(path, limits) as sheet:
        return [row.cells for row in sheet.rows]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "sent"


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gb18030"], ids=["no mark", "mark", "GB18030"]
)
@pytest.mark.parametrize("separator", [",", "\t"], ids=["comma", "tab"])
def test_text_files_are_read_in_every_spelling(file: Path, encoding: str, separator: str) -> None:
    lines = [["姓名", "证件号码"], ["王小明", "11010519491231002X"], ["", ""], ["㐂", "1"]]
    file.write_bytes("\r\n".join(separator.join(line) for line in lines).encode(encoding))
    assert read(file) == [
        {"姓名": "王小明", "证件号码": "11010519491231002X"},
        {"姓名": "㐂", "证件号码": "1"},
    ]


def test_a_quoted_cell_holds_separators_and_lines(file: Path) -> None:
    file.write_text('甲,乙\n"一,二","三\n四"\n', "utf-8")
    assert read(file) == [{"甲": "一,二", "乙": "三\n四"}]


def test_a_workbook_keeps_its_types(file: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    values = ["王", 12, 1.5, True, datetime(2026, 11, 23, 9, 30)]
    sheet.append([f"c{n}" for n in range(5)])
    sheet.append(values)
    book.save(file)
    assert [list(row.values()) for row in read(file)] == [values]


def test_rows_keep_their_numbers(file: Path) -> None:
    file.write_text("甲\n1\n\n\n4\n", "utf-8")
    with open_sheet(file) as sheet:
        assert [row.number for row in sheet.rows] == [2, 5]


def answered(path: Path, limits: dict[str, Any]) -> Iterator[Any]:
    """Yield what the process of the parser would say, in this one."""
    with path.open("rb") as sent:
        yield from parsing.answer(sent, limits)


def small(path: Path) -> None:
    """Write the famous file of 1.4 KB that made a parser reserve 549 GB."""
    last = f'<row r="1048576">{cell("XFD1048576", "x")}</row>'
    workbook(path, f'<row r="1">{cell("A1", "姓名")}</row>{last}')
    assert path.stat().st_size < 2_000


def wide(path: Path) -> None:
    path.write_text(",".join(f"c{n}" for n in range(16_000)) + "\n", "utf-8")


def wide_workbook(path: Path) -> None:
    cells = "".join(f'<c t="inlineStr"><is><t>{n}</t></is></c>' for n in range(16_000))
    workbook(path, f'<row r="1">{cells}</row>')


def long_place(path: Path) -> None:
    """Write a cell whose name alone takes a second to be counted out."""
    workbook(path, f'<row r="1">{cell("A" * 250_000 + "1", "x")}</row>')


def hidden_bomb(path: Path) -> None:
    """Write a bomb beside a part that cannot be packed."""
    bomb(path)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_STORED) as archive:
        archive.writestr("xl/media/image1.png", os.urandom(1 << 20))


def bomb(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        with archive.open("xl/sharedStrings.xml", "w", force_zip64=True) as part:
            for _ in range(100):
                part.write(b"\0" * (1 << 20))


def long_cell(path: Path) -> None:
    workbook(path, f'<row r="1">{cell("A1", "x" * 20_000_000)}</row>')


def long_line(path: Path) -> None:
    """Make a file of a single line of one gigabyte; a hole in it costs no disk."""
    with path.open("wb") as target:
        target.truncate(1 << 30)


def line_within_bytes(path: Path) -> None:
    path.write_bytes(b"x" * (30 << 20))


def commas(path: Path) -> None:
    path.write_bytes(b"," * (30 << 20))


def entity(path: Path) -> None:
    workbook(path, "")
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    name = "xl/worksheets/sheet1.xml"
    place = "file:" + "///etc/passwd"
    secret = f'<!DOCTYPE w [<!ENTITY x SYSTEM "{place}">]>'
    sheet = parts[name].replace(
        "<sheetData>", '<sheetData><row r="1"><c t="inlineStr"><is><t>&x;</t></is></c></row>'
    )
    package(path, parts | {name: secret + sheet})


def laughs(path: Path) -> None:
    small(path)
    lines = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    parts["xl/workbook.xml"] = f'<!DOCTYPE w [<!ENTITY e0 "ha">{lines}]>' + parts[
        "xl/workbook.xml"
    ].replace('name="s"', 'name="&e9;"')
    package(path, parts)


def picture(path: Path) -> None:
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + os.urandom(1000))


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (small, "gap"),
        (wide, "columns"),
        (wide_workbook, "columns"),
        (bomb, "bomb"),
        (hidden_bomb, "bomb"),
        (long_place, "unreadable"),
        (long_cell, "long"),
        (line_within_bytes, "line"),
        (commas, "line"),
        (entity, "unreadable"),
        (laughs, "unreadable"),
        (picture, "format"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_hostile_files_are_refused_at_once(
    file: Path, make: Callable[[Path], None], code: str
) -> None:
    make(file)
    before = _worked()
    with pytest.raises(BadInput) as refused:
        read(file)
    assert refused.value.message.msgid == REFUSALS[code].msgid
    assert _worked() - before < MOST_SECONDS


def _worked() -> float:
    """Return the seconds that this process and its children have computed, however busy others."""
    spent = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in spent)


@pytest.mark.parametrize("rows", ["<row/>" * 300, f"<row>{'<c/>' * 300}</row>"], ids=["r", "c"])
def test_rows_and_cells_that_hold_nothing_count_too(
    file: Path, rows: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parsing, "SHEET_ROWS", 200)
    limits = asdict(Limits(cells=200))
    assert list(answered(workbook(file, rows), limits)) == [{"refused": "padding", "params": {}}]


def test_a_line_of_a_gigabyte_is_not_even_opened(file: Path) -> None:
    long_line(file)
    with pytest.raises(BadInput, match=r"larger than 32 MB"):
        read(file)


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        (Limits(rows=2), "more than 2 rows"),
        (Limits(columns=1), "more than 1 columns"),
        (Limits(cells=5), "more than 5 filled cells"),
        (Limits(bytes=3), "larger than 0 MB"),
    ],
    ids=["rows", "columns", "cells", "bytes"],
)
@pytest.mark.parametrize("kind", ["text", "workbook"])
def test_limits_hold_for_every_format(file: Path, limits: Limits, words: str, kind: str) -> None:
    if kind == "text":
        file.write_text("a,b\n1,2\n3,4\n5,6\n", "utf-8")
    else:
        rows = (f'<row r="{n}">{cell(f"A{n}", "a")}{cell(f"B{n}", "b")}</row>' for n in (1, 2, 3))
        workbook(
            file, "".join(rows).replace(">a<", ">x<", 1) + f'<row r="4">{cell("A4", "c")}</row>'
        )
    with pytest.raises(BadInput, match=words):
        read(file, limits)


def test_a_parser_without_memory_or_time_is_an_answer_too(file: Path) -> None:
    file.write_text("甲\n" + "1\n" * 12_000_000, "utf-8")
    for limits in (replace(Limits(), memory=64 << 20), replace(Limits(), seconds=0)):
        with pytest.raises(BadInput, match="more memory or time"):
            read(file, limits)


def test_what_is_done_with_rows_takes_none_of_the_parsers_time(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hours = count(step=3600)
    now = [0]
    monkeypatch.setattr(readers, "monotonic", lambda: now[0])
    file.write_text("甲\n" + f"{'x' * 1_000}\n" * 1_000, "utf-8")
    with open_sheet(file) as sheet:
        for row, now[0] in zip(sheet.rows, hours, strict=False):
            last = row.number
    assert last == 1_001


def test_the_parser_is_given_no_secret_and_may_write_nothing(file: Path, tmp_path: Path) -> None:
    limits = {"memory": 1 << 30, "seconds": 5}
    pid = os.fork()
    if not pid:  # the child: a confined process cannot write a byte
        parsing.confine(limits)
        try:
            (tmp_path / "written").write_text("x")
        except OSError:
            os._exit(0)
        os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) != 1


def test_what_the_parser_says_is_json(file: Path) -> None:
    file.write_text("甲\n=1\n", "utf-8")
    limits = {"rows": 9, "columns": 9, "cells": 9}
    said = [json.loads(json.dumps(each)) for each in answered(file, limits)]
    assert said == [[1, ["甲"]], [2, ["=1"]], {"end": True}]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ('甲\n"1\n'.encode(), "quotes"),
        (b"\xff\xff\xff\xff", "encoding"),
        ("甲\n".encode("utf-16"), "format"),
        (b"%PDF-1.7\n", "format"),
    ],
    ids=["quotes", "encoding", "UTF-16", "PDF"],
)
def test_other_text_is_refused_in_words(file: Path, content: bytes, code: str) -> None:
    file.write_bytes(content)
    with pytest.raises(BadInput) as refused:
        read(file)
    assert refused.value.message.msgid == REFUSALS[code].msgid
