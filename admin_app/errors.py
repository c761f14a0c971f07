"""Every refusal and every fault as a page with the right status: what happened, why, what to do
next.
"""

from __future__ import annotations

from typing import cast

from flask import Flask, Response, current_app, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from admin_app.config import FORM_BYTES
from admin_app.extensions import db, do_without_database
from admin_app.security import SAFE_METHODS, request_id
from models.errors import Forbidden, Refusal
from models.text import Message, msg
from views.base.lacking import Lack, lack_of
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

TOO_LARGE = 413
#: When a program may ask again while the database is away.
RETRY_SECONDS = 30
STALE_FORM = msg(
    "This form has expired or does not come from this site. Nothing was saved. Load the page again."
)


def init_app(app: Flask) -> None:
    """Register a handler for each kind of error."""
    app.register_error_handler(Refusal, _refused)
    app.register_error_handler(CSRFError, _stale_form)
    app.register_error_handler(HTTPException, _answered)
    for away in (OperationalError, InterfaceError, PoolTimeout):
        app.register_error_handler(away, _busy)
    app.register_error_handler(Exception, _failed)


def error_page(
    status: int, explanation: Message | None = None, lack: Lack | None = None
) -> tuple[str, int]:
    """Return the page of ``status``, with an own explanation if given, and of a missing right what
    it is; no trace, no SQL, no path in it.
    """
    title, usual = PAGES.get(status) or PAGES[500 if status >= 500 else 400]
    page = render_template(
        "error.html",
        status=status,
        title=translate(title),
        explanation=translate(explanation or usual),
        request_id=request_id(),
        lack=lack,
        again_url=_again(status),
    )
    return page, status


def _again(status: int) -> str | None:
    """Return the address to try once more where only time has to pass and nothing was sent."""
    is_looking = status >= 500 and request.method in SAFE_METHODS
    return request.full_path.rstrip("?") if is_looking else None


def _refused(refusal: Refusal) -> tuple[str, int]:
    db.session.rollback()
    tell_refusal(refusal.message)
    needed = refusal.permission if isinstance(refusal, Forbidden) else None
    return error_page(refusal.status, refusal.message, lack_of(needed) if needed else None)


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
    too_large = _why_too_large() if error.code == TOO_LARGE else None
    page, status = error_page(error.code, too_large)
    return page, status, [item for item in error.get_headers() if item[0] == "Allow"]


def _why_too_large() -> Message | None:
    """Name the bound of a file; None for a form without one, which nobody splits."""
    if request.mimetype != "multipart/form-data":
        return None
    most = current_app.config["MAX_CONTENT_LENGTH"] - FORM_BYTES
    return msg(
        "A file may have at most %(size)s MB. Nothing of it was saved. Split it, or send a"
        " smaller one.",
        size=most >> 20,
    )


def _busy(error: SQLAlchemyError) -> ResponseReturnValue:
    current_app.logger.error(
        "request %s: database: %s", request_id(), getattr(error, "orig", None) or error
    )
    db.session.rollback()
    do_without_database()
    page, status = error_page(503)
    return page, status, {"Retry-After": str(RETRY_SECONDS)}


def _failed(_error: Exception) -> tuple[str, int]:
    current_app.logger.exception("request %s failed", request_id())
    db.session.rollback()
    return error_page(500)
