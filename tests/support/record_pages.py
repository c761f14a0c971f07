"""Fixtures of the tests of record pages: a furnished house and clients that are signed in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from models.base.actor import system_actor
from models.base.engine import make_engine, reading
from models.base.session import ActorSession
from tests.factories.records import PASSWORD, House, make_house
from tests.support.forms import Pairs, form_of
from tests.support.http import Client


class Staff(Client):
    """A signed-in client that sends the forms it has read."""

    def form(self, path: str) -> Pairs:
        """Return what the form of a page would send unchanged."""
        answer = self.get(path)
        assert answer.status_code == 200
        return form_of(answer.text)

    def send(self, path: str, /, **changes: str | list[str]) -> TestResponse:
        """Load a form, change some fields, send it."""
        return self.http.post(path, data=self.form(path) | changes)


SignIn = Callable[[str], Staff]
Ask = Callable[[Any], Any]


@pytest.fixture
def work(database: str) -> Iterator[ActorSession]:
    """Return a session that sees everything."""
    engine = make_engine(database)
    with ActorSession(bind=engine) as session:
        session.act_as(system_actor("test"))
        yield session
    engine.dispose()


@pytest.fixture
def ask(work: ActorSession) -> Callable[[Any], Any]:
    """Return a function that asks the database for one value, and leaves no transaction open."""

    def scalar(statement: Any) -> Any:
        with reading():
            found = work.scalar(statement)
        work.expunge_all()
        work.rollback()
        return found

    return scalar


@pytest.fixture
def house(work: ActorSession) -> House:
    """Return the ids of two furnished offices."""
    made = make_house(work)
    work.commit()
    return made


@pytest.fixture
def sign_in(app: Flask, house: House) -> SignIn:
    """Return a function that signs a user in."""

    def staff(username: str) -> Staff:
        client = Staff(app.test_client())
        assert client.login(username, PASSWORD).status_code == 303
        return client

    return staff
