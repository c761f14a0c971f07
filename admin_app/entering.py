"""The last step of every sign-in, whatever led to it: the session, its cookie, and the way on."""

from __future__ import annotations

from flask import redirect, request
from werkzeug.wrappers import Response

from models import clock
from models.accounts import session_operations
from models.accounts.tables import UserAccount
from models.base.session import ActorSession
from views.base import cookie

HOME = "/admin/"


def open_session(own: ActorSession, account: UserAccount, former: str = "") -> str:
    """Open the session of whoever was let in and return its token; the one that the browser came
    with ends, be its token still in the cookie or ``former``.
    """
    agent, former = request.user_agent.string, former or cookie.token()
    return session_operations.begin(own, account, agent, clock.now(), former or None)


def let_in(token: str, wanted: str | None) -> Response:
    """Answer with the new cookie, on the way to the page that was wanted."""
    cookie.keep(token)
    return redirect(wanted or HOME, 303)
