"""A page as PDF: the same HTML, laid out on the server, reaching for nothing else."""

from __future__ import annotations

from pathlib import Path

from models.errors import Conflict
from models.text import msg

#: What a paper may hold besides its own text: pictures that stand in the page itself.
PROTOCOLS = ("data",)


def pdf_of(html: str, style: Path) -> bytes:
    """Return a page as PDF.

    :raises Conflict: where the libraries that lay text out are not installed.
    """
    try:
        from weasyprint import CSS, HTML
        from weasyprint.urls import URLFetcher
    except OSError as error:
        raise Conflict(
            msg(
                "This server cannot make PDF files: Pango is missing (Debian: libpango-1.0-0,"
                " libpangoft2-1.0-0). Use the print page; it looks the same."
            )
        ) from error
    fetcher = URLFetcher(allowed_protocols=PROTOCOLS, fail_on_errors=False)
    sheet = CSS(string=style.read_text("utf-8"), url_fetcher=fetcher)
    made: bytes = HTML(string=html, url_fetcher=fetcher).write_pdf(stylesheets=[sheet])
    return made
