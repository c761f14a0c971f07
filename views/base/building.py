"""The builder of conditions as the page's script loads it, and the records that one may name."""

from __future__ import annotations

from typing import Any

from flask import abort, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_admin.base import expose
from sqlalchemy import inspect

from views.base import builder
from views.base.access import may_look_up
from views.base.declaration import Declared, M
from views.base.liststate import ListState
from views.base.lookup import FilterLookup
from views.base.nest import Branch, Rule, tree_of
from views.base.request import actor, session


class BuilderPages(Declared[M]):
    """Pieces of the list page that are loaded when one begins to filter."""

    @expose("/builder/")
    def builder_view(self) -> str:
        """Return the tree of conditions that the list's address holds, as a form."""
        state = ListState.from_query(self, request.args)
        tree = tree_of(session(), state)
        columns = builder.offered_columns(self)
        return render_template(
            "grid/nest.html", tree=tree, empty=Branch("or", ()), columns=columns, rule=None
        )

    @expose("/builder/rule/<column>/")
    def rule_view(self, column: str) -> str:
        """Return an empty condition on a column."""
        offer = builder.offer(session(), self, column)
        if offer is None:
            abort(404)
        rule, columns = Rule(offer, offer.operators[0][0]), builder.offered_columns(self)
        return render_template("grid/nest.html", tree=None, columns=columns, rule=rule)

    @expose("/choices/<column>/")
    def choices_view(self, column: str) -> ResponseReturnValue:
        """Answer the records that a condition on a column may name."""
        found = self._referring(column)
        if not may_look_up(actor(), found.target):
            abort(403)
        asked, under = request.args.get("q", "")[:100], request.args.get("under", "")[:40]
        return jsonify(results=found.found(asked, None, under))

    def _referring(self, name: str) -> FilterLookup:
        try:
            column = self.filter_column(name)
        except LookupError:
            abort(404)
        if column.kind != "ref":
            abort(404)
        view: Any = self
        return FilterLookup(view, column.key, inspect(self.mapped).columns[column.key])
