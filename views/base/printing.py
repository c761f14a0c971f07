"""Lists and records on paper: masked like the screen, kept in the trail before they leave."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from typing import Any, ClassVar

from flask import request
from flask.typing import ResponseReturnValue
from flask_admin.base import expose
from flask_babel import gettext as _

from models import clock
from models.base.actor import Actor
from models.base.session import ActorSession
from models.errors import BadInput
from models.text import msg
from views.base import detail, rights
from views.base.cells import code_names, formatter, style_of
from views.base.columns import GridColumn
from views.base.declaration import Declared, M
from views.base.liststate import ListState
from views.base.narrowing import Narrowing
from views.base.record import RecordPages
from views.base.request import actor, commit, session, text
from views.base.reveal import keep_print, personal_columns, stated_purpose

#: More columns than these stand on paper turned on its side.
UPRIGHT_COLUMNS = 6


class PrintedList(Narrowing):
    """The rows of a list as they stand on paper."""

    def __init__(
        self, grid: PrintPages[Any], state: ListState, who: Actor, session: ActorSession
    ) -> None:
        whole = replace(state, size=grid.print_most, after="", before="", _cursor=[])
        super().__init__(grid, whole, who, session)
        self.most = grid.print_most

    @cached_property
    def rows(self) -> list[tuple[Any, ...]]:
        """Return the values.

        :raises BadInput: for more rows than go on paper.
        """
        if self.data.after:
            raise BadInput(
                msg(
                    "More than %(most)s records match, which is too many for paper. Narrow the"
                    " list by conditions, or export it; nothing was printed.",
                    most=self.most,
                )
            )
        return self.data.rows

    @property
    def heads(self) -> list[tuple[str, str]]:
        """Return label and style of each column; numbers that are read out stay in one line."""
        return [(str(text(each.label)), style_of(each) or _whole(each)) for each in self.columns]

    @property
    def lines(self) -> Iterator[list[Any]]:
        """Return the cells of each row."""
        codes = code_names(self.session, self.columns, self.rows)
        shown = [formatter(column, codes, linked=True) for column in self.columns]
        for row in self.rows:
            yield [each(value) for each, value in zip(shown, row[1:], strict=True)]

    @property
    def conditions(self) -> list[str]:
        """Return what narrows the list, in words."""
        return [
            " ".join(part.label for part in chip.parts) if chip.parts else chip.label
            for chip in self.chips
        ]

    @property
    def order(self) -> str:
        """Return what the list is sorted by, in words."""
        named = [(name.removeprefix("-"), name.startswith("-")) for name in self.state.order]
        words = [
            _("%(column)s, falling", column=text(self.grid.column(name).label))
            if falls
            else str(text(self.grid.column(name).label))
            for name, falls in named
        ]
        return str(_("; ")).join(words)

    @property
    def is_wide(self) -> bool:
        """Say whether the paper is turned on its side."""
        return len(self.columns) > UPRIGHT_COLUMNS


def _whole(column: GridColumn) -> str:
    return "whole" if column.meta.search in ("exact", "name") else ""


class PrintPages(RecordPages[M]):
    """The list and the record for paper: open to who may print and look."""

    #: More records than these are no list for paper.
    print_most: ClassVar[int] = 1000

    @expose("/print/")
    def print_view(self) -> ResponseReturnValue:
        """Show the list for paper, with the conditions and the order that it is in."""
        actor().require(self.permission("list"))
        state = ListState.from_query(self, request.args)
        state.require_clean()
        page = PrintedList(self, state, actor(), session())
        keep_print(self.mapped, rows=len(page.rows), conditions=state.query_string())
        back = f"{self.get_url('.index_view')}?{state.query_string()}"
        return self._on_paper("print/list.html", page=page, back_url=back)

    @expose("/print/record/", methods=("GET", "POST"))
    def print_record_view(self) -> ResponseReturnValue:
        """Show a record for paper; in full by a form that states a purpose, which needs a right."""
        actor().require(self.permission("view"))
        is_full = request.method == "POST"
        if is_full:
            actor().require(self.permission("reveal"))
        record = self._asked()
        self._keep(record, is_full)
        shown = detail.detail_of(self, record, actor(), is_full)
        back = self.get_url(".details_view", id=record.id)
        return self._on_paper("print/record.html", detail=shown, record=record, back_url=back)

    def _keep(self, record: Any, is_full: bool) -> None:
        fields: list[str] = []
        purpose = None
        if is_full:
            purpose = stated_purpose(session())
            commit()
            named = personal_columns(self.mapped)
            fields = [name for name in named if rights.is_open(self.mapped, name)]
        keep_print(self.mapped, record, fields=fields, purpose=purpose)

    def _on_paper(self, template: str, **shown: Any) -> ResponseReturnValue:
        page: str = self.render(template, printed_at=clock.now(), **shown)
        return page, 200, {"Cache-Control": "no-store"}


def may_print(grid: Declared[Any], who: Actor) -> bool:
    """Say whether an actor may put the records of a grid on paper."""
    return getattr(grid, "print_view", None) is not None and grid.may(who, "print")
