"""Papers of a list or record: looked through first, then printed as a page or as PDF, on record."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import current_app, request
from flask.typing import ResponseReturnValue
from flask_admin.base import expose

from models.base.actor import Actor
from models.base.engine import reading
from models.base.orm import Base
from models.batch.pinning import record_id
from models.errors import BadInput, NotFound
from models.papers.operations import hold, print_paper
from models.papers.paper import RIGHT, Paper, paper_named, papers_of
from models.text import Message, msg
from views.base.declaration import M
from views.base.liststate import ListState
from views.base.pdf import require_pdf
from views.base.record import RecordPages
from views.base.request import actor, commit, session
from views.base.sheets import Judged, chosen, judge, load, sheets, why_not
from views.base.typeface import paper_face
from views.base.typesetting import holes_of, sent_as_pdf, typeset, was_seen

PAGE, PDF = "page", "pdf"
PART = re.compile(r"[0-9]{1,6}-[0-9]{1,6}")
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
        paper, form = self._asked_paper(), request.form.get("form", "")
        with reading():
            judged = judge(self, paper, self._records_of(paper), actor())
            if form not in (PAGE, PDF) or not judged.ready or not _is_whole(judged):
                return self._look_through(judged)
        if form == PDF:
            _refuse_many(len(judged.ready), current_app.config["PAPER_PDF_ROWS"])
            require_pdf()
        return self._print(paper, judged.ids, is_pdf=form == PDF)

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
            _refuse_many(len(ids), current_app.config["PAPER_MOST_ROWS"])
            statement = chosen(self.mapped, sorted(ids))
        keys = [] if state.problems else [key.ordering() for key in state.order_keys()]
        most = current_app.config["PAPER_MOST_ROWS"]
        records = load(paper, statement.order_by(*keys).limit(most + 1))
        _refuse_many(len(records), most)
        if not records:
            raise NotFound(msg("None of these records is within your reach."))
        return records

    def _look_through(self, judged: Judged) -> ResponseReturnValue:
        face = paper_face()
        drawn = sheets(judged.paper, judged.ready, judged.coming, with_photo=False)
        holes = holes_of(typeset(judged.paper, drawn, is_pdf=True), face)
        page = self.render(
            "papers/look.html",
            judged=judged,
            font=face and face.path.name,
            holes=[each for each in zip(judged.ready, drawn, holes, strict=False) if each[2]],
            rowids=judged.ids,
            parts=_parts(judged.ids, current_app.config["PAPER_PDF_ROWS"]),
            query=request.form.get("query", ""),
        )
        return page, 200 if judged.ready else REFUSED_STATUS

    def _look_again(self, paper: Paper, ids: Sequence[int]) -> ResponseReturnValue:
        """Show what became of records that were to be printed; nothing was."""
        session().rollback()
        with reading():
            return self._look_through(judge(self, paper, self._read(paper, ids), actor()))

    def _read(self, paper: Paper, ids: Sequence[int]) -> list[Any]:
        """Return records in the order of their ids, as they are now, and whose they are now."""
        self.forget_acts()
        found = {record.id: record for record in load(paper, chosen(self.mapped, ids))}
        return [found[id_] for id_ in ids if id_ in found]

    def _print(self, paper: Paper, ids: Sequence[int], *, is_pdf: bool) -> ResponseReturnValue:
        """Hold the records, judge them again as they are now, write the copies down, and send them.

        The PDF is laid out after all is on record and nothing is held any more. Should that fail,
        a copy is on record that never left, and the next is called a reprint: harmless. The other
        way round, a paper would be about that nobody knows of.
        """
        session().rollback()
        hold(session(), paper, ids)
        judged = judge(self, paper, self._read(paper, ids), actor())
        if judged.ids != list(ids):
            return self._look_again(paper, ids)
        copies = print_paper(session(), actor(), paper, judged.ready)
        drawn = sheets(paper, judged.ready, copies)
        html = typeset(paper, drawn, back_url=self._back_from(judged), is_pdf=is_pdf)
        if any(holes_of(html, paper_face())) and not was_seen():
            return self._look_again(paper, ids)
        commit()  # first: what is not on record must not leave
        return sent_as_pdf(paper.label, html, _part()) if is_pdf else html

    def _back_from(self, judged: Judged) -> str:
        if len(judged.ready) == 1:
            url: str = self.get_url(".details_view", id=judged.ready[0].id)
            return url
        query = request.form.get("query", "")
        return f"{self.url}/" + (f"?{query}" if query else "")


def may_print(view: Any, who: Actor) -> bool:
    """Say whether an actor may print papers of a table."""
    return bool(papers_of(view.mapped)) and view.may(who, RIGHT)


def _parts(rowids: Sequence[int], most: int) -> list[Part]:
    """Return a selection in parts, each of which makes one PDF; none where none may be made."""
    starts = range(0, len(rowids), most) if most > 0 else ()
    return [Part(start + 1, rowids[start : start + most]) for start in starts]


def _is_whole(judged: Judged) -> bool:
    """Say whether everything that was asked for can be printed: nothing is left out unsaid, though
    it was looked through a moment ago.
    """
    asked = {record_id(each) for each in request.form.getlist("rowid")}
    is_all = request.form.get("all_matching") == "1" or asked == set(judged.ids)
    return is_all and not judged.refused


def _part() -> str:
    """Return which part of a selection is printed, such as 101-200, for the name of its file."""
    given = request.form.get("part", "")
    return given if PART.fullmatch(given) else ""


def _refuse_many(count: int, most: int) -> None:
    if count > most:
        raise BadInput(
            msg(
                "More than %(most)s records cannot be printed at once in this form."
                " Narrow the list, for example by site or day, and print part by part.",
                most=most,
            )
        )
