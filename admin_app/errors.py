"""Every refusal and every fault as a page with the right status: what happened, why, what to do
next.
"""

from __future__ import annotations

from typing import cast

from flask import Flask, Response, current_app, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException

from admin_app.extensions import db
from admin_app.security import request_id
from models.errors import Refusal
from models.text import Message, msg
from views.base.request import tell_refusal, translate

PAGES: dict[int, tuple[Message, Message]] = {
    400: (
        msg("This request cannot be read"),
        msg("Something in it is missing or malformed. Go back and try it from the page again."),
    ),
    403: (
        msg("Not allowed"),
        msg("Your role may not do this. Switch to a role that may, or ask your administrator."),
    ),
    404: (
        msg("Not found"),
        msg("There is no such page or record, or it belongs to another organisation."),
    ),
    405: (
        msg("Not possible in this way"),
        msg("This address does not answer such a request. Go back and use the page's own button."),
    ),
    409: (
        msg("Changed in the meantime"),
        msg("Somebody else has changed this record. Look at it again before you go on."),
    ),
    413: (
        msg("Too large"),
        msg("What you sent is larger than allowed. Split the file and send the parts."),
    ),
    500: (
        msg("Something went wrong here"),
        msg(
            "Nothing was saved. Try again; if it happens again,"
            " tell your administrator the number below."
        ),
    ),
    503: (
        msg("Busy at the moment"),
        msg("The database does not answer. Nothing was saved. Try again in a minute."),
    ),
}

STALE_FORM = msg(
    "This form has expired or does not come from this site. Nothing was saved. Load the page again."
)


def init_app(app: Flask) -> None:
    """Register a handler for each kind of error."""
    app.register_error_handler(Refusal, _refused)
    app.register_error_handler(CSRFError, _stale_form)
    app.register_error_handler(HTTPException, _answered)
    app.register_error_handler(OperationalError, _busy)
    app.register_error_handler(Exception, _failed)


def error_page(status: int, explanation: Message | None = None) -> tuple[str, int]:
    """Return the page of ``status``, with an own explanation if given; no trace, no SQL, no
    path in it.
    """
    title, usual = PAGES.get(status) or PAGES[500 if status >= 500 else 400]
    page = render_template(
        "error.html",
        status=status,
        title=translate(title),
        explanation=translate(explanation or usual),
        request_id=request_id(),
    )
    return page, status


def _refused(refusal: Refusal) -> tuple[str, int]:
    db.session.rollback()
    tell_refusal(refusal.message)
    return error_page(refusal.status, refusal.message)


def _stale_form(_error: CSRFError) -> tuple[str, int]:
    if request.endpoint != "login" and not current_user.is_authenticated:
        return error_page(
            400, msg("You are signed out. Nothing was saved. Sign in again and repeat it.")
        )
    tell_refusal(STALE_FORM)
    return error_page(400, STALE_FORM)


def _answered(error: HTTPException) -> ResponseReturnValue:
    if error.code is None or error.code < 400:  # redirects made by the routing
        return cast(Response, error.get_response())
    page, status = error_page(error.code)
    return page, status, [item for item in error.get_headers() if item[0] == "Allow"]


def _busy(error: OperationalError) -> tuple[str, int]:
    current_app.logger.error("request %s: database: %s", request_id(), error.orig)
    db.session.rollback()
    return error_page(503)


def _failed(_error: Exception) -> tuple[str, int]:
    current_app.logger.exception("request %s failed", request_id())
    db.session.rollback()
    return error_page(500)
