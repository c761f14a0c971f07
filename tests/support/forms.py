"""Reads a page's form as a browser without JavaScript would send it."""

from __future__ import annotations

from html.parser import HTMLParser

from typing_extensions import override

Pairs = dict[str, list[str]]


class _Form(HTMLParser):
    """Collects what the form marked ``data-record-form`` would send."""

    def __init__(self, mark: str) -> None:
        super().__init__()
        self.mark = mark
        self.inside = False
        self.sent: Pairs = {}
        self.select: str | None = None
        self.area: str | None = None
        self.text = ""

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.inside = self.mark in has
        elif not self.inside:
            return
        elif tag == "input":
            self._input(has)
        elif tag == "select":
            self.select = has["name"]
        elif tag == "textarea":
            self.area, self.text = has["name"], ""
        elif tag == "option" and self.select and "selected" in has:
            self.sent[self.select] = [has["value"]]

    def _input(self, has: dict[str, str]) -> None:
        ticked = has.get("type") not in ("checkbox", "radio") or "checked" in has
        if "name" in has and ticked:
            self.sent.setdefault(has["name"], []).append(has.get("value", ""))

    @override
    def handle_data(self, data: str) -> None:
        self.text += data

    @override
    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = False
        elif tag == "select" and self.select:
            self.sent.setdefault(self.select, [""])
            self.select = None
        elif tag == "textarea" and self.area:
            # A browser drops the first line break and sends the others as CR LF.
            self.sent[self.area] = [self.text.removeprefix("\n").replace("\n", "\r\n")]
            self.area = None


def form_of(page: str, mark: str = "data-record-form") -> Pairs:
    """Return name → values of the form with an attribute ``mark``."""
    reader = _Form(mark)
    reader.feed(page)
    return reader.sent
