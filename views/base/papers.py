"""Papers of a list or record: looked through first, then printed as a page or as PDF, on record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

from flask import current_app, render_template, request, send_file
from flask.typing import ResponseReturnValue
from flask_admin.base import expose

from models import clock
from models.base.actor import Actor
from models.base.columns import Meta
from models.base.orm import Base
from models.batch.pinning import record_id
from models.errors import BadInput, NotFound
from models.papers.operations import print_paper
from models.papers.paper import RIGHT, Paper, paper_named, papers_of
from models.text import Label, Message, msg
from views.base.choosing import code_label
from views.base.declaration import M
from views.base.liststate import ListState
from views.base.pdf import pdf_of
from views.base.record import RecordPages
from views.base.request import actor, commit, session, speaking, text
from views.base.sheets import Judged, chosen, judge, load, sheets, why_not
from views.base.shown import instant_text

PAGE, PDF = "page", "pdf"
#: Papers of an office are in its language, whatever the clerk reads.
LANGUAGE = "zh_Hans_CN"
STYLE = "sheets.css"
REFUSED_STATUS = 409


@dataclass(frozen=True, slots=True)
class Part:
    """As many records as one PDF may hold; ``first`` counts from one."""

    first: int
    rowids: Sequence[int]

    @property
    def last(self) -> int:
        """Return the place of its last record in the selection."""
        return self.first + len(self.rowids) - 1


class PaperPages(RecordPages[M]):
    """Papers that are declared for a table, of ticked, of all matching or of one record."""

    @classmethod
    def _remove_routes(cls, model: type[Base]) -> None:
        super()._remove_routes(model)
        if not papers_of(model):
            cls.paper_view = None  # type: ignore[method-assign]

    def papers_offered(self, record: Any) -> list[tuple[Paper, Message | None]]:
        """Return the papers of a record that the actor may print, each with why not now."""
        if not self.may(actor(), RIGHT):
            return []
        papers = papers_of(self.mapped)
        return [(paper, why_not(self, paper, record, actor())) for paper in papers]

    @expose("/paper/", methods=("POST",))
    def paper_view(self) -> ResponseReturnValue:
        """Show what would be printed; with ``form`` print it, unless something needs a look."""
        paper = self._asked_paper()
        judged = judge(self, paper, self._records_of(paper), actor())
        form = request.form.get("form", "")
        seen = request.form.get("seen") == "1"
        if form not in (PAGE, PDF) or not judged.ready or not (seen or _is_clean(judged)):
            return self._look_through(judged, form)
        if form == PDF:
            _refuse_many(len(judged.ready), current_app.config["PAPER_PDF_ROWS"])
        return self._print_sheets(judged, form)

    def _asked_paper(self) -> Paper:
        paper = paper_named(self.mapped, request.form.get("paper", ""))
        if paper is None:
            raise NotFound(msg("There is no such paper for these records."))
        return paper

    def _records_of(self, paper: Paper) -> list[Any]:
        """Return the records meant, in the list's order.

        :raises BadInput: for none, for too many, and for an address that cannot be read.
        """
        address = request.query_string.decode("ascii", "replace")
        state = ListState.from_post(self, request.form, address)
        if request.form.get("all_matching") == "1":
            state.require_clean()
            statement = state.statement()
        else:
            ids = {record_id(each) for each in request.form.getlist("rowid")}
            if not ids:
                raise BadInput(msg("No record was chosen. Tick the records first."))
            statement = chosen(self.mapped, sorted(ids))
        keys = [] if state.problems else [key.ordering() for key in state.order_keys()]
        most = current_app.config["PAPER_MOST_ROWS"]
        records = load(paper, statement.order_by(*keys).limit(most + 1))
        _refuse_many(len(records), most)
        if not records:
            raise NotFound(msg("None of these records is within your reach."))
        return records

    def _look_through(self, judged: Judged, form: str) -> ResponseReturnValue:
        rowids = [record.id for record in judged.ready]
        page = self.render(
            "papers/look.html",
            judged=judged,
            form=form,
            rowids=rowids,
            parts=_parts(rowids, current_app.config["PAPER_PDF_ROWS"]),
            query=request.form.get("query", ""),
        )
        return page, 200 if judged.ready else REFUSED_STATUS

    def _print_sheets(self, judged: Judged, form: str) -> ResponseReturnValue:
        copies = print_paper(session(), actor(), judged.paper, judged.ready)
        with speaking(LANGUAGE):
            title = str(text(judged.paper.label))
            html = render_template(
                f"papers/{judged.paper.name}.html",
                paper=judged.paper,
                title=title,
                sheets=sheets(judged.paper, judged.ready, copies),
                printed_at=clock.now(),
                until=_until,
                material=partial(code_label, "MATERIAL_TYPE"),
                back_url=self._back_from(judged),
                is_pdf=form == PDF,
            )
        made = pdf_of(html, _style()) if form == PDF else None
        commit()  # first: what is not on record must not leave
        if made is None:
            return html
        name = f"{title}-{clock.today().isoformat()}.pdf"
        return send_file(BytesIO(made), "application/pdf", as_attachment=True, download_name=name)

    def _back_from(self, judged: Judged) -> str:
        if len(judged.ready) == 1:
            url: str = self.get_url(".details_view", id=judged.ready[0].id)
            return url
        query = request.form.get("query", "")
        return f"{self.url}/" + (f"?{query}" if query else "")


def may_print(view: Any, who: Actor) -> bool:
    """Say whether an actor may print papers of a table."""
    return bool(papers_of(view.mapped)) and view.may(who, RIGHT)


def _until(end: datetime) -> str:
    """Return the half-open end of a window as an office reads it: 24:00 of its last day."""
    return instant_text(end, Meta(Label("", ""), day="end"))


def _parts(rowids: Sequence[int], most: int) -> list[Part]:
    """Return a selection in parts, each of which makes one PDF; none where none may be made."""
    starts = range(0, len(rowids), most) if most > 0 else ()
    return [Part(start + 1, rowids[start : start + most]) for start in starts]


def _is_clean(judged: Judged) -> bool:
    return not (judged.refused or judged.holes)


def _style() -> Path:
    return Path(str(current_app.static_folder)) / STYLE


def _refuse_many(count: int, most: int) -> None:
    if count > most:
        raise BadInput(
            msg(
                "More than %(most)s records cannot be printed at once in this form."
                " Narrow the list, for example by site or day, and print part by part.",
                most=most,
            )
        )
