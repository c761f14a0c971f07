"""Pages of a forgotten password: asking for a link, and setting a new password by one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from flask import Flask, Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from admin_app.admission import visitor
from admin_app.extensions import short_reading, short_session
from admin_app.mail import post
from models import clock
from models.accounts import forgotten, tokens
from models.accounts.password_changes import change_by_token
from models.accounts.password_rules import WeakPassword, profile_of, told
from models.accounts.sign_in import THROTTLED
from models.base.actor import Actor
from models.base.session import PASSWORD_PROFILES
from models.text import Message


def init_app(app: Flask) -> None:
    """Register the pages; who stands outside may ask for them."""
    app.add_url_rule("/forgotten", "forgotten", ask, methods=["GET", "POST"])
    app.add_url_rule("/password", "password_by_link", set_password, methods=["GET", "POST"])


def ask() -> ResponseReturnValue:
    """Take a user name; the answer is the same for every name, and what follows comes after it."""
    office, username = post(), request.form.get("username", "").strip()
    has_mail = office.carrier is not None
    if request.method != "POST" or not has_mail or not username:
        return render_template("forgotten.html", has_mail=has_mail)
    who = visitor()
    with short_session(who) as own:
        is_open = forgotten.may_ask(own, username, request.remote_addr, clock.now())
    if not is_open:
        return render_template("forgotten.html", has_mail=True, refusal=THROTTLED), 429
    office.later(_send_link, who, username, clock.now())
    return render_template("forgotten.html", has_mail=True, is_sent=True)


def _send_link(who: Actor, username: str, now: datetime) -> None:
    with short_session(who) as own:
        forgotten.send_link(own, username, now)


def set_password() -> ResponseReturnValue:
    """Show the form of a link, or set the password that was typed; looking uses nothing up.

    :raises NotFound: when the link is unknown, used, void or too old.
    """
    token = request.values.get("token", "")
    if request.method != "POST":
        return _private(_form(token))
    problems = _set(token)
    if problems:
        return _private(_form(token, problems), 400)
    flash(_("The new password is set. Sign in with it."), "success")
    return redirect(url_for("login"), 303)


def _set(token: str) -> list[Message]:
    """Set the password typed; return what is wrong with it, and then nothing was set."""
    new, again = request.form.get("new_password", ""), request.form.get("new_password_again", "")
    try:
        with short_session(visitor()) as own:
            change_by_token(own, token, new, clock.now(), again=again)
    except WeakPassword as weak:
        return weak.messages
    return []


def _form(token: str, problems: Sequence[Message] = ()) -> str:
    with short_reading(visitor()) as own:
        account = tokens.owner_of(own, token, clock.now())
        rules = told(profile_of(account.account_type, own.info[PASSWORD_PROFILES]))
    return render_template("password_by_link.html", token=token, problems=problems, rules=rules)


def _private(page: str, status: int = 200) -> Response:
    """Answer a page whose address must not be told to anybody."""
    answer = make_response(page, status)
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer
