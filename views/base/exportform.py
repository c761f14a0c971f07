"""The form that says what a file is to hold: its columns and their order, labels or codes, ticked
rows or the whole list, and personal data as far as a right and a purpose go.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from flask import request
from flask_babel import ngettext
from werkzeug.datastructures import MultiDict

from models.accounts.layouts import Layout
from models.base.actor import Actor
from models.batch.pinning import record_id
from models.errors import BadInput
from models.text import msg
from views.base.arranging import ticked_columns
from views.base.declaration import Declared
from views.base.exported import Export
from views.base.layoutform import ColumnChoice, LayoutForm
from views.base.liststate import ListState
from views.base.request import text
from views.base.reveal import remembered_purpose

#: A form that shows every column says so: else the columns of the list are meant.
CHOSEN = "chosen"
#: The input that a file with personal data needs.
PURPOSE = "purpose"


@dataclass(frozen=True)
class ExportForm:
    """What can be chosen for one list by one actor, and what he chose where it was refused."""

    state: ListState
    ids: tuple[int, ...]
    actor: Actor
    full: bool = False
    codes: bool = False
    refusal: BadInput | None = None

    @property
    def title(self) -> str:
        """Return the name of the list."""
        return str(text(self.state.grid.title))

    @property
    def query(self) -> str:
        """Return the list's own query."""
        return self.state.query_string()

    @property
    def columns(self) -> list[ColumnChoice]:
        """Return the columns of the list in their order, then the others."""
        return LayoutForm(self.state, Layout()).columns

    @property
    def rows(self) -> str:
        """Say which rows are meant, as far as they were ticked; empty for the whole list."""
        count = len(self.ids)
        said: str = ngettext("%(num)s ticked record", "%(num)s ticked records", count)
        return said if count else ""

    @property
    def may_reveal(self) -> bool:
        """Say whether the file may hold personal data in full."""
        grid = self.state.grid
        personal = any(grid.column(name).sensitive for name in grid.choosable)
        return personal and grid.may(self.actor, "reveal")

    @property
    def purpose(self) -> str:
        """Return the purpose of seeing personal data that was given earlier in this session."""
        return remembered_purpose()


def asked_again(export: Export, who: Actor, refusal: BadInput) -> ExportForm:
    """Return the form of a file that was refused, as it was sent.

    :raises BadInput: the refusal itself, for what was not sent by the form, or is no input of it.
    """
    if request.form.get(CHOSEN) != "1" or refusal.field != PURPOSE:
        raise refusal
    return ExportForm(export.state, export.ids, who, export.full, export.codes, refusal)


def asked_list(grid: Declared[Any]) -> ListState:
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


def asked_export(grid: Declared[Any], kind: str) -> Export:
    """Return the file that an address or a posted form asks for.

    :raises BadInput: for a form without a column, or with a row that is no record's number.
    """
    state, posted = asked_list(grid), request.form
    if posted.get(CHOSEN) == "1":
        state = replace(state, cols=_columns(grid, posted))
    full, codes = posted.get("full") == "1", posted.get("values") == "codes"
    return Export(state, kind, full=full, codes=codes, ids=ticked_rows(posted))


def _columns(grid: Declared[Any], posted: MultiDict[str, str]) -> tuple[str, ...]:
    names = ticked_columns(grid, posted)
    if not names:
        raise BadInput(msg("No column was chosen. Tick at least one."), "cols")
    return names


def ticked_rows(posted: MultiDict[str, str]) -> tuple[int, ...]:
    """Return the ids of the ticked rows; none where all that match are meant.

    :raises BadInput: for an id that is no record's number.
    """
    if posted.get("all_matching") == "1":
        return ()
    return tuple(sorted({record_id(each) for each in posted.getlist("rowid")}))
