"""Who asks, and what he may ask for: nothing before signing in, and first things first after it."""

from __future__ import annotations

from flask import Flask, current_app, flash, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import UserMixin, current_user

from admin_app.ended import sentence_of
from admin_app.extensions import (
    does_without_database,
    login_manager,
    short_reading,
    short_session,
)
from admin_app.kept_forms import keep_sent
from admin_app.security import SAFE_METHODS, request_id
from models import clock
from models.accounts import sessions
from models.accounts.bearer import bearer_of
from models.accounts.duties import Duty, duty_of
from models.accounts.hands import outsider
from models.base.actor import Actor
from models.text import Message, msg
from views.base import cookie, visit
from views.base.addresses import local_path
from views.base.request import session as request_session
from views.base.request import translate

#: What may be asked for without signing in; everything else is refused by default.
OPEN_ENDPOINTS = frozenset(
    {
        "login",
        "login_code",
        "forgotten",
        "password_by_link",
        "language",
        "healthz",
        "favicon",
        "static",
        "bootstrap.static",
    }
)
#: What whoever owes something is led to, and what he may ask for until it is done.
DUTIES: dict[Duty, tuple[str, frozenset[str]]] = {
    Duty.password: ("me.password", frozenset({"me.password", "logout"})),
    Duty.second_factor: (
        "me.second_factor",
        frozenset(
            {"me.second_factor", "me.begin_second_factor", "me.confirm_second_factor", "logout"}
        ),
    ),
}
FIRST: dict[Duty, Message] = {
    Duty.password: msg("Change your password first."),
    Duty.second_factor: msg("Set up the second factor first."),
}
#: Pages that scripts read, whatever they say they accept.
_FOR_SCRIPTS = ("lookup_view", "waiting_view")
#: Header by which a page's script says that nobody asked: it looks whether something is finished.
BACKGROUND = "X-Background"


class SignedIn(UserMixin):  # type: ignore[misc]  # Flask-Login is untyped
    """Whom Flask-Login knows: the actor, under the token of his session."""

    def __init__(self, token: str, actor: Actor, seen: visit.Visit) -> None:
        self.token = token
        self.actor = actor
        self.visit = seen

    def get_id(self) -> str:
        """Return what Flask-Login keeps in the cookie."""
        return self.token


def init_app(app: Flask) -> None:
    """Register the loader of users and the check that stands before every page."""
    login_manager.session_protection = (
        None  # the session is on the server, the cookie only names it
    )
    login_manager.user_loader(_load_user)
    visit.install(app)
    app.before_request(_admit)


def visitor() -> Actor:
    """Return the system actor of signing in, with the visitor's address and request for the
    trail.
    """
    return outsider(request.remote_addr, request_id())


def _load_user(token: str) -> SignedIn | None:
    if does_without_database():
        return None
    now, who = clock.now(), visitor()
    with short_reading(who, by_statement=True) as own:
        found = bearer_of(own, token, now, ip=who.ip, request_id=who.request_id)
        if found is None:
            return None
        duty = duty_of(own, found, current_app.config["TOTP_ROLES"])
    seen = visit.Visit(found.display, duty, found.reveal_purpose, found.roles)
    is_touch_due = now - found.seen_at >= sessions.TOUCH_EVERY
    if is_touch_due and is_activity():
        _touch(token)
    return SignedIn(token, found.actor, seen)


def _touch(token: str) -> None:
    now = clock.now()
    with short_session(visitor()) as own:
        found = sessions.find_session(own, token, now)
        if found is not None:
            sessions.touch(found, now)


def is_activity() -> bool:
    """Say whether a person asks: what scripts fetch and what browsers fetch ahead keeps no session
    alive (reading 30).
    """
    fetched = request.headers.get("Sec-Fetch-Mode", "navigate") != "navigate"
    ahead = "prefetch" in request.headers.get("Sec-Purpose", "")
    return not (fetched or ahead or BACKGROUND in request.headers or wants_json())


def wants_json() -> bool:
    """Say whether a script asks, which could do nothing with a page."""
    name = (request.endpoint or "").rpartition(".")[2]
    return name in _FOR_SCRIPTS or request.accept_mimetypes.best == "application/json"


def _admit() -> ResponseReturnValue | None:
    if request.endpoint in OPEN_ENDPOINTS:
        return None
    if not current_user.is_authenticated:
        return _turn_away()
    request_session().act_as(current_user.actor)
    visit.begin(current_user.visit)
    duty = current_user.visit.duty
    if duty is None or request.endpoint in DUTIES[duty][1]:
        return None
    return _lead_to(duty)


def _turn_away() -> ResponseReturnValue:
    """Send to the sign-in page, which says what became of a session that there was."""
    came_with = cookie.token()
    ended = _ended(came_with) if came_with else msg("Sign in first.")
    if wants_json():
        return jsonify(message=translate(ended)), 401
    wanted = wanted_page()
    if came_with:
        cookie.forget()
        flash(translate(ended), "error")
        if request.method not in SAFE_METHODS:
            wanted = keep_sent(came_with, wanted, visitor()) or wanted
    return redirect(url_for("login", next=wanted), 303)


def _ended(token: str) -> Message:
    with short_reading(visitor()) as own:
        return sentence_of(sessions.find_end(own, token, clock.now()))


def _lead_to(duty: Duty) -> ResponseReturnValue:
    if wants_json():
        return jsonify(message=translate(FIRST[duty])), 403
    return redirect(url_for(DUTIES[duty][0], next=wanted_page()), 303)


def wanted_page() -> str | None:
    """Return where to go afterwards: the page asked for, or where the lost form stood."""
    if request.method in SAFE_METHODS:
        query = request.query_string.decode("ascii", "replace")
        return local_path(f"{request.path}?{query}" if query else request.path)
    referrer = request.referrer or ""
    return local_path(referrer.removeprefix(request.host_url.rstrip("/")))
