"""Letters of the app: into a folder of the test, and read again."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from flask import Flask

from admin_app.carriers import Carrier, Folder
from admin_app.mail import Post

SENDER = "panel@office.example"
BASE = "https://panel.example"


def use(app: Flask, carrier: Carrier | None, monkeypatch: pytest.MonkeyPatch) -> Post:
    """Let somebody carry the app's letters while the test runs."""
    monkeypatch.setitem(app.config, "BASE_URL", BASE)
    office = Post(app, carrier)
    monkeypatch.setitem(app.extensions, "post", office)
    return office


@pytest.fixture
def outbox(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Post:
    """Let letters go into a folder."""
    return use(app, Folder(tmp_path / "outbox", SENDER), monkeypatch)


def letters(office: Post) -> list[EmailMessage]:
    """Return every letter that was sent, the newest last."""
    office.finish()
    carrier = office.carrier
    assert isinstance(carrier, Folder)
    files = sorted(carrier.path.glob("*.eml"), key=lambda file: file.stat().st_mtime_ns)
    return [message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]


def link_of(letter: EmailMessage) -> str:
    """Return the path of the link in a letter."""
    found = re.search(rf"{BASE}(/password\?token=\S+)", letter.get_content())
    assert found
    return found[1]
