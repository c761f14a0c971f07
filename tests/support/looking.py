"""Every page of the panel, and how axe finds it in each language, width and theme."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from flask import Flask
from playwright.sync_api import Page, ViewportSize

from tests.support.browser import faults, show_in, too_wide
from tests.support.routes import safe

#: Views that answer a part of a page, a file or figures; and those whose state a test makes itself.
NO_PAGES = frozenset(
    {"export", "lookup_view", "lookup", "choices_view", "builder_view", "rule_view", "cell_view"}
    | {"favicon", "healthz", "static", "start", "progress", "rows_xlsx", "waiting_view", "find"}
    | {"template", "refused", "file_view", "paper_face"}
    | {"back"}  # the address that a form is sent to, asked for by hand
)
#: How a page is looked at in each language. Every two of language, width and theme meet.
SIDES: Mapping[str, Mapping[int, str]] = {
    "zh-CN": {1440: "light", 390: "dark"},
    "en": {1440: "dark", 390: "light"},
}
HEIGHTS = {1440: 900, 390: 844}
#: A window of 1440 by 900 at 200 %.
ZOOMED: ViewportSize = {"width": 720, "height": 450}
#: Controls beyond the window, but for those in what scrolls by itself.
CUT = """() => [...document.querySelectorAll("main :is(a, button, input, select, summary)")]
    .filter((each) => each.getBoundingClientRect().right > innerWidth + 1)
    .filter((each) => !each.closest(".grid-wrap, .related-rows, .facets, .tabs, .me-nav"))
    .slice(0, 3).map((each) => each.outerHTML.slice(0, 120))"""
MOVING = """() => [...document.querySelectorAll("*")]
    .filter((each) => [getComputedStyle(each).transitionDuration,
        getComputedStyle(each).animationDuration].some((long) => /[1-9]/.test(long)))
    .slice(0, 3).map((each) => each.outerHTML.slice(0, 120))"""


def addresses(app: Flask, ids: Mapping[str, int]) -> Iterator[str]:
    """Return the address of every page that is looked at."""
    for route in safe(app, ids):
        if route.name not in NO_PAGES:
            yield route.path


def look_from_each_side(page: Page, language: str) -> list[str]:
    """Return the faults of the page as it stands, wide and narrow, once in each theme."""
    found = []
    for width, theme in SIDES[language].items():
        page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
        show_in(page, theme)
        found += [f"{language} {width} {theme} {each}" for each in faults(page) + too_wide(page)]
    return found


def look_at_twice_the_size(page: Page) -> list[str]:
    """Return what is cut off at 200 %, and what moves although less motion is asked for."""
    page.set_viewport_size(ZOOMED)
    found = too_wide(page)
    found += [f"{page.url} cuts off {each}" for each in page.evaluate(CUT)]
    return found + [f"{page.url} moves {each}" for each in page.evaluate(MOVING)]
