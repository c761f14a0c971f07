"""A list on its way into a file: which rows and columns, and how they are told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select

from models.base.copying import can_copy, copied_rows
from models.base.session import ActorSession
from models.text import Label
from models.transfer.workbooks import xlsx_pieces
from models.transfer.writers import csv_heading, write_csv
from views.base.exportcolumns import ExportColumn, export_columns
from views.base.exportsql import csv_expressions
from views.base.liststate import ListState
from views.base.request import locale, text

CSV, XLSX = "csv", "xlsx"
FETCH_ROWS = 500
#: Hears how many rows have been fetched so far.
Hear = Callable[[int], None]


@dataclass(frozen=True)
class Export:
    """What a file is to hold: the rows of a list, or the ticked ones of them.

    ``full``: personal data unmasked; ``codes``: codes of closed sets instead of their labels.
    """

    state: ListState
    kind: str
    full: bool = False
    codes: bool = False
    ids: tuple[int, ...] = ()

    @property
    def rows(self) -> Select[Any]:
        """Return ``select(Model)`` of the rows, unordered."""
        model: Any = self.state.grid.mapped
        found = self.state.statement()
        return found.where(model.id.in_(self.ids)) if self.ids else found

    def count(self, work: ActorSession, most: int | None = None) -> int:
        """Return the number of rows; of more than ``most`` it is only known that they are more."""
        model: Any = self.state.grid.mapped
        rows = self.rows.with_only_columns(model.id)
        found = rows.limit(most + 1) if most is not None else rows
        return work.scalar(select(func.count()).select_from(found.subquery())) or 0

    def pieces(self, work: ActorSession, hear: Hear) -> Iterator[bytes]:
        """Yield the file piece by piece, the first before any row is fetched; ``hear`` is told how
        many rows have been.
        """
        columns = export_columns(work, self.state.shown(), full=self.full, codes=self.codes)
        copied = self._copied(work, columns, hear) if self.kind == CSV else None
        if copied is not None:
            yield csv_heading([column.spec for column in columns], words())
            yield from copied
            return
        statement = self._statement([column.expression for column in columns])
        rows = _rows(work, statement, columns, hear)
        specs = [column.spec for column in columns]
        if self.kind == CSV:
            yield from write_csv(specs, rows, words())
        else:
            yield from xlsx_pieces(specs, rows, str(text(self.state.grid.title)), words())

    def _copied(
        self, work: ActorSession, columns: list[ExportColumn], hear: Hear
    ) -> Iterator[bytes] | None:
        """Return the rows as the database itself writes them, None where it cannot."""
        expressions = csv_expressions(columns) if can_copy(work) else None
        if expressions is None:
            return None
        return copied_rows(work, self._statement(expressions), hear)

    def _statement(self, expressions: list[Any]) -> Select[Any]:
        order = (key.ordering() for key in self.state.order_keys())
        chosen = self.rows.with_only_columns(*expressions, maintain_column_froms=True)
        return chosen.order_by(*order)


def _rows(
    work: ActorSession, statement: Select[Any], columns: list[ExportColumn], hear: Hear
) -> Iterator[list[Any]]:
    """Fetch rows through a cursor of the database, a few hundred at a time."""
    presented = [column.presented() for column in columns]
    result = work.execute(statement, execution_options={"yield_per": FETCH_ROWS})
    fetched = 0
    try:
        for part in result.partitions():
            hear(fetched := fetched + len(part))
            for row in part:
                yield [present(value) for present, value in zip(presented, row, strict=True)]
    finally:
        result.close()


def words() -> Callable[[Label], str]:
    """Return what tells a label in the language of the request."""
    language = locale()
    return lambda label: label.get(language)
