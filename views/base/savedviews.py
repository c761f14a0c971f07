"""Saved views of a list: the form that keeps them, and the tabs that open them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from flask import flash, request
from flask.typing import ResponseReturnValue
from flask_admin.base import expose
from flask_babel import gettext as _

from models.accounts.layouts import Layout
from models.accounts.permissions import permission
from models.accounts.saved_views import (
    Wish,
    change_view,
    kept_of_list,
    opening_of,
    own_view,
    save_view,
    sharing_roles,
    update_view,
)
from models.accounts.tables_settings import SavedView
from models.base.actor import Actor
from models.base.session import ActorSession
from models.errors import BadInput
from models.text import msg
from views.base.arranging import LAID_OUT, laid_out
from views.base.declaration import Declared, M
from views.base.liststate import FLEETING, SELECTING, ListState, encode, fields_of, to_list
from views.base.request import actor, commit, session, text
from views.base.search import holds_token
from views.base.wished import keep_wished

#: What a form may ask of a view, and the right that each needs.
ACTS = {"save": "create", "overwrite": "edit", "change": "edit", "delete": "delete"}
#: Those that keep the list's query, which must be one that can be read.
JUDGE_QUERY = ("save", "overwrite")
#: Stands in an address for the list without any view, where one opens it by itself.
NO_VIEW = "0"


class SavedViewPages(Declared[M]):
    """The form that keeps, changes and deletes views of a list."""

    @expose("/views/", methods=("POST",))
    def views_view(self) -> ResponseReturnValue:
        """Do what a form asks of a view, and show the list again."""
        act = request.form.get("act", "")
        if act not in ACTS:
            raise BadInput(msg("A view can be saved, updated, changed or deleted. Use the form."))
        actor().require(permission(SavedView, ACTS[act]))
        fields = fields_of(request.form.get("query", ""))
        kept = [p for p in fields.items(multi=True) if p[0] not in (*FLEETING, "view")]
        wanted = _Acts(self, encode(kept))
        if act in JUDGE_QUERY:
            ListState.from_query(self, wanted.query).require_clean()
        try:
            number = wanted.do(act)
        except BadInput as refusal:
            session().rollback()
            keep_wished(self.mapped.__tablename__, act, refusal)
            here = request.form.get("view") or fields.get("view", "")
            return to_list(self, [*kept, *([("view", here)] if here else [])])
        commit()
        return to_list(self, [*kept, ("view", number)])


@dataclass(frozen=True)
class _Acts:
    """What a posted form does with the views of one list."""

    grid: Declared[Any]
    query: str

    @property
    def _table(self) -> str:
        return str(self.grid.mapped.__tablename__)

    def do(self, act: str) -> str:
        """Do one act and return the number of the view that the list then shows."""
        acts: dict[str, Callable[[], str]] = {
            "save": self._save,
            "overwrite": self._overwrite,
            "change": self._change,
            "delete": self._delete,
        }
        return acts[act]()

    def _save(self) -> str:
        wish = self._wish(self.query)
        view = save_view(session(), self._table, self.query, wish)
        flash(_("The view “%(name)s” is saved.", name=view.name), "success")
        return str(view.id)

    def _overwrite(self) -> str:
        view = self._meant()
        _judge_sharing(view.shared_role, self.query)
        update_view(session(), view, self.query)
        flash(_("The view “%(name)s” is updated.", name=view.name), "success")
        return str(view.id)

    def _change(self) -> str:
        view = self._meant()
        change_view(session(), view, self._wish(view.query))
        flash(_("The view “%(name)s” is saved.", name=view.name), "success")
        return str(view.id)

    def _delete(self) -> str:
        view = self._meant()
        session().delete(view)
        flash(_("The view “%(name)s” is deleted.", name=view.name), "success")
        return NO_VIEW

    def _meant(self) -> SavedView:
        number = request.form.get("view", "")
        return own_view(session(), self._table, int(number) if is_number(number) else 0)

    def _wish(self, query: str) -> Wish:
        role = request.form.get("shared_role") or None
        offered = sharing_roles(actor(), self.grid.permission("list"))
        if role is not None and role not in [each.value for each in offered]:
            raise BadInput(msg("You may not show a view to this role."), field="shared_role")
        _judge_sharing(role, query)
        return Wish(request.form.get("name", ""), role, request.form.get("is_default") == "1")


def _judge_sharing(role: str | None, query: str) -> None:
    """Keep to its owner what holds a personal number: nobody else could open it (reading 6)."""
    if role is not None and holds_token(query):
        raise BadInput(
            msg(
                "These conditions hold a personal number, which is kept for you alone."
                " Remove it before you show the view to others."
            ),
            field="shared_role",
        )


def is_number(text_: str) -> bool:
    """Say whether a text is the number of a view."""
    return text_.isascii() and text_.isdigit() and len(text_) <= 9


def query_of(view: SavedView) -> str:
    """Return the address that opens a view."""
    return f"{view.query}&view={view.id}" if view.query else f"view={view.id}"


@dataclass(frozen=True)
class Kept:
    """What the actor keeps of one list: its layout, and the views that he sees."""

    layout: Layout
    views: Sequence[SavedView]
    opening: SavedView | None

    @classmethod
    def of(cls, work: ActorSession, table: str) -> Kept:
        """Read it, by one statement."""
        layout, views = kept_of_list(work, table)
        return cls(layout, views, opening_of(views, work.need_actor()))


@dataclass(frozen=True, slots=True)
class Tab:
    """A view as a tab above the list; ``changed``: the list shows something else meanwhile."""

    id: int
    name: str
    url: str
    is_here: bool
    changed: bool
    is_own: bool
    is_default: bool
    shared_role: str


class Tabs:
    """The views of a list for one actor."""

    def __init__(self, kept: Kept, state: ListState, actor: Actor) -> None:
        self.kept = kept
        self.state = state
        self.actor = actor

    @cached_property
    def all(self) -> list[Tab]:
        """Return the tabs in order: one's own, then those that others show."""
        return [self._tab(view) for view in self.kept.views]

    def _tab(self, view: SavedView) -> Tab:
        is_here = str(view.id) == self.state.view
        return Tab(
            id=view.id,
            name=view.name,
            url="?" + query_of(view),
            is_here=is_here,
            changed=is_here and self._differs(view),
            is_own=view.user_id == self.actor.user_id,
            is_default=view.is_default and view.user_id == self.actor.user_id,
            shared_role=view.shared_role or "",
        )

    def _differs(self, view: SavedView) -> bool:
        """Say whether the list shows anything but the view, the person's own layout apart."""
        kept = laid_out(self.state.grid, fields_of(view.query), self.kept.layout)
        names = (*SELECTING, *LAID_OUT)
        there = [(name, value) for name in names for value in kept.getlist(name) if value]
        now = sorted(pair for pair in self.state.pairs() if pair[0] in names)
        return sorted(there) != now

    @property
    def here(self) -> Tab | None:
        """Return the view that is open."""
        return next((tab for tab in self.all if tab.is_here), None)

    @property
    def bare_url(self) -> str:
        """Return the address of the list without any view."""
        return "?" if self.kept.opening is None else f"?view={NO_VIEW}"

    @property
    def may_save(self) -> bool:
        """Say whether the list may be kept as a view: not while a part of it cannot be read."""
        may = self.actor.can(permission(SavedView, "create"))
        return may and not self.state.problems

    @property
    def roles(self) -> Sequence[tuple[str, str]]:
        """Return the roles that a view may be shown to."""
        roles = sharing_roles(self.actor, self.state.grid.permission("list"))
        return [(role.value, str(text(role.label))) for role in roles]
