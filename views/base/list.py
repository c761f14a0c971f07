"""The list page of a grid, and the form whose answer is an address."""

from __future__ import annotations

from flask import redirect, request
from flask.typing import ResponseReturnValue
from flask_admin.base import expose
from typing_extensions import override
from werkzeug.datastructures import MultiDict

from models.base.session import ActorSession
from views.base import builder, search
from views.base.arranging import ArrangePages, laid_out
from views.base.building import BuilderPages
from views.base.declaration import Declared, M
from views.base.filters import Written
from views.base.listpage import ListPage
from views.base.liststate import FLEETING, ListState, fields_of, to_list
from views.base.nest import read_nest
from views.base.request import actor, commit, own_session, session
from views.base.savedviews import NO_VIEW, Kept, SavedViewPages, query_of


class ListPages(ArrangePages[M], SavedViewPages[M], BuilderPages[M]):
    """List, search and conditions."""

    @expose("/")
    @override
    def index_view(self) -> ResponseReturnValue:
        """Show the list; an address with a personal number in it is answered by one without."""
        if exposed(self, request.args):
            return to_list(self, self._hidden(request.args))
        kept = Kept.of(session(), self.mapped.__tablename__)
        if kept.opening is not None and not request.args:
            return redirect(f"{self.url}/?{query_of(kept.opening)}")
        page = ListPage(self, self._state(kept), actor(), session(), kept)
        shown: str = self.render("admin/model/list.html", page=page)
        return shown, 400 if page.state.problems else 200

    def _state(self, kept: Kept) -> ListState:
        """Read the address; what it leaves open is as the person keeps it."""
        fields = laid_out(self, request.args, kept.layout)
        if kept.opening is not None:
            fields.setdefault("view", NO_VIEW)  # so that no link of the page leads to the view
        return ListState.from_query(self, fields)

    @expose("/search/", methods=("POST",))
    def search_view(self) -> ResponseReturnValue:
        """Take a search term or a condition, and answer with the address of the narrowed list."""
        fields = fields_of(request.form.get("query", ""))
        kept = [pair for pair in fields.items(multi=True) if pair[0] not in FLEETING]
        pairs = [self._without_number(session(), name, value) for name, value in kept]
        if "q" in request.form:
            pairs = [pair for pair in pairs if pair[0] != "q"]
            pairs += self._search(session(), request.form["q"])
        if "nest" in request.form:
            pairs = [pair for pair in pairs if pair[0] not in ("filter", "filter_group")]
            pairs += read_nest(session(), self, request.form["nest"])
        elif "column" in request.form:
            pairs.append(("filter", builder.written(session(), self, request.form)))
        commit()
        return to_list(self, pairs)

    def _search(self, work: ActorSession, typed: str) -> list[tuple[str, str]]:
        term = search.normalise(typed)
        if term and search.looks_personal(typed) and not search.is_token(term):
            term = search.keep_term(work, term)
        return [("q", term)] if term else []

    def _hidden(self, fields: MultiDict[str, str]) -> list[tuple[str, str]]:
        """Keep the personal numbers of an address and return it with their tokens."""
        pairs = [(n, v) for n, v in fields.items(multi=True) if n not in FLEETING]
        with own_session(write=True) as work:
            hidden = [self._without_number(work, name, value) for name, value in pairs]
            commit(work)
        return hidden

    def _without_number(self, work: ActorSession, name: str, value: str) -> tuple[str, str]:
        if name == "q" and search.looks_personal(value):
            return name, search.keep_term(work, search.normalise(value))
        if name == "filter":
            return name, str(builder.without_number(work, self, Written.read(value)))
        return name, value


def exposed(grid: Declared[M], fields: MultiDict[str, str]) -> bool:
    """Say whether an address carries what may be a personal number in the open."""
    if any(search.looks_personal(q) for q in fields.getlist("q")):
        return True
    return any(builder.names_person(grid, Written.read(text)) for text in fields.getlist("filter"))
