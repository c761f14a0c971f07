"""Exports of the rows that a list shows: streamed, masked, recorded before they leave."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import quote

from flask import Response, abort, current_app, redirect, request, stream_with_context, url_for
from flask.typing import ResponseReturnValue
from flask_admin.base import expose
from typing_extensions import override

from models import clock
from models.errors import BadInput
from models.text import Label
from models.transfer.exporting import Wanted, ask
from views.base import workbook
from views.base.declaration import Declared, M
from views.base.exported import CSV, XLSX, Export
from views.base.exportform import ExportForm, asked_again, asked_export, asked_list, ticked_rows
from views.base.exporttrail import followed, record_start
from views.base.request import actor, commit, locale, own_session, session, tell_refusal, text
from views.base.reveal import stated_purpose

MEDIA = {
    CSV: "text/csv; charset=utf-8",
    XLSX: workbook.XLSX,
}


class ExportPages(Declared[M]):
    """CSV and XLSX of the list, with its conditions, order and columns."""

    @expose("/export/", methods=("GET", "POST"))
    def choose_view(self) -> ResponseReturnValue:
        """Ask what the file is to hold; the ticked rows of the list come along by POST."""
        state = asked_list(self)
        state.require_clean()
        return self._choose(ExportForm(state, ticked_rows(request.form), actor()))

    def _choose(self, form: ExportForm) -> str:
        is_job = is_long(Export(form.state, XLSX, ids=form.ids))
        shown: str = self.render("grid/export.html", form=form, is_job=is_job)
        return shown

    @expose("/export/<export_type>/", methods=("GET", "POST"))
    @override
    def export(self, export_type: str) -> ResponseReturnValue:
        """Send the list's rows, masked; a posted form with ``full=1`` and a purpose asks for
        personal data in full, which needs a right.
        """
        if export_type not in MEDIA:
            abort(404)
        export = asked_export(self, export_type)
        if export.full:
            actor().require(self.permission("reveal"))
        export.state.require_clean()
        try:
            return self._sent(export)
        except BadInput as refusal:
            tell_refusal(refusal.message)
            return self._choose(asked_again(export, actor(), refusal)), refusal.status

    def _sent(self, export: Export) -> ResponseReturnValue:
        """Send a file, or lead to the page of the one that the worker makes.

        :raises BadInput: without a purpose, for personal data in full.
        """
        if is_long(export):
            return _made_by_worker(export)
        body = export_rows(export)
        answer = Response(stream_with_context(_begun(body)), content_type=MEDIA[export.kind])
        answer.headers["Content-Disposition"] = disposition(self.title, export.kind)
        return answer


def is_long(export: Export) -> bool:
    """Say whether a file is made by the job worker: a workbook of more rows than are sent at once;
    a CSV file takes no time to speak of.
    """
    if export.kind != XLSX or export.ids:
        return False
    most: int = current_app.config["EXPORT_INLINE_ROWS"]
    return export.count(session(), most) > most


def _made_by_worker(export: Export) -> ResponseReturnValue:
    """Have the job worker make a file. A link only leads to the form: no GET begins a batch."""
    grid, query = export.state.grid, export.state.query_string()
    if request.method != "POST":
        return redirect(f"{grid.url}/export/" + (f"?{query}" if query else ""), 303)
    with own_session(write=True) as work:
        purpose = stated_purpose(work) if export.full else None
        wanted = Wanted(export.kind, query, export.full, export.codes, purpose, locale())
        key = ask(work, actor(), grid.mapped, wanted).id
        commit(work)
    current_app.extensions["jobs"].send(key)
    return redirect(url_for("export_page.show", key=key), 303)


def export_rows(export: Export) -> Iterator[bytes]:
    """Record who takes the rows of a list, then return the file piece by piece.

    :raises BadInput: for a list whose address cannot be read whole.
    """
    export.state.require_clean()
    # For the reader, who may be gone before the last row.
    export.state.shown(), export.state.order_keys()
    return followed(export, is_known=record_start(export))


def _begun(body: Iterator[bytes]) -> Iterator[bytes]:
    """Fetch the first piece at once: a server ends the request's session before it streams.

    Whatever needs the actor has then happened, and a refusal is still a page of its own.
    """
    first = next(body, b"")

    def pieces() -> Iterator[bytes]:
        yield first
        yield from body

    return pieces()


def disposition(title: Label, kind: str) -> str:
    """Return the header that names a download, in any language (RFC 6266 and 8187)."""
    day = clock.today().isoformat()
    plain = re.sub(r"[^A-Za-z0-9]+", "-", title.en).strip("-")
    own = quote(f"{text(title)}-{day}.{kind}")
    return f"attachment; filename=\"{plain}-{day}.{kind}\"; filename*=UTF-8''{own}"
