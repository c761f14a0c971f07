"""Every answer's headers, the request's number, and whether its transactions will write."""

from __future__ import annotations

from itertools import chain
from uuid import uuid4

from flask import Flask, Response, abort, g, request
from werkzeug.middleware.proxy_fix import ProxyFix

from models.base.engine import writing

CONTENT_SECURITY_POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    ]
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
#: Methods that change nothing; everything else opens SQLite transactions for writing (reading 27).
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
ONE_YEAR_SECONDS = 31_536_000


def init_app(app: Flask) -> None:
    """Register the hooks, before any other's, so that a refused POST has its headers too."""
    proxies = app.config["TRUSTED_PROXIES"]
    if proxies:
        proxied = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies)
        app.wsgi_app = proxied  # type: ignore[method-assign]  # Flask's documented way
    app.before_request(_choose_transaction)
    app.before_request(_refuse_long_forms)
    app.before_request(_refuse_nul)
    app.teardown_request(_forget_transaction)
    app.after_request(_add_headers)


def request_id() -> str:
    """Return the number under which this request stands in log, trail and error page."""
    if "request_id" not in g:
        g.request_id = uuid4().hex
    found: str = g.request_id
    return found


def is_static() -> bool:
    """Say whether the request asks for a file that is the same for everybody."""
    endpoint = request.endpoint or ""
    return endpoint == "favicon" or endpoint.rpartition(".")[2] == "static"


def _choose_transaction() -> None:
    g.writing_token = writing.set(request.method not in SAFE_METHODS)


def _refuse_long_forms() -> None:
    """Refuse a form without files beyond what one with files may carry beside them: Werkzeug reads
    such a one whole, whatever its length.
    """
    is_plain = request.mimetype == "application/x-www-form-urlencoded"
    if is_plain and (request.content_length or 0) > (request.max_form_memory_size or 0):
        abort(413)


def _refuse_nul() -> None:
    """Refuse what no page sends and PostgreSQL cannot store."""
    texts = [
        text
        for given in (request.args, request.form)
        for pair in given.items(multi=True)
        for text in pair
    ]
    files = [(name, file.filename or "") for name, file in request.files.items(multi=True)]
    if any("\0" in text for text in chain(texts, *files)):
        abort(400)


def _forget_transaction(_error: BaseException | None) -> None:
    token = g.pop("writing_token", None)
    if token is not None:
        writing.reset(token)


def _add_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)  # a page may be stricter
    response.headers["X-Request-ID"] = request_id()
    if not is_static():
        response.headers["Cache-Control"] = "no-store"
    if request.is_secure:
        response.headers["Strict-Transport-Security"] = f"max-age={ONE_YEAR_SECONDS}"
    return response
