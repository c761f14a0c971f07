"""The list of every grid asks the database at most ten times, for one row as for fifty."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy import event

from tests.support.http import DEMO_PASSWORD, Client
from views.base.grid import Grid
from views.base.shell import panel_views

MOST = 10
_ROW = re.compile(r'<tr data-id="(\d+)"')
#: What SQLite's driver is told besides: PostgreSQL's begins by itself.
_BESIDES = ("BEGIN",)


@pytest.fixture
def counted(app: Flask) -> Iterator[Callable[[Client, str], tuple[int, list[str]]]]:
    """Return a function that opens a page and returns its number of statements and its rows."""
    from admin_app.extensions import db

    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.startswith(_BESIDES):
            sent.append(statement)

    def ask(client: Client, address: str) -> tuple[int, list[str]]:
        sent.clear()
        page = client.get(address)
        assert page.status_code == 200, address
        return len(sent), _ROW.findall(page.text)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    yield ask
    event.remove(engine, "before_cursor_execute", note)


@pytest.mark.template("demo")
def test_no_list_asks_more_often_for_more_rows(
    app: Flask, counted: Callable[[Client, str], tuple[int, list[str]]]
) -> None:
    client = Client(app.test_client())
    client.login("sysadmin", DEMO_PASSWORD)
    with app.app_context():
        grids = [view.endpoint for view in panel_views() if isinstance(view, Grid)]
    full = 0
    for name in grids:
        address = f"/admin/{name}/?size=50&filter=id:"
        many, rows = counted(client, f"{address}ge:0")
        assert many <= MOST, name
        if rows:
            one, shown = counted(client, f"{address}eq:{rows[0]}")
            assert len(shown) == 1
            # The names of codes are read by one statement, where the rows have any.
            assert many - 1 <= one <= many, name
        full += len(rows) == 50
    assert full >= 10, "lists of one row prove nothing"
