"""What nobody gets by sitting down at an open screen, or by being quick."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import select

from models import clock
from models.accounts import entry, passwords, sessions, sign_in, totp
from models.accounts.letters import NOTED
from models.accounts.tables import UserAccount
from models.accounts.tables_sign_in import PasswordToken, UserSession
from models.accounts.tokens import issue
from models.base.session import ActorSession
from models.reference.tables import Org
from tests.support.accounts import ADDRESS, PASSWORD, account_of
from tests.support.bureau import Bureau
from tests.support.entrance import SECOND_FACTOR, Arrive, code_now
from tests.support.http import Client

ME = "/admin/me/"


def change_email(client: Client, password: str) -> int:
    found = re.search(r'name="row_version" value="(\d+)"', client.get(ME).text)
    assert found
    fields = {"row_version": found[1], "email": "new@office.example", "mobile": ""}
    return client.post(ME, fields | {"password": password}, page=ME).status_code


def test_the_address_that_gets_links_changes_with_the_password_alone(
    arrive: Arrive, office: ActorSession
) -> None:
    account = account_of(office)
    account.email = "old@office.example"
    issue(office, account, clock.now())
    office.info.pop(NOTED, None)
    office.commit()
    client = arrive()
    for wrong in ("", "wrong"):
        assert change_email(client, wrong) == 400
    assert account_of(office).email == "old@office.example"
    office.rollback()
    assert change_email(client, PASSWORD) == 303
    assert account_of(office).email == "new@office.example"
    assert office.scalars(select(PasswordToken)).all() == []


def test_a_second_factor_is_set_up_with_the_password_alone(
    arrive: Arrive, office: ActorSession
) -> None:
    client = arrive()
    answer = client.post(f"{SECOND_FACTOR}begin", {"password": "wrong"}, page=SECOND_FACTOR)
    assert answer.status_code == 400
    assert "密码" in answer.text
    assert totp.pending(office, account_of(office), "a key for tests only") is None
    office.rollback()
    answer = client.post(f"{SECOND_FACTOR}begin", {"password": PASSWORD}, page=SECOND_FACTOR)
    assert answer.status_code == 303


def test_signing_in_again_in_two_steps_ends_the_former_session(
    app: Flask, office: ActorSession, secret: str
) -> None:
    client, now = Client(app.test_client()), clock.now()
    for minute in (0, 2):
        with clock.held(now + timedelta(minutes=minute)):
            client.login("clerk", PASSWORD)
            code = {"code": code_now(secret)}
            assert client.post("/login/code", code, page="/login/code").status_code == 303
    alive = select(UserSession).where(UserSession.revoked_at.is_(None))
    assert len(office.scalars(alive).all()) == 1


def test_who_is_quicker_gets_the_name(bureau: Bureau, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entry, "taken_names", lambda _session, _names: set())
    session, site = bureau.open("centre"), bureau.orgs["here_site"]
    new = entry.NewAccount("clerk", "新人", org_id=site, role_code="confirm")
    with pytest.raises(entry.BadAccount) as refused:
        entry.enter_account(session, session.need_actor(), new)
    assert [name for name, _ in refused.value.faults] == ["username"]


def test_a_right_password_of_a_locked_account_costs_no_second_hash(
    office: ActorSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, account = clock.now(), account_of(office)
    account.password_hash = PasswordHasher(time_cost=1, memory_cost=1024).hash(PASSWORD)
    account.locked_until, account.failed_count = now + timedelta(minutes=5), 3
    office.commit()
    monkeypatch.delattr(passwords, "hash_password")
    outcome = sign_in.attempt(office, "clerk", PASSWORD, ADDRESS, now)
    assert (outcome.inner, outcome.refusal) == ("locked", sign_in.WRONG)


@pytest.mark.parametrize("change", [{"enabled": False}, {"is_deleted": True}])
def test_nobody_acts_for_an_organisation_that_is_not_in_use(
    arrive: Arrive, office: ActorSession, change: dict[str, bool]
) -> None:
    client = arrive()
    assert client.get(ME).status_code == 200
    org = office.scalars(select(Org)).one()
    for name, value in change.items():
        setattr(org, name, value)
    office.commit()
    assert client.get(ME).status_code == 303
    assert sessions.role_at_sign_in(office, account_of(office).id) is None
    assert office.scalars(select(UserAccount.status)).first() == "active"
