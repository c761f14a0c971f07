"""Writes the workbook row by row."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from itertools import cycle
from pathlib import Path
from random import Random
from typing import Any

import xlsxwriter
from sqlalchemy.orm import Session

from models.certification.import_fields import FIELDS
from seed.workbook.faults import FAULTS, make_stock
from seed.workbook.rows import Cells, good_row, new_people, open_office

SEED = 20260802
SHEET = "网上申报"
_WIDTHS = {"证件号码": 21, "通讯地址": 40, "简历": 60, "提交时间": 20, "认定计划": 36, "确认点": 32}


def write_workbook(
    session: Session, path: Path, rows: int = 2000, bad: int = 40
) -> list[tuple[int, str]]:
    """Write ``rows`` applications that the import accepts, and ``bad`` others among them.

    The same for the same database, day and numbers. Returns the bad rows, each with its number as
    a spreadsheet shows it and its kind, a key of ``FAULTS``.

    :raises NoOpenPlan: when the demo authority has no plan that takes applications today.
    """
    faults: list[tuple[int, str]] = []
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        sheet = _Sheet(book)
        for number, (kind, cells) in enumerate(_rows(session, rows, bad), start=1):
            sheet.write(number, cells)
            if kind:
                faults.append((number + 1, kind))
    return faults


def _rows(session: Session, rows: int, bad: int) -> Iterator[tuple[str | None, Cells]]:
    rng = Random(f"{SEED}/{rows}/{bad}")
    office = open_office(session)
    people, stock = new_people(session, rng), make_stock(session, rng, office)
    spoiled = set(rng.sample(range(rows + bad), bad))
    kinds = cycle(FAULTS)
    for position in range(rows + bad):
        cells = good_row(office, people)
        if position in spoiled:
            kind = next(kinds)
            yield kind, FAULTS[kind](stock, cells)
        else:
            stock.remember(cells)
            yield None, cells


class _Sheet:
    """The one sheet, with its headings and the formats of days and instants."""

    def __init__(self, book: Any) -> None:
        self.sheet = book.add_worksheet(SHEET)
        self.sheet.freeze_panes(1, 0)
        self.day = book.add_format({"num_format": "yyyy-mm-dd"})
        self.moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        bold = book.add_format({"bold": True})
        for column, field in enumerate(FIELDS):
            self.sheet.set_column(column, column, _WIDTHS.get(field.heading, 14))
            self.sheet.write_string(0, column, field.heading, bold)

    def write(self, number: int, cells: Cells) -> None:
        """Write one row; texts stay texts, also those that look like numbers or formulas."""
        for column, field in enumerate(FIELDS):
            value = cells[field.heading]
            if value is None:
                continue
            if isinstance(value, datetime):
                self.sheet.write_datetime(number, column, value, self.moment)
            elif isinstance(value, date):
                self.sheet.write_datetime(number, column, value, self.day)
            elif isinstance(value, float):
                self.sheet.write_number(number, column, value)
            else:
                self.sheet.write_string(number, column, str(value))
