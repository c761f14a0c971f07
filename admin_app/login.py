"""Signing in and out, and the role acted as. The cookie holds an opaque token; the session
itself is on the server.
"""

from __future__ import annotations

from dataclasses import replace

from flask import Flask, Response, flash, redirect, request, session, url_for
from flask_login import UserMixin, current_user

from admin_app.addresses import local_path
from admin_app.extensions import db, login_manager, short_reading, short_session
from admin_app.i18n import keep_language, translate
from admin_app.security import SAFE_METHODS, request_id
from models.accounts import sessions
from models.base.actor import Actor, system_actor
from models.text import Message, msg

HOME = "/admin/"
#: What may be asked for without signing in; everything else is refused by default.
OPEN_ENDPOINTS = frozenset(
    {"login", "language", "healthz", "favicon", "static", "bootstrap.static"}
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
    return replace(system_actor("sign-in"), ip=request.remote_addr, request_id=request_id())


def _load_user(token: str) -> SignedIn | None:
    with short_reading(visitor()) as reading_session:
        found = sessions.resume(reading_session, token)
        if found is None:
            return None
        actor = replace(found.actor, ip=request.remote_addr, request_id=request_id())
    if found.is_touch_due:
        with short_session(visitor()) as writing_session:
            sessions.touch(writing_session, token)
    return SignedIn(token, actor)


def _require_sign_in() -> Response | None:
    if request.endpoint in OPEN_ENDPOINTS:
        return None
    if current_user.is_authenticated:
        db.session().act_as(current_user.actor)
        return None
    if "_user_id" in session:
        _forget_cookie()
        flash(translate(_ended()), "error")
    return redirect(url_for("login", next=_wanted_page()), 303)  # type: ignore[return-value]  # werkzeug's base class


def _ended() -> Message:
    if request.method in SAFE_METHODS:
        return msg("Your session has ended. Sign in again.")
    return msg("Your session has ended. What you sent was not saved; sign in and send it again.")


def _wanted_page() -> str | None:
    """Return where to go after signing in: the page asked for, or the page on which the lost
    form stood.
    """
    if request.method in SAFE_METHODS:
        query = request.query_string.decode("ascii", "replace")
        return local_path(f"{request.path}?{query}" if query else request.path)
    referrer = request.referrer or ""
    return local_path(referrer.removeprefix(request.host_url.rstrip("/")))


def _forget_cookie() -> None:
    kept = keep_language()
    session.clear()
    session.update(kept)
