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


def look_over(page: Page) -> list[str]:
    """Return what axe finds in each theme, and whether the page is wider than the window."""
    found = []
    page.emulate_media(reduced_motion="reduce")  # else colours are read while they still move
    for theme in ("light", "dark"):
        page.evaluate("theme => document.documentElement.dataset.bsTheme = theme", theme)
        for broken in Axe().run(page).response["violations"]:
            nodes = [node["html"][:120] for node in broken["nodes"][:3]]
            found.append(f"{theme} {page.url} {broken['id']}: {nodes}")
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        found.append(f"{page.url} is wider than the window")
    return found
