"""What came after its session had ended waits for its sender, who finds his form filled in again,
and not saved (reading 30).
"""

from __future__ import annotations

from flask import Flask, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from admin_app.extensions import short_reading, short_session
from models import clock
from models.accounts import kept_forms
from models.accounts.hands import stand_in
from models.accounts.kept_forms import SentForm
from models.base.actor import Actor
from models.errors import Refusal
from models.text import msg
from views.base.addresses import local_path
from views.base.draft import DRAFT, can_be_draft
from views.base.request import actor, translate

LOST = msg("What you sent was not saved. Sign in and send it again.")
TOO_LARGE = msg(
    "What you sent was not saved, and it is too large to be kept. Sign in and repeat it."
)
KEPT = msg("What you sent was not saved, but it is kept: sign in, and you find it filled in again.")


def init_app(app: Flask) -> None:
    """Register the page on which a kept form is found again."""
    app.add_url_rule("/admin/kept/", "kept_form", kept_form, methods=["GET", "POST"])


def keep_sent(session_token: str, page: str | None, who: Actor) -> str | None:
    """Keep what was sent under a session that has ended, and say what became of it.

    Return the address where its sender goes on; None where nothing is kept. ``page`` is where the
    form stood, ``who`` the visitor.
    """
    form = _sent_form(page) if can_be_draft(request.endpoint) else None
    if form is None or form.size_bytes > kept_forms.MOST_BYTES:
        flash(translate(TOO_LARGE if form else LOST), "warning")
        return None
    with short_session(who) as own:
        sender = kept_forms.sender_of(own, session_token)
        if sender is None:
            flash(translate(LOST), "warning")
            return None
        token = kept_forms.keep(own, sender, form, key=_key(), now=clock.now())
    flash(translate(KEPT), "info")
    return url_for("kept_form", form=token)


def _sent_form(page: str | None) -> SentForm | None:
    """Return what the request carries, without what must not wait anywhere: passwords, the token
    of the form, files.
    """
    query = request.query_string.decode("ascii", "replace")
    address = local_path(f"{request.path}?{query}" if query else request.path)
    if address is None:
        return None
    fields = [
        (name, value)
        for name, value in request.form.items(multi=True)
        if name not in ("csrf_token", DRAFT) and "password" not in name
    ]
    return SentForm(address, fields, page, any(file.filename for file in request.files.values()))


def kept_form() -> ResponseReturnValue:
    """Offer a form to its sender, to go on with; a POST gives it up."""
    token, who = request.values.get("form", ""), actor()
    if request.method == "POST":
        return _give_up(token, who)
    try:
        with short_reading(stand_in(who)) as own:
            form = kept_forms.look_up(own, who.user_id or 0, token, key=_key(), now=clock.now())
    except Refusal as refusal:
        flash(translate(refusal.message), "warning")
        return redirect(url_for("admin.index"), 303)
    return render_template("kept_form.html", form=form, token=token, draft=DRAFT)


def _give_up(token: str, who: Actor) -> ResponseReturnValue:
    with short_session(stand_in(who)) as own:
        kept_forms.drop(own, who.user_id or 0, token)
    flash(translate(msg("What you had filled in is dropped. Nothing was saved.")), "info")
    return redirect(local_path(request.form.get("page")) or url_for("admin.index"), 303)


def _key() -> str:
    return str(current_app.config["SECRET_KEY"])
