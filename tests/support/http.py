"""A client that fills in forms as a script without JavaScript would: it reads the page and
sends what it finds.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

DEMO_PASSWORD = "Demo-2026"
_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
Fields = Mapping[str, str | Sequence[str]]


class Client:
    """A browser without a screen: one cookie jar, tokens taken from the pages."""

    def __init__(self, http: FlaskClient) -> None:
        self.http = http

    def get(self, path: str, **options: object) -> TestResponse:
        """Ask for a page."""
        return self.http.get(path, buffered=True, **options)

    def token(self, page: str = "/login") -> str:
        """Return the CSRF token that a page carries."""
        found = _TOKEN.search(self.http.get(page, follow_redirects=True).text)
        assert found, f"no form on {page}"
        return unescape(found.group(1))

    def post(
        self, path: str, fields: Fields | None = None, *, page: str = "/login"
    ) -> TestResponse:
        """Send a form with the token of ``page``; redirects are not followed. The answer is read to
        its end: a file that nobody closes would lose its connection under a later test.
        """
        data = {"csrf_token": self.token(page), **(fields or {})}
        return self.http.post(path, data=data, buffered=True)

    def login(self, username: str, password: str = DEMO_PASSWORD) -> TestResponse:
        """Sign in; the answer tells whether it worked."""
        return self.post("/login", {"username": username, "password": password})


@pytest.fixture(scope="session")
def _catalogue() -> None:
    from admin_app.catalogue import compile_catalogue

    compile_catalogue()


@pytest.fixture(scope="session")
def _apps(tmp_path_factory: pytest.TempPathFactory, _catalogue: None) -> Callable[[str], Flask]:
    """Return a function that makes the app of an address, once."""
    from admin_app import create_app

    folder = str(tmp_path_factory.mktemp("instance"))

    @cache
    def app_of(database: str) -> Flask:
        settings = {"ENV": "testing", "SECRET_KEY": "a key for tests only", "INSTANCE": folder}
        return create_app({**settings, "DATABASE_URL": database})

    return app_of


@pytest.fixture
def app(database: str, _apps: Callable[[str], Flask]) -> Iterator[Flask]:
    """Return an app over the test's database; its connections end with the test."""
    from admin_app.extensions import db

    app = _apps(database)
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def client(app: Flask) -> Client:
    """Return a client without a session."""
    return Client(app.test_client())
