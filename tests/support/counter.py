"""People of the bureau at their browsers."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

import pytest
from flask import Flask

from tests.support.accounts import PASSWORD
from tests.support.bureau import Bureau
from tests.support.http import Client

At = Callable[[str], Client]
LIST = "/admin/user_account/"
ACTION = f"{LIST}action/"


@pytest.fixture
def at(app: Flask, bureau: Bureau) -> At:
    """Return a function that signs somebody of the bureau in."""

    def sign_in(name: str) -> Client:
        client = Client(app.test_client())
        assert client.login(name, PASSWORD).status_code == 303
        return client

    return sign_in


def pin(client: Client, act: str, *ids: int) -> str:
    """Press an action of the list for some accounts; return the address of the batch."""
    answer = client.post(ACTION, {"action": act, "rowid": [str(id_) for id_ in ids]})
    assert answer.status_code == 303, answer.text
    assert re.fullmatch(r"/admin/batch/\d+/", answer.location)
    return answer.location


def carry_out(client: Client, act: str, *ids: int, **inputs: str) -> str:
    """Press an action and carry the batch out; return its address."""
    path = pin(client, act, *ids)
    answer = client.post(f"{path}commit", {"input_reason": "持身份证到场", **inputs})
    assert (answer.status_code, answer.location) == (303, path), answer.text
    return path


def said(text: str) -> str:
    """Return a page as its reader sees it: the text alone."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", text)).split())


def passwords_in(text: str) -> list[str]:
    """Return the initial passwords that a page shows."""
    return re.findall(r'<code class="secret">([^<]+)</code>', text)
