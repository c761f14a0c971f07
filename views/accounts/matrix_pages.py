"""The pages of rights: those of every role for who administers them, one's own for everybody."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from models.accounts.permissions import RoleCode
from models.errors import NotFound
from models.text import msg
from views.accounts.matrix import ACTS, rights_of
from views.base.declaration import Declared
from views.base.request import actor
from views.base.shell import panel_views

pages = Blueprint("rights", __name__, url_prefix="/admin/role")
SEE_ALL = "accounts:role:matrix"


@pages.get("/matrix/")
def matrix() -> ResponseReturnValue:
    """Show the rights of all roles side by side, or those of the one that the address names."""
    actor().require(SEE_ALL)
    code = request.args.get("role", "")
    if code and code not in set(RoleCode):
        raise NotFound(msg("There is no such role."))
    shown = [RoleCode[code]] if code else list(RoleCode)
    return _page(shown, chosen=code)


@pages.get("/mine/")
def mine() -> ResponseReturnValue:
    """Show what one's own role may do, as whom one acts now."""
    return _page([RoleCode[str(actor().role)]], is_own=True)


def _page(roles: list[RoleCode], *, chosen: str = "", is_own: bool = False) -> ResponseReturnValue:
    grids = [view for view in panel_views() if isinstance(view, Declared)]
    return render_template(
        "rights.html",
        acts=ACTS,
        chosen=chosen,
        is_own=is_own,
        may_see_all=actor().can(SEE_ALL),
        roles=list(RoleCode),
        shown=[rights_of(role, grids) for role in roles],
    )
