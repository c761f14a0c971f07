"""Signing in and out, and the role acted as. The cookie holds an opaque token; the session
itself is on the server.
"""

from __future__ import annotations

from flask import Flask, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from admin_app import second_step
from admin_app.admission import visitor
from admin_app.entering import HOME, let_in, open_session
from admin_app.extensions import short_session
from models import clock
from models.accounts import session_operations
from models.accounts.hands import stand_in
from models.accounts.sign_in import attempt
from models.errors import BadInput
from models.text import Message, msg
from views.base import cookie
from views.base.addresses import local_path


def init_app(app: Flask) -> None:
    """Register the pages."""
    app.add_url_rule("/login", "login", sign_in, methods=["GET", "POST"])
    app.add_url_rule("/login/code", "login_code", second_step.code_page, methods=["GET", "POST"])
    app.add_url_rule("/logout", "logout", sign_out, methods=["POST"])
    app.add_url_rule("/role", "role", switch_role, methods=["POST"])


def sign_in() -> Response | str | tuple[str, int]:
    """Show the form, or judge what was sent."""
    wanted = local_path(request.values.get("next"))
    if request.method != "POST":
        return redirect(wanted or HOME) if current_user.is_authenticated else _form(wanted)
    username, password = (request.form.get(name, "") for name in ("username", "password"))
    token = half = None
    with short_session(visitor()) as own:
        outcome = attempt(own, username, password, request.remote_addr, clock.now())
        if outcome.account and outcome.needs_code:
            half = second_step.half_of(outcome.account, wanted)
        elif outcome.account:
            token = open_session(own, outcome.account)
    if half:
        return second_step.ask(half)
    return let_in(token, wanted) if token else (_form(wanted, outcome.refusal), outcome.status)


def _form(wanted: str | None, refusal: Message | None = None) -> str:
    username = request.form.get("username", "")
    return render_template("login.html", next=wanted, refusal=refusal, username=username)


def sign_out() -> Response:
    """End the session on the server: a copy of the cookie is worth nothing afterwards."""
    with short_session(stand_in(current_user.actor)) as own:
        session_operations.sign_out(own, current_user.token)
    cookie.forget()
    return redirect(url_for("login"), 303)


def switch_role() -> Response:
    """Act as another of one's roles, under a new token (reading 30)."""
    wanted = request.form.get("user_role", "")
    if not (wanted.isascii() and wanted.isdigit() and len(wanted) < 10):
        raise BadInput(msg("You do not hold this role. Choose one of your own."))
    with short_session(stand_in(current_user.actor)) as own:
        token = session_operations.switch_role(own, current_user.token, int(wanted))
    return let_in(token, None)
