"""The language of a request, translation of what the models say, and times as the office reads
them.
"""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import flask_admin
from flask import Flask, redirect, request, session
from flask_login import current_user
from werkzeug.wrappers import Response as BaseResponse

from admin_app.extensions import babel, short_session
from models.accounts import preferences
from models.clock import SHANGHAI
from views.base.addresses import local_path
from views.base.cookie import LANGUAGE
from views.base.request import text
from views.base.visit import LANGUAGES, visit

DEFAULT = "zh_Hans_CN"


def init_app(app: Flask) -> None:
    """Bind Flask-Babel with Flask-Admin's texts below ours, and the filters of the templates."""
    flask_admin_texts = Path(flask_admin.__file__).parent / "translations"
    app.config["BABEL_DOMAIN"] = "admin;messages"
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = f"{flask_admin_texts};translations"
    babel.init_app(app, locale_selector=current_language)
    app.jinja_env.filters.update(text=text, instant=instant, day=day)
    app.jinja_env.globals.update(languages=LANGUAGES, current_language=current_language)
    app.add_url_rule("/language", "language", choose_language, methods=["POST"])


def current_language() -> str:
    """Return the language that the signed-in person chose, else that of the browser, Chinese until
    somebody chooses.
    """
    chosen = visit().display.language or session.get(LANGUAGE, DEFAULT)
    return chosen if chosen in LANGUAGES else DEFAULT


def choose_language() -> BaseResponse:
    """Switch the language, for good if somebody is signed in, and go back to where the form
    stood.
    """
    chosen = request.form.get("language")
    if chosen in LANGUAGES:
        session[LANGUAGE] = chosen
        if current_user.is_authenticated:
            actor = current_user.actor
            with short_session(actor) as own:
                preferences.choose(own, actor.user_id, {"language": chosen})
    return redirect(local_path(request.form.get("next")) or "/", 303)


def instant(value: datetime | None) -> str:
    """Return an instant as ``2026-11-23 09:00`` Shanghai time, nothing for nothing."""
    return value.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M") if value else ""


def day(value: date | None) -> str:
    """Return a calendar day as ``2026-11-23``, nothing for nothing."""
    return value.isoformat() if value else ""
