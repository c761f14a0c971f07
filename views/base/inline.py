"""Correction of one value in the list itself, for the columns that a grid declares ``inline``.

The form of a cell is the record's own form with one field: same rights, same check of the version,
same faults, same trail.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from flask import abort, get_template_attribute, render_template, request
from flask.typing import ResponseReturnValue
from flask_admin.base import expose
from flask_babel import gettext as _
from markupsafe import Markup
from sqlalchemy import select

from models.errors import Conflict, Forbidden, Refusal
from models.text import Message, msg
from views.base.cells import code_names, formatter
from views.base.columns import GridColumn
from views.base.declaration import M
from views.base.form import RecordForm
from views.base.liststate import ListState
from views.base.neighbours import MOST_CHARS
from views.base.record import RecordPages
from views.base.request import actor, session, text, translate
from views.base.shown import load_referred, title_of
from views.base.statement import row_statement

OPENER = Markup(
    ' <a class="open-cell" href="edit/?id={}&amp;url={}#{}" data-cell="{}" aria-label="{}">{}</a>'
)


class InlinePages(RecordPages[M]):
    """The form of one cell, as the list's script loads and sends it."""

    @expose("/cell/", methods=("GET", "POST"))
    def cell_view(self) -> ResponseReturnValue:
        """Show the form of a cell, or save it and answer with what the cell then shows."""
        record = self._asked()
        column = self._inline_column()
        try:
            form = self._cell_form(record, column)
            if request.method == "GET":
                return self._cell_page(record, column, form)
            if form.validate() and self.update_model(form, record):
                return str(self._as_listed(record.id, column))
        except Conflict:
            return self._both(record.id, column)
        except Refusal as refused:
            return self._refused(record.id, refused.message, refused.status)
        return self._cell_page(record, column, form, 400)

    def inline_names(self, ids: Sequence[int]) -> Mapping[int, frozenset[str]]:
        """Return what may be corrected in the list, by record, of those that the actor may act on;
        by one statement for the records and one for each key that their rights follow from.
        """
        mine = self.acted_on(ids, actor())
        wanted = select(self.mapped).where(self.mapped.id.in_(mine))
        records = session().scalars(wanted).all() if mine else ()
        load_referred(records, self.judged_by.split())
        return {record.id: self._correctable(record) for record in records}

    def _correctable(self, record: Any) -> frozenset[str]:
        rights = self.editable(record, actor())
        return frozenset() if rights.confirmation else rights.names - rights.need_reason

    def _inline_column(self) -> GridColumn:
        name = request.args.get("name", "")
        if name not in self.inline.split() or self.shown_name(name) is None:
            abort(404)
        return self.column(name)

    def _cell_form(self, record: Any, column: GridColumn) -> RecordForm:
        """Return the record's form with the one field.

        :raises Forbidden: where it may not be changed, or not without saying more.
        """
        rights = self.editable(record, actor())
        if column.key not in rights.names:
            raise Forbidden(rights.why_not or msg("This value cannot be changed at present."))
        if column.key in rights.need_reason or rights.confirmation is not None:
            raise Forbidden(msg("This change needs a reason. Open the record to give it."))
        form = self.edit_form(record)
        form.keep({column.key})
        return form

    def _both(self, id_: int, column: GridColumn) -> ResponseReturnValue:
        """Show what was typed beside what the record holds meanwhile: saving it now is a choice."""
        session().rollback()
        record = self._asked()
        form = self._cell_form(record, column)
        told = msg(
            "Somebody else has changed this record since; here it now says “%(theirs)s”. Save to"
            " have yours instead, or cancel to leave theirs.",
            theirs=self._as_listed(id_, column).striptags(),
        )
        form.general.append(translate(told))
        return self._cell_page(record, column, form, Conflict.status, is_anew=True)

    def _cell_page(
        self,
        record: Any,
        column: GridColumn,
        form: RecordForm,
        status: int = 200,
        *,
        is_anew: bool = False,
    ) -> ResponseReturnValue:
        page = render_template(
            "grid/cell.html",
            record=record,
            title=title_of(record),
            field=form[column.key],
            form=form,
            sent={} if is_anew else request.form,
        )
        return page, status, {"Cache-Control": "no-store"}

    def _as_listed(self, id_: int, column: GridColumn) -> Markup:
        """Return what the cell shows now, read as the list reads it."""
        wanted = select(self.mapped).where(self.mapped.id == id_)
        row = (
            session().execute(row_statement(ListState(self, actor()), [column], rows=wanted)).one()
        )
        return formatter(column, code_names(session(), [column], [row]))(row[1])

    def _refused(self, id_: int, why: Message, status: int) -> ResponseReturnValue:
        session().rollback()
        page = render_template(
            "grid/cellrefused.html",
            why=translate(why),
            record_url=self.get_url(".edit_view", id=id_),
        )
        return page, status


class Openers:
    """The links in a list's cells that open their forms; without the script, the record's form."""

    def __init__(self, grid: Any, columns: Sequence[GridColumn], ids: Sequence[int]) -> None:
        names = grid.inline.split() if grid.can_edit and grid.may(actor(), "edit") else []
        # The first column leads to the record: a link holds no other.
        shown = list(enumerate(columns))[1:]
        self._places = {place: column for place, column in shown if column.name in names}
        self._names = grid.inline_names(ids) if self._places else {}
        back = request.full_path
        self._back = quote(back if len(back) <= MOST_CHARS else request.path)
        self._symbol = get_template_attribute("macros/ui.html", "icon")("pencil")

    def dress(self, id_: int, title: Markup, cells: tuple[Markup, ...]) -> tuple[Markup, ...]:
        """Return the cells of a row, those that may be corrected with their link."""
        names = self._names.get(id_)
        if not names:
            return cells
        dressed = list(cells)
        for place, column in self._places.items():
            if column.key in names:
                dressed[place] += self._opener(id_, title, column)
        return tuple(dressed)

    def _opener(self, id_: int, title: Markup, column: GridColumn) -> Markup:
        name = _("Change “%(name)s” of %(title)s", name=text(column.label), title=title.unescape())
        return OPENER.format(id_, self._back, column.key, column.name, name, self._symbol)
