"""PDF files: made of what stands in the page, reaching for nothing else."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from views.base.pdf import pdf_of


@pytest.fixture
def style(tmp_path: Path) -> Path:
    """Return a style sheet that would fetch a file beside it."""
    beside = tmp_path / "beside.css"
    beside.write_text("p { display: none }")
    sheet = tmp_path / "sheet.css"
    sheet.write_text(f'@import url("{beside.as_uri()}"); p {{ color: #111 }}')
    return sheet


def test_no_file_of_the_server_gets_into_a_pdf(tmp_path: Path, style: Path) -> None:
    secret = tmp_path / "settings.env"
    secret.write_text("SECRET_KEY=x")
    page = (
        f'<link rel="attachment" href="{secret.as_uri()}">'
        f'<a rel="attachment" href="{secret.as_uri()}">x</a><img src="{secret}"><p>text</p>'
    )
    made = pdf_of(page, style)
    assert made.startswith(b"%PDF-")
    assert b"EmbeddedFile" not in made
    assert b"settings.env" not in made


def test_no_address_is_asked_for_anything(style: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0)
        address = f"http://127.0.0.1:{server.getsockname()[1]}/x"
        page = (
            f'<base href="{address}"><link rel="stylesheet" href="{address}">'
            f'<img src="{address}"><img src="beside.png"><object data="{address}"></object>'
            f"<p style=\"background: url('{address}')\">text</p>"
        )
        assert pdf_of(page, style).startswith(b"%PDF-")
        with pytest.raises(BlockingIOError):
            server.accept()
