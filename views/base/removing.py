"""Deletion of a record, for the few tables whose rows may go (reading 24)."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin.base import expose
from flask_babel import gettext as _

from models.base.actor import Actor
from models.errors import Forbidden
from models.text import Message, msg
from views.base import detail
from views.base.conflict import check_version
from views.base.declaration import M
from views.base.record import RecordPages
from views.base.request import actor, commit, session
from views.base.shown import show_all, title_of, whole_of


class Removable(RecordPages[M]):
    """A grid whose records can be deleted; written before ``Grid`` among the bases."""

    def why_not_remove(self, record: M, who: Actor) -> Message | None:
        """Return why a record may not be deleted, None where it may: by default as for
        changing it.
        """
        rights = self.editable_fields(record, who)
        return None if rights.names else rights.why_not or msg("It may not be deleted.")

    def remove_url(self, record: Any, who: Actor) -> str | None:
        """Return where the form that deletes a record is sent, None where the actor may not."""
        if not self.may(who, "delete") or self.why_not_remove(record, who) is not None:
            return None
        return url_for(f"{self.endpoint}.delete_view")

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
        whole = whole_of(record)
        back = (self._page_of(whole) if whole is not None else None) or self.get_url(".index_view")
        if request.form.get("sure") != "1":
            return self._question(record, back)
        session().delete(record)
        commit()
        flash(_("Deleted."), "success")
        return redirect(back, 303)

    def _question(self, record: Any, leave_url: str) -> str:
        """Return the page that shows what would go, and asks."""
        names = detail.mapped_names(self)
        values = show_all(record, names, False, detail.pages_of(self, actor()))
        page: str = self.render(
            "admin/model/delete.html",
            record=record,
            title=title_of(record),
            values=[value for value in values if value.text],
            leave_url=leave_url,
        )
        return page
