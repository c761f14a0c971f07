"""The language of a request, translation of what the models say, and times as the office reads
them.
"""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import flask_admin
from flask import Flask, redirect, request, session
from werkzeug.wrappers import Response as BaseResponse

from admin_app.addresses import local_path
from admin_app.extensions import babel
from models.clock import SHANGHAI
from views.base.request import text

#: The languages of the panel, the default first, each under its own name.
LANGUAGES = {"zh_Hans_CN": "中文", "en": "English"}
DEFAULT = "zh_Hans_CN"
_COOKIE_KEY = "language"


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
    """Return the chosen language, Chinese until somebody chooses."""
    chosen = session.get(_COOKIE_KEY, DEFAULT)
    return chosen if chosen in LANGUAGES else DEFAULT


def keep_language() -> dict[str, str]:
    """Return what must survive when the rest of the cookie is thrown away."""
    return {_COOKIE_KEY: session[_COOKIE_KEY]} if _COOKIE_KEY in session else {}


def choose_language() -> BaseResponse:
    """Switch the language and go back to where the form stood."""
    if request.form.get("language") in LANGUAGES:
        session[_COOKIE_KEY] = request.form["language"]
    return redirect(local_path(request.form.get("next")) or "/", 303)


def instant(value: datetime | None) -> str:
    """Return an instant as ``2026-11-23 09:00`` Shanghai time, nothing for nothing."""
    return value.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M") if value else ""


def day(value: date | None) -> str:
    """Return a calendar day as ``2026-11-23``, nothing for nothing."""
    return value.isoformat() if value else ""
