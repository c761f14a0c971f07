"""Exports of the rows that a list shows: streamed, masked, recorded before they leave."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterator, Sequence
from typing import Any
from urllib.parse import quote

from flask import Response, abort, request, stream_with_context
from flask.typing import ResponseReturnValue
from flask_admin.base import expose
from typing_extensions import override

from models import clock
from models.audit import recorder
from models.base.session import ActorSession
from models.errors import BadInput
from models.text import Label, msg
from models.transfer.columns import ColumnSpec
from models.transfer.writers import write_csv, write_xlsx
from views.base.cells import Codes, all_code_names, presenter
from views.base.columns import GridColumn
from views.base.declaration import Declared, M
from views.base.liststate import ListState
from views.base.masks import masked
from views.base.request import actor, commit, locale, own_session, text
from views.base.reveal import stated_purpose
from views.base.statement import count_all, row_statement

CSV, XLSX = "csv", "xlsx"
MEDIA = {
    CSV: "text/csv; charset=utf-8",
    XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
FETCH_ROWS = 500
PIECE_BYTES = 64 * 1024

Rows = Iterator[list[Any]]


class ExportPages(Declared[M]):
    """CSV and XLSX of the list, with its conditions, order and columns."""

    @expose("/export/<export_type>/", methods=("GET", "POST"))
    @override
    def export(self, export_type: str) -> ResponseReturnValue:
        """Send the list's rows, masked; a posted form with ``full=1`` and a purpose asks for
        personal data in full, which needs a right.
        """
        if export_type not in MEDIA:
            abort(404)
        full = request.form.get("full") == "1"
        if full:
            actor().require(self.permission("reveal"))
        body = export_rows(self, _asked(self), export_type, full=full)
        answer = Response(stream_with_context(_begun(body)), content_type=MEDIA[export_type])
        answer.headers["Content-Disposition"] = _disposition(self.title, export_type)
        return answer


def export_rows(
    grid: Declared[Any], state: ListState, kind: str, *, full: bool = False
) -> Iterator[bytes]:
    """Record who takes the rows of a list, then return the file piece by piece.

    :raises BadInput: for a list whose address cannot be read whole.
    """
    state.require_clean()
    state.shown(), state.order_keys()  # for the reader, who may be gone before the last row
    _record(grid, state, kind, full)
    return _csv(state, full) if kind == CSV else _xlsx(state, full)


def _asked(grid: Declared[Any]) -> ListState:
    """Return the list that an address or a posted form means.

    :raises BadInput: for an address that asks for personal data in full (reading 6).
    """
    if request.method == "POST":
        address = request.query_string.decode("ascii", "replace")
        return ListState.from_post(grid, request.form, address)
    if request.args.get("full", "0") != "0":
        raise BadInput(
            msg(
                "Personal data in full do not leave by a link. Use the form under “Export” in the"
                " list, which asks for a purpose (POST with full=1, purpose and query)."
            )
        )
    return ListState.from_query(grid, request.args)


def _begun(body: Iterator[bytes]) -> Iterator[bytes]:
    """Fetch the first piece at once: a server ends the request's session before it streams.

    Whatever needs the actor has then happened, and a refusal is still a page of its own.
    """
    first = next(body, b"")

    def pieces() -> Iterator[bytes]:
        yield first
        yield from body

    return pieces()


def _record(grid: Declared[Any], state: ListState, kind: str, full: bool) -> None:
    """Write who takes which rows away, before the first of them leaves."""
    said = {
        "format": [None, kind],
        "rows": [None, 0],
        "conditions": [None, state.query_string()],
        "columns": [None, " ".join(column.name for column in state.shown())],
        "personal_data": [None, "full" if full else "masked"],
    }
    with own_session(write=True) as work:
        said["rows"] = [None, count_all(work, state)]
        event, table = grid.permission("export"), grid.mapped.__tablename__
        purpose = stated_purpose(work) if full else None
        recorder.record(work, event, entity=table, changes=said, reason=purpose)
        commit(work)


def _disposition(title: Label, kind: str) -> str:
    day = clock.today().isoformat()
    plain = re.sub(r"[^A-Za-z0-9]+", "-", title.en).strip("-")
    own = quote(f"{text(title)}-{day}.{kind}")
    return f"attachment; filename=\"{plain}-{day}.{kind}\"; filename*=UTF-8''{own}"


def specs(columns: Sequence[GridColumn]) -> list[ColumnSpec]:
    """Return the columns of the file."""
    return [
        ColumnSpec(column.name, column.label, column.meta.choices, column.kind == "boolean")
        for column in columns
    ]


def _rows(work: ActorSession, state: ListState, full: bool) -> Rows:
    """Fetch the list's rows through a cursor of the database, a few hundred at a time."""
    columns = state.shown()
    codes = all_code_names(work, columns)
    presenters = [_presenter(column, codes, full) for column in columns]
    statement = row_statement(state, columns).order_by(
        *(key.ordering() for key in state.order_keys())
    )
    result = work.execute(statement, execution_options={"yield_per": FETCH_ROWS})
    try:
        for row in result:
            yield [p(value) for p, value in zip(presenters, row[1:], strict=True)]
    finally:
        result.close()


def _presenter(column: GridColumn, codes: Codes, full: bool) -> Callable[[Any], Any]:
    kind = column.meta.sensitive
    if kind and (kind == "secret" or column.is_locked or not full):
        return lambda value: masked(kind, value)
    present = presenter(column)
    if present is not None:
        return present
    if column.kind == "code":
        set_code = str(column.meta.code_set)
        return lambda value: codes.get((set_code, value), value)
    return lambda value: value


def _csv(state: ListState, full: bool) -> Iterator[bytes]:
    with own_session() as work:
        yield from write_csv(specs(state.shown()), _rows(work, state, full), _words())


def _xlsx(state: ListState, full: bool) -> Iterator[bytes]:
    with own_session() as work, tempfile.TemporaryFile() as file:
        rows = _rows(work, state, full)
        write_xlsx(file, specs(state.shown()), rows, str(text(state.grid.title)), _words())
        file.seek(0)
        while piece := file.read(PIECE_BYTES):
            yield piece


def _words() -> Callable[[Label], str]:
    language = locale()
    return lambda label: label.get(language)
