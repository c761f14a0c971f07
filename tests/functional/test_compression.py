"""Static files are compressed for who takes it; pages, which hold tokens, never are."""

from __future__ import annotations

import gzip

import pytest

from tests.support.http import Client

pytestmark = pytest.mark.one_database("sqlite")

CSS = "/static/panel.css"


def test_a_style_sheet_travels_compressed_and_is_the_same(client: Client) -> None:
    plain = client.get(CSS)
    packed = client.get(CSS, headers={"Accept-Encoding": "gzip, br"})
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert len(packed.data) < len(plain.data) / 3
    for answer in (plain, packed):
        assert "Accept-Encoding" in answer.headers["Vary"]
        assert int(answer.headers["Content-Length"]) == len(answer.data)


def test_a_browser_that_has_it_is_told_so(client: Client) -> None:
    packed = client.get(CSS, headers={"Accept-Encoding": "gzip"})
    again = client.get(
        CSS, headers={"Accept-Encoding": "gzip", "If-None-Match": packed.headers["ETag"]}
    )
    assert again.status_code == 304
    assert again.data == b""


@pytest.mark.parametrize("accepted", ["", "br", "gzip;q=0", "identity"])
def test_who_cannot_read_it_gets_the_file(client: Client, accepted: str) -> None:
    answer = client.get(CSS, headers={"Accept-Encoding": accepted})
    assert "Content-Encoding" not in answer.headers
    assert b"--accent" in answer.data


def test_a_page_with_a_token_is_never_compressed(client: Client) -> None:
    answer = client.get("/login", headers={"Accept-Encoding": "gzip"})
    assert "csrf_token" in answer.text
    assert "Content-Encoding" not in answer.headers
