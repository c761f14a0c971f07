"""A list on its way into a file: which rows and columns, how they are told, and who took them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func

from models.audit import recorder
from models.base.copying import can_copy, copied_rows
from models.base.session import ActorSession
from models.text import Label
from models.transfer.workbooks import xlsx_pieces
from models.transfer.writers import csv_heading, write_csv
from views.base.exportcolumns import ExportColumn, export_columns
from views.base.exportsql import csv_expressions
from views.base.liststate import ListState
from views.base.request import commit, locale, own_session, text
from views.base.reveal import stated_purpose

CSV, XLSX = "csv", "xlsx"
FETCH_ROWS = 500
#: Hears how many rows have left so far.
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

    def count(self, work: ActorSession) -> int:
        """Return the exact number of rows: the trail tells it, and an export reads them anyway."""
        model: Any = self.state.grid.mapped
        return work.scalar(self.rows.with_only_columns(func.count(model.id))) or 0

    def record(self) -> int:
        """Write who takes which rows away, before the first of them leaves; return their number.

        :raises BadInput: without a purpose, for personal data in full.
        """
        grid = self.state.grid
        with own_session(write=True) as work:
            rows = self.count(work)
            purpose = stated_purpose(work) if self.full else None
            recorder.record(
                work,
                grid.permission("export"),
                entity=grid.mapped.__tablename__,
                changes=self._told(rows),
                reason=purpose,
            )
            commit(work)
        return rows

    def _told(self, rows: int) -> dict[str, Any]:
        said = {
            "format": self.kind,
            "rows": rows,
            "conditions": self.state.query_string(),
            "columns": " ".join(column.name for column in self.state.shown()),
            "personal_data": "full" if self.full else "masked",
        }
        said |= {"values": "codes"} if self.codes else {}
        said |= {"ticked": len(self.ids)} if self.ids else {}
        return {name: [None, value] for name, value in said.items()}

    def pieces(self, hear: Hear | None = None) -> Iterator[bytes]:
        """Yield the file piece by piece, the first before any row is fetched."""
        with own_session() as work:
            columns = export_columns(work, self.state.shown(), full=self.full, codes=self.codes)
            copied = self._copied(work, columns) if self.kind == CSV else None
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

    def _copied(self, work: ActorSession, columns: list[ExportColumn]) -> Iterator[bytes] | None:
        """Return the rows as the database itself writes them, None where it cannot."""
        expressions = csv_expressions(columns) if can_copy(work) else None
        return None if expressions is None else copied_rows(work, self._statement(expressions))

    def _statement(self, expressions: list[Any]) -> Select[Any]:
        order = (key.ordering() for key in self.state.order_keys())
        chosen = self.rows.with_only_columns(*expressions, maintain_column_froms=True)
        return chosen.order_by(*order)


def _rows(
    work: ActorSession, statement: Select[Any], columns: list[ExportColumn], hear: Hear | None
) -> Iterator[list[Any]]:
    """Fetch rows through a cursor of the database, a few hundred at a time."""
    presented = [column.presented() for column in columns]
    result = work.execute(statement, execution_options={"yield_per": FETCH_ROWS})
    try:
        for number, part in enumerate(result.partitions()):
            if hear:
                hear(number * FETCH_ROWS)
            for row in part:
                yield [present(value) for present, value in zip(presented, row, strict=True)]
    finally:
        result.close()


def words() -> Callable[[Label], str]:
    """Return what tells a label in the language of the request."""
    language = locale()
    return lambda label: label.get(language)
