"""Saved views: lists under a name, kept, shared with a role, and one of them opened by itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import and_, bindparam, literal, select

from models.accounts.layouts import Layout, key_of, layout_in
from models.accounts.permissions import RoleCode, permission, roles_with
from models.accounts.tables_settings import SavedView, UserPreference
from models.base.actor import Actor
from models.base.criteria import MADE_ONCE
from models.base.session import ActorSession
from models.base.spelling import UNSEEN, has_unseen
from models.errors import BadInput, Forbidden, NotFound
from models.text import msg

MOST_VIEWS = 30
MOST_CHARS = 4000
NAME_CHARS = 60
_ONE_ROW = select(literal(1).label("one")).subquery("one_row")
#: Made once: every list asks for its layout and its views, be there none of either.
_KEPT = (
    select(UserPreference.value, SavedView)
    .select_from(_ONE_ROW)
    .outerjoin(
        UserPreference,
        and_(
            UserPreference.user_id == bindparam("user_id"), UserPreference.key == bindparam("key")
        ),
    )
    .outerjoin(SavedView, SavedView.table_name == bindparam("table"))
    .order_by(SavedView.name)
    .execution_options(**{MADE_ONCE: True})
)


@dataclass(frozen=True, slots=True)
class Wish:
    """What a view shall be called, whom it shall be shown, and whether it opens the list."""

    name: str
    shared_role: str | None = None
    is_default: bool = False


def kept_of_list(session: ActorSession, table: str) -> tuple[Layout, list[SavedView]]:
    """Return what the actor keeps of a list: its layout, and the views that he sees, his own first,
    then those shared with his role.
    """
    user_id = session.need_actor().user_id
    asked = {"user_id": user_id, "key": key_of(table), "table": table}
    rows = session.execute(_KEPT, asked).all()
    views = [view for _value, view in rows if view is not None]
    return layout_in(rows[0][0]), sorted(views, key=lambda view: view.user_id != user_id)


def opening_of(views: Iterable[SavedView], who: Actor) -> SavedView | None:
    """Return the one of a list's views that opens it for the actor, None where it opens bare."""
    return next((v for v in views if v.is_default and v.user_id == who.user_id), None)


def own_view(session: ActorSession, table: str, id_: int) -> SavedView:
    """Return one of the actor's own views.

    :raises NotFound: for anybody else's, or one of another list.
    """
    view = session.get(SavedView, id_)
    user_id = session.need_actor().user_id
    if view is None or (view.user_id, view.table_name) != (user_id, table):
        raise NotFound(msg("You have no such view. It may have been deleted."))
    return view


def save_view(session: ActorSession, table: str, query: str, wish: Wish) -> SavedView:
    """Keep a list's query as a new view of the actor.

    :raises BadInput: for an empty or doubled name, too long a query, or too many views.
    """
    who = session.need_actor()
    if len(_own(session, table)) >= MOST_VIEWS:
        raise BadInput(
            msg("You have %(count)s views of this list. Delete one first.", count=MOST_VIEWS)
        )
    view = SavedView(user_id=who.user_id, table_name=table, query="")
    overwrite_view(view, query)
    _apply(session, view, wish)
    session.add(view)
    session.flush()
    return view


def update_view(session: ActorSession, view: SavedView, query: str) -> None:
    """Let a view stand for another query; one that others see needs the right to show it to them.

    :raises Forbidden: when the actor may not share, or has shared it for another office.
    :raises BadInput: for a query that is too long.
    """
    who = session.need_actor()
    may_share = who.can(permission(SavedView, "share")) and view.org_id == who.org_id
    if view.shared_role is not None and not may_share:
        raise Forbidden(
            msg(
                "You have shown this view to others in another role or office. Act as that role to"
                " update it, or save a view of your own; nothing was changed."
            )
        )
    overwrite_view(view, query)


def overwrite_view(view: SavedView, query: str) -> None:
    """Let a view stand for another query of its list.

    :raises BadInput: for a query that is too long.
    """
    if len(query) > MOST_CHARS:
        raise BadInput(msg("These conditions are too many to be kept. Remove some of them."))
    view.query = query


def change_view(session: ActorSession, view: SavedView, wish: Wish) -> None:
    """Rename a view, show it to another role or to nobody, make it the one that opens the list.

    :raises BadInput: for an empty or doubled name.
    """
    _apply(session, view, wish)


def _apply(session: ActorSession, view: SavedView, wish: Wish) -> None:
    who = session.need_actor()
    view.name = _free_name(session, view, wish.name)
    shared = wish.shared_role or None
    if shared != view.shared_role:
        if shared is not None:
            who.require(permission(SavedView, "share"))
        view.shared_role = shared
        view.org_id = who.org_id if shared else None
    if wish.is_default and not view.is_default:
        _drop_default(session, view.table_name)
    view.is_default = wish.is_default


def _free_name(session: ActorSession, view: SavedView, name: str) -> str:
    name = " ".join(name.split())
    if not 0 < len(name) <= NAME_CHARS:
        raise BadInput(
            msg("Give the view a name of at most %(count)s characters.", count=NAME_CHARS),
            "name",
        )
    if has_unseen(name):
        raise BadInput(UNSEEN, "name")
    with session.no_autoflush:
        others = [each for each in _own(session, view.table_name) if each is not view]
    if any(other.name == name for other in others):
        raise BadInput(
            msg(
                "You have a view “%(name)s” already. Choose another name, or update it.", name=name
            ),
            "name",
        )
    return name


def _drop_default(session: ActorSession, table: str) -> None:
    """Take the mark from the view that has it, before another one is given it."""
    with session.no_autoflush:
        former = opening_of(_own(session, table), session.need_actor())
        if former is not None:
            former.is_default = False
            session.flush()


def _own(session: ActorSession, table: str) -> list[SavedView]:
    user_id = session.need_actor().user_id
    own = select(SavedView).where(SavedView.table_name == table, SavedView.user_id == user_id)
    return list(session.scalars(own))


def sharing_roles(who: Actor, listed: str) -> list[RoleCode]:
    """Return the roles that the actor may show a view to: those that hold the right ``listed``."""
    return roles_with(listed) if who.can(permission(SavedView, "share")) else []
