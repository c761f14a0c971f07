"""A page as PDF: the same HTML, laid out on the server, reaching for nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from models.errors import Conflict
from models.papers.faces import Face
from models.text import msg
from views.base.typeface import family_rule, quoted

#: What a paper may hold besides its own text: pictures that stand in the page itself.
PROTOCOLS = ("data",)
#: The address of the font within the style; no page can name a file of the server.
FONT_URL = "paper:font"


def require_pdf() -> Any:
    """Return the library that lays pages out, loaded: before anything is written down.

    :raises Conflict: where what it needs is not installed.
    """
    try:
        import weasyprint
        from PIL import ImageFile

        # WeasyPrint lets Pillow take pictures that are cut off, in the whole process: an upload of
        # one must be refused all the same.
        ImageFile.LOAD_TRUNCATED_IMAGES = False
    except OSError as error:
        raise Conflict(
            msg(
                "This server cannot make PDF files: Pango is missing (Debian: libpango-1.0-0,"
                " libpangoft2-1.0-0). Use the print page; it looks the same."
            )
        ) from error
    return weasyprint


def pdf_of(html: str, style: Path, face: Face | None = None, *, carried: bool = False) -> bytes:
    """Return a page as PDF, set in a face; ``carried`` is one that the system does not know.

    :raises Conflict: where the libraries that lay text out are not installed.
    """
    library = require_pdf()
    from weasyprint.text.fonts import FontConfiguration

    fonts = FontConfiguration()
    fetcher = _fetcher(face if carried else None)
    rules = style.read_text("utf-8")
    if face is not None:
        rules += family_rule(face) + (_face_rule(face) if carried else "")
    sheet = library.CSS(string=rules, url_fetcher=fetcher, font_config=fonts)
    page = library.HTML(string=html, url_fetcher=fetcher)
    made: bytes = page.write_pdf(stylesheets=[sheet], font_config=fonts)
    return made


def _face_rule(face: Face) -> str:
    return f'@font-face {{ font-family: {quoted(face)}; src: url("{FONT_URL}"); }}\n'


def _fetcher(carried: Face | None) -> Any:
    """Return what fetches for a page: pictures within it, and the one face that it is set in."""
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class Fetcher(URLFetcher):  # type: ignore[misc]  # WeasyPrint is untyped
        def fetch(self, url: str, headers: Any = None) -> Any:
            if carried is not None and url == FONT_URL:
                return URLFetcherResponse(url, carried.alone(), {"Content-Type": "font/otf"})
            return super().fetch(url, headers)

    return Fetcher(allowed_protocols=PROTOCOLS, fail_on_errors=False)
