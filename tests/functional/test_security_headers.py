"""What every answer carries, whatever it says."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import OperationalError

from admin_app.security import CONTENT_SECURITY_POLICY, HEADERS
from tests.factories.records import House
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


@pytest.fixture
def fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let one page fail for a reason that nobody foresaw, another for the database's."""

    def fault(*_arguments: object) -> None:
        raise RuntimeError("nobody foresaw it")

    def away(*_arguments: object) -> None:
        raise OperationalError("SELECT 1", {}, RuntimeError("gone"))

    monkeypatch.setattr("views.base.detail.detail_of", fault)
    monkeypatch.setattr("views.batch.pages.page_of", away)


@pytest.mark.usefixtures("fails")
def test_every_kind_of_answer_carries_the_headers(sign_in: SignIn, house: House) -> None:
    clerk, rows = sign_in("authority"), "/admin/certification_application/"
    one, token = f"?id={house.own.application}", clerk.token("/admin/")
    pinned = {"csrf_token": token, "action": "confirm", "rowid": str(house.own.application)}
    batch = clerk.http.post(f"{rows}action/", data=pinned)
    stale = clerk.form(f"{rows}edit/{one}") | {"row_version": ["99"], "address": ["别处"]}
    etag = clerk.get("/static/favicon.svg").headers["ETag"]
    answers = [
        (200, clerk.get(rows)),
        (200, clerk.get(f"{rows}export/csv/")),
        (200, clerk.get(f"{rows}export/xlsx/")),
        (200, clerk.get(f"{rows}lookup/subject_id/?q=语")),
        (200, clerk.get("/static/favicon.svg")),
        (200, clerk.http.head(rows)),
        (200, clerk.http.options("/login")),
        (303, batch),
        (304, clerk.get("/static/favicon.svg", headers={"If-None-Match": etag})),
        (308, clerk.get("/admin/certification_application")),
        (400, clerk.get(f"{rows}?filter=nothing:eq:1")),
        (400, clerk.http.post(f"{rows}action/", data={"action": "confirm"})),
        (403, clerk.get("/admin/subject/new/")),
        (404, clerk.get("/admin/nothing/")),
        (404, clerk.get(f"{rows}edit/?id=0")),
        (405, clerk.get("/logout")),
        (409, clerk.http.post(f"{rows}edit/{one}", data=stale)),
        (413, clerk.http.post("/admin/find/", data={"q": "x" * 600_000})),
        (500, clerk.get(f"{rows}details/{one}")),
        (503, clerk.get(str(batch.location))),
    ]
    for status, answer in answers:
        assert answer.status_code == status, (status, answer.request.path, answer.status_code)
        for name, value in HEADERS.items():
            assert answer.headers.get(name) == value, (status, name)
        assert len(answer.headers["X-Request-ID"]) == 32
        kept = answer.request.path.startswith("/static/")
        assert ("no-store" in answer.headers.get("Cache-Control", "")) is not kept, status
        assert "Server" not in answer.headers
        answer.close()


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
