"""What the sections of one's own page share: addresses, frame, and the session over one's own
account.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from models.accounts.hands import stand_in
from models.accounts.reauthentication import WrongPassword
from models.accounts.tables import UserAccount
from models.audit.recorder import event_of
from models.base.session import ActorSession
from models.errors import Forbidden
from models.text import Label, msg
from views.base.addresses import local_path
from views.base.asked import Asked, names
from views.base.request import actor, commit, own_session
from views.base.visit import visit

pages = Blueprint("me", __name__, url_prefix="/admin/me")
#: The sections in order: endpoint, name, icon.
SECTIONS = (
    ("profile", Label("个人信息", "Profile"), "person-vcard"),
    ("password", Label("修改密码", "Password"), "key"),
    ("second_factor", Label("两步验证", "Second factor"), "shield-lock"),
    ("devices", Label("登录设备", "Devices"), "laptop"),
    ("display", Label("显示设置", "Display"), "sliders"),
)
#: What the pages do, in the words of the trail, where it is not in their name.
_ACTS = {
    "profile": "edit",
    "password": "change_password",
    "renew_codes": "renew_recovery_codes",
    "remove_second_factor": "drop_second_factor",
    "end_device": "end_session",
    "end_other_devices": "end_other_sessions",
}


@names("me.")
def _about_oneself(work: ActorSession) -> Asked:
    page = (request.endpoint or "").rpartition(".")[2]
    whose = work.need_actor().user_id
    return Asked(event_of(UserAccount, _ACTS.get(page, page)), UserAccount.__tablename__, whose)


@contextmanager
def own_account(*, write: bool = False) -> Iterator[tuple[ActorSession, UserAccount]]:
    """Open a session of its own over one's own account, its secrets and sessions; with ``write``
    commit it at the end.

    Whoever signs in to run a command has no account here.

    :raises Forbidden: for an actor without an account.
    """
    who = actor()
    if who.user_id is None:
        raise Forbidden(msg("Only the owner of an account may do this."))
    with own_session(write=write, who=stand_in(who)) as work:
        account = work.get_one(UserAccount, who.user_id)
        try:
            yield work, account
        except WrongPassword:
            commit(work)  # the failure counts
            raise
        if write:
            commit(work)


def section(template: str, name: str, **context: Any) -> str:
    """Return the page of a section; alone, without the frame, while nothing else may be done."""
    return render_template(
        f"me/{template}.html",
        sections=SECTIONS,
        section=name,
        is_alone=visit().duty is not None,
        next=wanted(),
        **context,
    )


def wanted() -> str | None:
    """Return where the person wanted to go when something came first."""
    return local_path(request.values.get("next"))


def onward(endpoint: str) -> ResponseReturnValue:
    """Go on to the page that was wanted, else to a section."""
    return redirect(wanted() or url_for(f"me.{endpoint}"), 303)
