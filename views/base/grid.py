"""The grid: every table of the panel is one declaration of it."""

from __future__ import annotations

from typing import Any, NoReturn

from flask import abort, current_app
from flask.typing import ResponseReturnValue

from models.base.actor import Actor
from views.base.access import acts_of
from views.base.attaching import AttachPages
from views.base.batch import BatchPages
from views.base.columns import Computed
from views.base.declaration import M, Section
from views.base.export import ExportPages
from views.base.inline import InlinePages
from views.base.list import ListPages
from views.base.papers import PaperPages
from views.base.printing import PrintPages
from views.base.queue import QueuePages
from views.base.removing import Removing
from views.base.request import actor, session
from views.base.restoring import Restoring

__all__ = ["Computed", "Grid", "Section"]


class Grid(
    ListPages[M],
    InlinePages[M],
    Restoring[M],
    PrintPages[M],
    Removing[M],
    QueuePages[M],
    PaperPages[M],
    AttachPages[M],
    BatchPages[M],
    ExportPages[M],
):
    """List, record, batch and export pages of one mapped class, derived from its columns.

    Deny by default: a page opens only with the right that ``access.ACTS`` names for its method.
    """

    # Stock routes that the panel does not have: its inline edit and the bulk delete.
    ajax_update = None
    ajax_lookup = None
    action_delete = None
    can_delete = False
    can_view_details = True

    def is_visible(self) -> bool:
        return self.in_menu

    def is_accessible(self) -> bool:
        """Say whether the menu shows this grid."""
        who = session().actor
        return who is not None and self.may(who, "list")

    def _handle_view(self, name: str, **_kwargs: Any) -> ResponseReturnValue | None:
        if session().actor is None:
            answer: ResponseReturnValue = current_app.login_manager.unauthorized()  # type: ignore[attr-defined]  # set by Flask-Login
            return answer
        if not self._opens(name, actor()):
            self._refuse(name)
        return None

    def _refuse(self, name: str) -> NoReturn:
        """Name the right that the page needs; a page that nobody may call has none."""
        for act in acts_of(name) or ():
            actor().require(self.permission(act))
        abort(403)

    def _opens(self, name: str, who: Actor) -> bool:
        acts = acts_of(name)
        if acts is None:
            return False
        return not acts or any(self.may(who, act) for act in acts)
