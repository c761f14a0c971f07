"""An office whose people sign in over HTTP: one with two roles, one new, one without a role, one
disabled; and what they do at the door.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pyotp
import pytest
from flask import Flask

from models import clock
from models.accounts import totp
from models.accounts.tables import AccountStatus
from models.base.actor import system_actor
from models.base.session import ActorSession
from tests.support.accounts import PASSWORD, account_of, actor_of, make_account, make_office
from tests.support.databases import SessionOf
from tests.support.http import Client

SECOND_FACTOR = "/admin/me/second-factor/"
NEW_PASSWORD = "kite#river7"
Arrive = Callable[..., Client]


@pytest.fixture
def office(session_of: SessionOf) -> ActorSession:
    """Return a system session on an office with four accounts."""
    session = session_of(system_actor("test"))
    province = make_office(session)
    make_account(session, province, "clerk", "authority", "super")
    make_account(session, province, "newcomer", "authority", is_new=True)
    make_account(session, province, "jobless")
    gone = make_account(session, province, "gone", "authority")
    gone.status = AccountStatus.disabled
    session.commit()
    return session


@pytest.fixture
def arrive(app: Flask, office: ActorSession) -> Arrive:
    """Return a function that signs somebody in, each time in a browser of its own."""

    def sign_in(username: str = "clerk", password: str = PASSWORD) -> Client:
        client = Client(app.test_client())
        assert client.login(username, password).status_code == 303
        return client

    return sign_in


@pytest.fixture
def secret(app: Flask, office: ActorSession) -> str:
    """Give the clerk a second factor, set up an hour ago; return its secret."""
    key, then = app.config["SECRET_KEY"], clock.now() - timedelta(hours=1)
    account, actor = account_of(office), actor_of(office)
    begun = totp.enrol(office, account, actor, key=key, now=then)
    code = pyotp.TOTP(begun.secret).at(then)
    totp.confirm(office, account, actor, code, key=key, now=then)
    office.commit()
    return begun.secret


def code_now(secret: str) -> str:
    """Return what the clerk's device shows."""
    return pyotp.TOTP(secret).at(clock.now())


def token_of(client: Client) -> str | None:
    """Return the token in a browser's cookie."""
    with client.http.session_transaction() as cookie:
        token: str | None = cookie.get("_user_id")
        return token


def is_in(client: Client) -> bool:
    """Say whether a browser is signed in and may work."""
    return client.get("/admin/").status_code == 200


def change_password(client: Client, new: str = NEW_PASSWORD, **fields: str) -> int:
    """Send the form of one's own password; return the status of the answer."""
    sent = {"old_password": PASSWORD, "new_password": new, "new_password_again": new} | fields
    return client.post("/admin/me/password/", sent).status_code


def enrol(client: Client, wanted: str = "") -> str:
    """Set the second factor up over the pages; return the page with the recovery codes."""
    sent = {"password": PASSWORD} | ({"next": wanted} if wanted else {})
    begun = client.post(f"{SECOND_FACTOR}begin", sent, page=SECOND_FACTOR)
    page = client.get(begun.location).text
    groups = page.partition('class="groups"')[2].partition("</code>")[0]
    secret = "".join(re.findall(r"<span>(\w+)</span>", groups))
    assert "data:image/svg+xml" in page
    fields = {"code": pyotp.TOTP(secret).at(clock.now()), "next": wanted}
    answer = client.post(f"{SECOND_FACTOR}confirm", fields, page=SECOND_FACTOR)
    assert answer.status_code == 200, answer.text
    return answer.text
