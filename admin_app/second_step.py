"""The second step of signing in: the code, asked of whoever knew the password.

What stands between the steps is in the signed cookie of that browser, for five minutes, and opens
nothing but this page.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import current_app, flash, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from admin_app.admission import visitor
from admin_app.entering import let_in, open_session
from admin_app.extensions import short_session
from models import clock
from models.accounts.sign_in import attempt_code, is_halfway
from models.accounts.tables import UserAccount
from models.text import Message, msg
from views.base import cookie
from views.base.request import translate

LIFE = timedelta(minutes=5)
_HALF = "half"
TOO_LATE = msg(
    "The code was not typed within %(minutes)s minutes, or the account was changed meanwhile."
    " Sign in again.",
    minutes=LIFE // timedelta(minutes=1),
)


def half_of(account: UserAccount, wanted: str | None) -> dict[str, Any]:
    """Return what is kept of a right password until the code comes."""
    until = (clock.now() + LIFE).timestamp()
    return {"user": account.id, "epoch": account.session_epoch, "until": until, "next": wanted}


def ask(half: dict[str, Any]) -> Response:
    """Lead to the page that asks for the code."""
    half = half | {"former": cookie.token()}
    cookie.forget()
    session[_HALF] = half
    return redirect(url_for("login_code"), 303)


def code_page() -> Response | str | tuple[str, int]:
    """Show the form, or judge the code that was sent."""
    half = session.get(_HALF)
    if half is None:
        return redirect(url_for("login"), 303)
    if clock.now().timestamp() >= half["until"]:
        return _too_late()
    return _judge(half) if request.method == "POST" else _form()


def _judge(half: dict[str, Any]) -> Response | tuple[str, int]:
    with short_session(visitor()) as own:
        if not is_halfway(own, half["user"], half["epoch"]):
            return _too_late()
        outcome = attempt_code(
            own,
            half["user"],
            request.form.get("code", ""),
            request.remote_addr,
            clock.now(),
            key=current_app.config["SECRET_KEY"],
        )
        account = outcome.account
        token = open_session(own, account, half["former"]) if account else None
    if token is None:
        return _form(outcome.refusal), outcome.status
    return let_in(token, half["next"])


def _form(refusal: Message | None = None) -> str:
    return render_template("login_code.html", refusal=refusal)


def _too_late() -> Response:
    cookie.forget()
    flash(translate(TOO_LATE), "error")
    return redirect(url_for("login"), 303)
