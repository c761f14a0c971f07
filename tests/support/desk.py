"""Somebody of a stored office, signed in with a password over HTTP."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from models.accounts.tables import Role, UserAccount, UserRole
from models.base.actor import Actor
from models.base.session import ActorSession
from tests.factories.certification import World
from tests.support.accounts import PASSWORD, password_hash
from tests.support.http import Client

Desk = Callable[[Actor], Client]


@pytest.fixture
def desk(app: Flask, world: World, system: ActorSession) -> Desk:
    """Return a function that gives an actor a password and signs him in."""

    def sign_in(actor: Actor) -> Client:
        account = system.get_one(UserAccount, actor.user_id)
        account.password_hash = password_hash()
        code = str(actor.role)
        if system.scalar(select(Role).where(Role.code == code)) is None:
            system.add(Role(code=code, name=code, name_en=code))
            system.flush()
        system.add(UserRole(user_id=account.id, role_code=code, scope_org_id=actor.org_id))
        system.commit()
        client = Client(app.test_client())
        assert client.login(account.username, PASSWORD).status_code == 303
        return client

    return sign_in
