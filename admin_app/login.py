"""Signing in and out, and the role acted as. The cookie holds an opaque token; the session
itself is on the server.
"""

from __future__ import annotations

from flask import Flask, flash, redirect, render_template, request, session, url_for
from flask_login import UserMixin, current_user
from werkzeug.wrappers import Response

from admin_app.addresses import local_path
from admin_app.extensions import login_manager, short_reading, short_session
from admin_app.i18n import keep_language
from admin_app.kept_forms import keep_sent
from admin_app.security import SAFE_METHODS, request_id
from models import clock
from models.accounts import operations, sessions
from models.accounts.hands import outsider
from models.accounts.queries import actor_for
from models.base.actor import Actor
from models.errors import BadInput
from models.text import Message, msg
from views.base.request import session as request_session
from views.base.request import translate

HOME = "/admin/"
#: What may be asked for without signing in; everything else is refused by default.
OPEN_ENDPOINTS = frozenset(
    {
        "login",
        "forgotten",
        "password_by_link",
        "language",
        "healthz",
        "favicon",
        "static",
        "bootstrap.static",
    }
)


class SignedIn(UserMixin):  # type: ignore[misc]  # Flask-Login is untyped
    """Whom Flask-Login knows: the actor, under the token of his session."""

    def __init__(self, token: str, actor: Actor) -> None:
        self.token = token
        self.actor = actor

    def get_id(self) -> str:
        """Return what Flask-Login keeps in the cookie."""
        return self.token


def init_app(app: Flask) -> None:
    """Register the pages and the check that stands before every other page."""
    login_manager.session_protection = (
        None  # the session is on the server, the cookie only names it
    )
    login_manager.user_loader(_load_user)
    app.before_request(_require_sign_in)
    app.add_url_rule("/login", "login", sign_in, methods=["GET", "POST"])
    app.add_url_rule("/logout", "logout", sign_out, methods=["POST"])
    app.add_url_rule("/role", "role", switch_role, methods=["POST"])


def visitor() -> Actor:
    """Return the system actor of signing in, with the visitor's address and request for the
    trail.
    """
    return outsider(request.remote_addr, request_id())


def _load_user(token: str) -> SignedIn | None:
    now = clock.now()
    with short_reading(visitor()) as own:
        found = sessions.find_session(own, token, now)
        if found is None or found.user_role is None:
            return None
        who = visitor()
        actor = actor_for(own, found.user_id, found.user_role, ip=who.ip, request_id=who.request_id)
        is_touch_due = now - found.seen_at >= sessions.TOUCH_EVERY
    if is_touch_due:
        _touch(token)
    return SignedIn(token, actor)


def _touch(token: str) -> None:
    now = clock.now()
    with short_session(visitor()) as own:
        found = sessions.find_session(own, token, now)
        if found is not None:
            sessions.touch(found, now)


def _require_sign_in() -> Response | None:
    if request.endpoint in OPEN_ENDPOINTS:
        return None
    if current_user.is_authenticated:
        request_session().act_as(current_user.actor)
        return None
    wanted = _wanted_page()
    came_with = session.get("_user_id", "")
    if came_with:
        _forget_cookie()
        flash(translate(msg("Your session has ended. Sign in again.")), "error")
        if request.method not in SAFE_METHODS:
            wanted = keep_sent(came_with, wanted, visitor()) or wanted
    return redirect(url_for("login", next=wanted), 303)


def _wanted_page() -> str | None:
    """Return where to go after signing in: the page asked for, or where the lost form stood."""
    if request.method in SAFE_METHODS:
        query = request.query_string.decode("ascii", "replace")
        return local_path(f"{request.path}?{query}" if query else request.path)
    referrer = request.referrer or ""
    return local_path(referrer.removeprefix(request.host_url.rstrip("/")))


def _forget_cookie() -> None:
    kept = keep_language()
    session.clear()
    session.update(kept)


def sign_in() -> Response | str | tuple[str, int]:
    """Show the form, or judge what was sent."""
    wanted = local_path(request.values.get("next"))
    if request.method != "POST":
        return redirect(wanted or HOME) if current_user.is_authenticated else _form(wanted)
    given = request.form
    with short_session(visitor()) as own:
        agent = request.user_agent.string
        judged = operations.sign_in(
            own, given.get("username", ""), given.get("password", ""), agent
        )
    if judged.token is None:
        return _form(wanted, judged.refusal), 403
    _keep_token(judged.token)
    return redirect(wanted or HOME, 303)


def _form(wanted: str | None, refusal: Message | None = None) -> str:
    username = request.form.get("username", "")
    return render_template("login.html", next=wanted, refusal=refusal, username=username)


def _keep_token(token: str) -> None:
    """Start a new cookie, so that nothing of the one before sign-in lives on."""
    _forget_cookie()
    session["_user_id"] = token


def sign_out() -> Response:
    """End the session on the server: a copy of the cookie is worth nothing afterwards."""
    with short_session(visitor()) as own:
        operations.sign_out(own, current_user.token)
    _forget_cookie()
    return redirect(url_for("login"), 303)


def switch_role() -> Response:
    """Act as another of one's roles, under a new token (reading 30)."""
    wanted = request.form.get("user_role", "")
    if not (wanted.isascii() and wanted.isdigit() and len(wanted) < 10):
        raise BadInput(msg("You do not hold this role. Choose one of your own."))
    with short_session(visitor()) as own:
        token = operations.switch_role(own, current_user.token, int(wanted))
    _keep_token(token)
    return redirect(HOME, 303)
