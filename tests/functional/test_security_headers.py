"""What every answer carries, whatever it says."""

from __future__ import annotations

import pytest

from admin_app.security import CONTENT_SECURITY_POLICY, HEADERS
from tests.support.http import Client
from tests.support.record_pages import SignIn

pytestmark = pytest.mark.one_database("sqlite")

ANSWERS = {
    "/login": 200,
    "/healthz": 200,
    "/favicon.ico": 200,
    "/bootstrap/static/css/bootstrap.min.css": 200,
    "/static/favicon.svg": 200,
    "/static/no-such-file": 404,
    "/nowhere": 303,
    "/admin/": 303,
    "/logout": 303,
}


@pytest.mark.parametrize(("path", "status"), ANSWERS.items())
def test_every_answer_carries_the_headers(client: Client, path: str, status: int) -> None:
    answer = client.get(path)
    assert answer.status_code == status
    for name, value in HEADERS.items():
        assert answer.headers[name] == value
    assert len(answer.headers["X-Request-ID"]) == 32


def test_the_policy_allows_no_inline_and_no_other_site() -> None:
    assert "unsafe" not in CONTENT_SECURITY_POLICY
    assert "http" not in CONTENT_SECURITY_POLICY
    assert "*" not in CONTENT_SECURITY_POLICY
    assert "script-src 'self'" in CONTENT_SECURITY_POLICY


def test_a_refused_post_carries_the_headers(client: Client) -> None:
    answer = client.http.post("/login", data={"username": "x", "password": "y"})
    assert answer.status_code == 400
    assert answer.headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY


def test_pages_are_not_kept_by_browsers_but_files_are(client: Client) -> None:
    assert client.get("/login").headers["Cache-Control"] == "no-store"
    assert "no-store" not in client.get("/static/favicon.svg").headers["Cache-Control"]


def test_the_panel_does_not_serve_the_librarys_scripts(sign_in: SignIn) -> None:
    answer = sign_in("authority").get("/admin/static/vendor/jquery.min.js")
    assert answer.status_code == 404


def test_tls_is_remembered_where_it_is_used(client: Client) -> None:
    assert "Strict-Transport-Security" not in client.get("/healthz").headers
    over_tls = client.get("/healthz", base_url="https://localhost")
    assert over_tls.headers["Strict-Transport-Security"].startswith("max-age=")


def test_no_page_brings_inline_code(client: Client) -> None:
    page = client.get("/login").text
    assert "<style" not in page
    assert " style=" not in page
    assert " onclick=" not in page


def test_a_nul_is_bad_input_wherever_it_stands(client: Client) -> None:
    assert client.get("/login?next=%00").status_code == 400
    assert client.get("/admin/?%00=1").status_code == 400
    assert client.login("a\0b", "x").status_code == 400


def test_a_body_beyond_the_limit_is_refused_with_a_page(client: Client) -> None:
    too_long = {"username": "x" * 505_000}
    answer = client.http.post("/login", data=too_long, content_type="multipart/form-data")
    assert answer.status_code == 413
    assert "内容过大" in answer.text


def test_junk_instead_of_a_cookie_is_nobody(client: Client) -> None:
    client.http.set_cookie("__Host-session", "junk.junk.junk")
    assert client.get("/admin/").status_code == 303
