"""The session's cookie, as each environment sends it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from admin_app import create_app
from admin_app.extensions import db

pytestmark = pytest.mark.one_database("sqlite")
SECRET = "k3y-of-forty-two-characters-0123456789-abcdef"
Start = Callable[[str], Flask]


@pytest.fixture
def start(database: str, tmp_path: Path) -> Iterator[Start]:
    """Return a function that makes the app of an environment."""
    made: list[Flask] = []

    def app_in(environment: str) -> Flask:
        settings = {"SECRET_KEY": SECRET, "DATABASE_URL": database, "INSTANCE": str(tmp_path)}
        made.append(create_app({**settings, "ENV": environment}))
        return made[-1]

    yield app_in
    for app in made:
        with app.app_context():
            db.engine.dispose()


def cookie_of(app: Flask, scheme: str) -> tuple[str, set[str]]:
    """Return name and attributes of the cookie that comes with a form."""
    answer = app.test_client().get("/login", base_url=f"{scheme}://panel.example")
    cookies = answer.headers.getlist("Set-Cookie")
    assert len(cookies) == 1
    first, *attributes = cookies[0].split("; ")
    return first.partition("=")[0], set(attributes)


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("environment", ["production", "testing"])
def test_outside_development_it_travels_over_tls_only_and_belongs_to_this_host(
    start: Start, environment: str, scheme: str
) -> None:
    name, attributes = cookie_of(start(environment), scheme)
    assert name == "__Host-session"
    assert attributes == {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"}


def test_in_development_it_works_without_tls(start: Start) -> None:
    name, attributes = cookie_of(start("development"), "http")
    assert name == "session"
    assert attributes == {"HttpOnly", "Path=/", "SameSite=Lax"}


def test_no_page_sets_another_cookie(start: Start) -> None:
    client = start("production").test_client()
    for path in ("/login", "/", "/admin/", "/nowhere", "/favicon.ico", "/healthz"):
        for cookie in client.get(path, buffered=True).headers.getlist("Set-Cookie"):
            assert cookie.startswith("__Host-session="), path


def test_what_the_cookie_holds_cannot_be_altered(start: Start) -> None:
    app = start("production")
    client = app.test_client()
    client.get("/login")
    cookie = client.get_cookie("__Host-session")
    assert cookie
    client.set_cookie("__Host-session", f"{cookie.value[:-2]}xx")
    answer = client.post("/login", data={"csrf_token": "x"})
    assert answer.status_code == 400
