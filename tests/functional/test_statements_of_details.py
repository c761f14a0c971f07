"""The page of an application asks the database as often for many parts as for few."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import event

from models.accounts.tables import UserAccount
from models.base.session import ActorSession
from models.certification.tables_parts import ApplicationMaterial, ApplicationResume
from models.reference.tables import CodeItem, CodeSet
from tests.factories.records import House
from tests.support.record_pages import SignIn

#: Everything from the session's cookie to the last part.
MOST = 45


@pytest.fixture
def statements(app: Flask) -> Iterator[list[str]]:
    """Return the list that every statement of the app is added to."""
    from admin_app.extensions import db

    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        sent.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    yield sent
    event.remove(engine, "before_cursor_execute", note)


@pytest.fixture
def furnish(work: ActorSession, house: House) -> Callable[[str], None]:
    """Return a function that hangs one more material and résumé line on the application."""
    work.add(CodeSet(code="MATERIAL", name="材料"))
    work.commit()

    def add(mark: str) -> None:
        user = UserAccount(username=f"checker{mark}", display_name="核对人", password_hash="x")
        work.add_all([user, CodeItem(set_code="MATERIAL", code=mark, name=f"材料{mark}")])
        work.flush()
        material = ApplicationMaterial(
            application_id=house.own.application, material_code=mark, checked_by=user.id
        )
        line = ApplicationResume(
            application_id=house.own.application, start_month=date(2011, 9, 1), unit=f"学校{mark}"
        )
        work.add_all([material, line])
        work.commit()

    return add


@pytest.mark.parametrize("user", ["authority", "confirm", "viewer"])
def test_the_number_of_statements_does_not_grow_with_the_parts(
    sign_in: SignIn,
    house: House,
    furnish: Callable[[str], None],
    statements: list[str],
    user: str,
) -> None:
    client = sign_in(user)
    path = f"/admin/certification_application/details/?id={house.own.application}"
    counts = []
    for size in (2, 10):
        for serial in range(size):
            furnish(f"{size}{serial}")
        statements.clear()
        page = client.get(path)
        assert page.status_code == 200
        counts.append(len(statements))
    assert counts[0] == counts[1] <= MOST
