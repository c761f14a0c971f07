"""Fixtures for the real browser: Debian's Chromium against a server in this process, on a port
that is free.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import make_server

from models import clock
from tests.support.serving import ClosingHandler, remembering

NewWindow = Callable[[], Page]
AXE: str = Axe().axe_script
#: Rules of WCAG 2.2 AA that axe leaves out unless they are asked for.
WCAG_2_2 = ("target-size",)
CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
#: The innermost elements that reach beyond the window.
BEYOND = """() => [...document.querySelectorAll("body *")]
    .filter((each) => !each.children.length && each.getBoundingClientRect().right > innerWidth)
    .slice(0, 3).map((each) => each.outerHTML.slice(0, 120))"""


@pytest.fixture
def live_server(app: Flask) -> Iterator[str]:
    """Serve the app while the test runs; return its address."""
    server = make_server(
        "127.0.0.1", 0, remembering(app), threaded=True, request_handler=ClosingHandler
    )
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="session")
def _browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        raise RuntimeError(f"The tests need {CHROMIUM}: run .ci/services")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def new_window(_browser: Browser, live_server: str) -> Iterator[NewWindow]:
    """Return a function that opens a Chinese browser window with cookies of its own, whose
    addresses start at the live server.
    """
    opened = []

    def open_window() -> Page:
        context = _browser.new_context(
            base_url=live_server,
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            viewport={"width": 1440, "height": 900},
        )
        context.set_default_timeout(10_000)
        opened.append(context)
        return context.new_page()

    yield open_window
    for context in opened:
        context.close()


@pytest.fixture
def page(new_window: NewWindow) -> Page:
    """Return an empty browser window."""
    return new_window()


class Watch:
    """The clock of all threads, the server's too, which :func:`models.clock.held` does not reach.

    It stands still at ``now`` until it is put forward.
    """

    def __init__(self) -> None:
        self.now = clock.now()

    def put_forward(self, by: timedelta) -> None:
        """Let time pass."""
        self.now += by

    def read(self) -> datetime:
        """Return the instant that it shows."""
        return self.now


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    """Hold the clock for the server."""
    held = Watch()
    monkeypatch.setattr(clock, "now", held.read)
    return held


def look_over(page: Page, within: str = "html") -> list[str]:
    """Return what axe finds in each theme, on the page or in a part that lies over the rest, and
    whether the page is wider than the window.
    """
    page.wait_for_load_state()  # a click that leads on comes back before the next page is whole
    page.emulate_media(reduced_motion="reduce")  # else colours are read while they still move
    found = []
    for theme in ("light", "dark"):
        show_in(page, theme)
        found += [f"{theme} {each}" for each in faults(page, within)]
    return found + too_wide(page)


def show_in(page: Page, theme: str) -> None:
    """Show a page in a theme, without asking for it again."""
    page.evaluate("theme => document.documentElement.dataset.bsTheme = theme", theme)


def faults(page: Page, within: str = "html") -> list[str]:
    """Return what axe finds on the page as it stands, or in a part of it."""
    rules = {name: {"enabled": True} for name in WCAG_2_2}
    options = {"resultTypes": ["violations"], "preload": False, "rules": rules}
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(AXE)
    answer = page.evaluate("([part, options]) => axe.run(part, options)", [within, options])
    return [
        f"{page.url} {broken['id']}: {[node['html'][:120] for node in broken['nodes'][:3]]}"
        for broken in answer["violations"]
    ]


def too_wide(page: Page) -> list[str]:
    """Return a fault if the page scrolls sideways."""
    wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    return [f"{page.url} is wider than the window: {page.evaluate(BEYOND)}"] if wide else []
