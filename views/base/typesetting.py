"""Papers set in type: the one HTML of print page and PDF, and what of its words no font can set."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from typing import Any

from flask import current_app, render_template, request, send_file
from flask.typing import ResponseReturnValue
from typing_extensions import override

from models import clock
from models.base.columns import Meta
from models.papers.coverage import unsettable
from models.papers.faces import Face
from models.papers.paper import Paper
from models.text import Label
from views.base.pdf import pdf_of
from views.base.request import speaking, text
from views.base.sheets import Sheet
from views.base.shown import instant_text
from views.base.typeface import paper_face

#: Papers of an office are in its language, whatever the clerk reads.
LANGUAGE = "zh_Hans_CN"
#: Each sheet of paper is one of these elements.
SHEET = "article"
STYLE = "sheets.css"


def typeset(paper: Paper, sheets: Sequence[Sheet], *, back_url: str = "", is_pdf: bool) -> str:
    """Return the sheets of a paper as HTML."""
    told = {"sheets": sheets, "until": _until, "side_count": paper.pages}
    return paper_page(paper.name, paper.label, back_url=back_url, is_pdf=is_pdf, **told)


def paper_page(name: str, label: Label, *, back_url: str, is_pdf: bool, **told: Any) -> str:
    """Return a page made for paper as HTML, of the template of this name."""
    with speaking(LANGUAGE):
        return render_template(
            f"papers/{name}.html",
            title=str(text(label)),
            printed_at=clock.now(),
            back_url=back_url,
            is_pdf=is_pdf,
            **told,
        )


def sent_as_pdf(label: Label, html: str, part: str = "") -> ResponseReturnValue:
    """Answer a page made for paper as a PDF file; ``part`` stands in its name."""
    style = Path(str(current_app.static_folder)) / STYLE
    carried = current_app.config["PAPER_FONT_CARRIED"]
    made = pdf_of(html, style, paper_face(), carried=carried)
    name = "-".join(filter(None, (label.get(LANGUAGE), clock.today().isoformat(), part)))
    file = f"{name}.pdf"
    return send_file(BytesIO(made), "application/pdf", as_attachment=True, download_name=file)


def holes_of(html: str, face: Face | None) -> list[list[str]]:
    """Return what a face cannot set of each sheet, of every word on it: signs with their codes."""
    if face is None:
        return []
    reader = _Words()
    reader.feed(html)
    return [signs_of("".join(words), face) for words in reader.sheets]


def signs_of(words: str, face: Face | None) -> list[str]:
    """Return what a face cannot set of some words: signs with their codes; nothing without one."""
    lacking = unsettable(words, face) if face is not None else []
    return [f"{sign} U+{ord(sign):04X}" for sign in lacking]


def was_seen() -> bool:
    """Say whether the clerk has looked at the characters that cannot be set."""
    return request.form.get("seen") == "1"


class _Words(HTMLParser):
    """Collects the words of each sheet."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.sheets: list[list[str]] = []
        self.is_inside = False

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == SHEET:
            self.is_inside = True
            self.sheets.append([])

    @override
    def handle_endtag(self, tag: str) -> None:
        if tag == SHEET:
            self.is_inside = False

    @override
    def handle_data(self, data: str) -> None:
        if self.is_inside:
            self.sheets[-1].append(data)


def _until(end: datetime) -> str:
    """Return the half-open end of a window as an office reads it: 24:00 of its last day."""
    return instant_text(end, Meta(Label("", ""), day="end"))
