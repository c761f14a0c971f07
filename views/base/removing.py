"""Deleting a record, for the tables whose rows may go (reading 24), and the way back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin.base import expose
from flask_babel import gettext as _
from sqlalchemy import inspect
from typing_extensions import override

from models.base.actor import Actor
from models.base.columns import meta
from models.base.orm import Base
from models.errors import Conflict, Forbidden
from models.text import Label, Message, msg
from models.workflow import removal
from models.workflow.removal import Dependants
from views.base import detail
from views.base.conflict import check_version
from views.base.declaration import M
from views.base.neighbours import FROM
from views.base.record import RecordPages
from views.base.related import list_url
from views.base.request import actor, commit, session
from views.base.shown import show_all, title_of, whole_of


@dataclass(frozen=True, slots=True)
class Hanging:
    """Rows that refer to the record: how many, of which table by which column, what becomes of
    them, and where the actor may look at them.
    """

    label: Label
    by: Label
    count: str
    fate: str
    url: str | None


class Removing(RecordPages[M]):
    """The question before a record goes, the deletion, and the way out of the trash."""

    @classmethod
    def _remove_routes(cls, model: type[Base]) -> None:
        super()._remove_routes(model)
        if model.__removal__ == "never":
            cls.delete_view = None  # type: ignore[method-assign]
        if model.__removal__ != "trash":
            cls.put_back_view = None  # type: ignore[method-assign]

    def why_not_remove(self, record: M, who: Actor) -> Message | None:
        """Return why the actor may not delete a record, None where he may: as for changing it; what
        can be put back needs no more than to be his own.
        """
        kept = self.mapped.__removal__
        if kept in ("draft", "trash") and not self.may_act_on(record, who):
            return msg("It belongs to another organisation: you may look at it only.")
        rights = self.editable_fields(record, who) if kept != "trash" else None
        if rights is not None and not rights.names:
            return rights.why_not or msg("It may not be deleted.")
        return removal.why_not_removable(session(), record) if kept in ("draft", "trash") else None

    @override
    def remove_url(self, record: M, who: Actor) -> str | None:
        if not self.delete_view or not self.may(who, "delete"):
            return None
        if self.why_not_remove(record, who) is not None:
            return None
        return url_for(f"{self.endpoint}.delete_view")

    @override
    def put_back_url(self, record: M, who: Actor) -> str | None:
        may = self.put_back_view and removal.is_trashed(record) and self.may(who, "delete")
        if not may or not self.may_act_on(record, who):
            return None
        return url_for(f"{self.endpoint}.put_back_view")

    @expose("/delete/", methods=("POST",))
    def delete_view(self) -> ResponseReturnValue:
        """Delete a record that has not changed since the page was loaded; ask first, unless the
        question has been answered (``sure=1``).
        """
        record = self.get_one(request.form.get("id"))
        why_not = self.why_not_remove(record, actor())
        if why_not is not None:
            raise Forbidden(why_not)
        check_version(record)
        if request.form.get("sure") != "1":
            return self._question(record)
        return self._removed(record)

    def _removed(self, record: Any) -> ResponseReturnValue:
        back = self._way_back(record)
        try:
            removal.remove(session(), record)
        except Conflict:
            return self._question(record), Conflict.status
        if self.has_trash:
            back = self._here(record)  # which says where it lies, and gives it back
        commit()
        if not self.has_trash:
            flash(_("Deleted."), "success")
        return redirect(back, 303)

    @expose("/put_back/", methods=("POST",))
    def put_back_view(self) -> ResponseReturnValue:
        """Take a record out of the trash."""
        record: Any = self.get_one(request.form.get("id"))
        if not self.may_act_on(record, actor()):
            raise Forbidden(msg("It belongs to another organisation: you may look at it only."))
        check_version(record)
        removal.put_back(session(), record)
        back, title = self._here(record), title_of(record)
        commit()
        flash(_("“%(title)s” is back.", title=title), "success")
        return redirect(back, 303)

    def _way_back(self, record: Any) -> str:
        """Return the page of what the record was a part of, else the list that one came from."""
        whole = whole_of(record)
        page = self._page_of(whole) if whole is not None else None
        query = request.form.get(FROM, "")
        listed = self.get_url(".index_view") + (f"?{query}" if query else "")
        return page or listed

    def _here(self, record: Any) -> str:
        """Return the record's own page, with the list that one came from."""
        query = request.form.get(FROM)
        url: str = self.get_url(
            ".details_view", id=record.id, **({FROM: query} if query is not None else {})
        )
        return url

    def _question(self, record: Any) -> str:
        """Return the page that shows what would go and what hangs on it, and asks."""
        names = detail.mapped_names(self)
        values = show_all(record, names, False, detail.pages_of(self, actor()))
        found = removal.dependants(session(), record)
        is_kept = self.has_trash or whole_of(record) is None
        page: str = self.render(
            "admin/model/delete.html",
            record=record,
            title=title_of(record),
            values=[value for value in values if value.text],
            hanging=[self._hanging(each) for each in found],
            is_held=removal.is_held(found),
            leave_url=self._here(record) if is_kept else self._way_back(record),
            query=request.form.get(FROM),
        )
        return page

    def _hanging(self, found: Dependants) -> Hanging:
        over = found.count > removal.MOST_COUNTED
        grid = self.grid_of(found.model)
        may_list = grid is not None and grid.may(actor(), "list")
        return Hanging(
            label=found.model.__label__,
            by=meta(inspect(found.model).columns[found.column]).label,
            count=f"{removal.MOST_COUNTED}+" if over else str(found.count),
            fate=found.fate,
            url=list_url(grid, found.column, found.value) if grid and may_list else None,
        )
