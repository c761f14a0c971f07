"""Static files are compressed on their way, pages are not: beside a form's token a page may repeat
what an address says, and its compressed length would then tell of the token (BREACH).
"""

from __future__ import annotations

import gzip
from functools import lru_cache

from flask import Flask, Response, request

from admin_app.security import is_static

#: Less than this is not worth it.
LEAST_BYTES = 1024
COMPRESSIBLE = frozenset(
    {"text/css", "text/javascript", "application/javascript", "image/svg+xml", "application/json"}
)


def init_app(app: Flask) -> None:
    """Register the hook."""
    app.after_request(_compress)


def _compress(response: Response) -> Response:
    if not _is_compressible(response):
        return response
    response.vary.add("Accept-Encoding")
    if request.accept_encodings.quality("gzip") <= 0:
        return response
    etag, _weak = response.get_etag()
    response.direct_passthrough = False
    response.set_data(_compressed(response.get_data()))
    response.content_encoding = "gzip"
    if etag:
        response.set_etag(etag, weak=True)  # the bytes differ from those of the plain file
    return response


def _is_compressible(response: Response) -> bool:
    return (
        is_static()
        and request.method == "GET"
        and response.status_code == 200
        and response.mimetype in COMPRESSIBLE
        and (response.content_length or 0) >= LEAST_BYTES
    )


@lru_cache(maxsize=64)
def _compressed(plain: bytes) -> bytes:
    return gzip.compress(plain, mtime=0)
