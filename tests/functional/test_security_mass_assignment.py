"""Fields that a form does not have are never looked at: whatever else is posted with it, no column
takes it.
"""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, Table, func, select

from models.base.engine import reading
from models.base.orm import Base
from tests.support.forms import Pairs
from tests.support.http import DEMO_PASSWORD
from tests.support.record_pages import Staff
from tests.support.routes import Route, first_rows, mutating

pytestmark = pytest.mark.template("demo")
#: What somebody would like to give himself, under every name that a column or a field might have.
EXTRAS: Pairs = {
    "id": ["999998"],
    "version": ["777"],
    "org_id": ["2"],
    "scope_org_id": ["2"],
    "user_id": ["2"],
    "site_id": ["2"],
    "status": ["approved_numbered"],
    "state": ["done"],
    "role": ["super"],
    "role_code": ["super"],
    "password": ["Forged-2026-pass"],
    "password_hash": ["forged"],
    "must_change_password": ["1"],
    "initial_password_pending": ["1"],
    "session_epoch": ["777"],
    "failed_count": ["77"],
    "locked_until": ["2030-01-01"],
    "last_login_ip": ["10.9.9.9"],
    "created_by": ["777"],
    "updated_by": ["777"],
    "created_at": ["2001-01-01"],
    "updated_at": ["2001-01-01"],
    "cert_no": ["20264401012000001"],
    "apply_no": ["B2026000000000001"],
    "path": ["/1/"],
    "is_admin": ["1"],
    "csrf_token_": ["x"],
}
#: What a save itself keeps.
KEPT_BY_SAVING = {"version", "updated_at", "updated_by"}


@pytest.fixture
def centre(app: Flask) -> Staff:
    """Return the demo's user who may do everything."""
    client = Staff(app.test_client())
    assert client.login("sysadmin", DEMO_PASSWORD).status_code == 303
    return client


def table_of(route: Route) -> Table:
    return Base.metadata.tables[str(route.table)]


def row_of(engine: Engine, table: Table, key: int) -> dict[str, Any]:
    with reading(), engine.connect() as connection:
        found = connection.execute(
            select(table).where(table.c.id == key), execution_options={"unscoped": "test"}
        ).one()
    return dict(found._mapping)


def newest(engine: Engine, table: Table) -> int:
    with reading(), engine.connect() as connection:
        found = connection.scalar(
            select(func.max(table.c.id)), execution_options={"unscoped": "test"}
        )
    return int(found or 0)


def beside(form: Pairs) -> Pairs:
    """Return the extras that the form has no field for."""
    return {name: value for name, value in EXTRAS.items() if name not in form}


def text_columns(table: Table, form: Pairs) -> list[str]:
    """Return the fields of a form in which some other text may stand."""
    return [
        column.name
        for column in table.columns
        if column.name in form and column.type.python_type is str and not column.foreign_keys
    ]


def save_something(client: Staff, path: str, table: Table, form: Pairs) -> str | None:
    """Change one text of a form and send it with everything else; return which one was saved."""
    for name in text_columns(table, form):
        changed = {name: [f"{form[name][0]}1"[-12:]], "change_reason": ["核对"]}
        if client.http.post(path, data=form | beside(form) | changed).status_code == 303:
            return name
    return None


def test_no_edit_form_takes_a_field_that_it_does_not_have(
    app: Flask, engine: Engine, centre: Staff
) -> None:
    ids, _versions = first_rows(engine)
    saved, taken = {}, {}
    for route in mutating(app, ids):
        if route.name != "edit_view" or (page := centre.get(route.path)).status_code != 200:
            continue
        assert page.text
        table, form = table_of(route), centre.form(route.path)
        before = row_of(engine, table, ids[table.name])
        name = save_something(centre, route.path, table, form)
        after = row_of(engine, table, ids[table.name])
        saved[table.name] = name
        for column in (beside(form).keys() & before.keys()) - KEPT_BY_SAVING:
            if before[column] != after[column]:
                taken[table.name, column] = after[column]
        if name and "version" in after:
            assert after["version"] == before["version"] + 1, table.name
            assert after["updated_by"] != 777, table.name
    assert taken == {}
    assert len([name for name in saved.values() if name]) > 8, saved


def new_record(engine: Engine, client: Staff, path: str, table: Table, like: int) -> int | None:
    """Make a record like another one, with every extra beside; return its id if it was taken."""
    form, model = client.form(path), row_of(engine, table, like)
    number = newest(engine, table)
    filled = {
        name: [str(model[name])]
        for name in form
        if name in model and model[name] is not None and not isinstance(model[name], bool)
    }
    for name in text_columns(table, filled):
        if table.c[name].type.python_type is not str or len(filled[name][0]) < 2:
            continue
        other = {name: [f"{filled[name][0]}9"]}
        client.http.post(path, data=form | beside(form) | filled | other)
        if newest(engine, table) != number:
            return newest(engine, table)
    return None


def test_no_new_record_takes_a_field_that_its_form_does_not_have(
    app: Flask, engine: Engine, centre: Staff
) -> None:
    ids, versions = first_rows(engine)
    made, taken = {}, {}
    for route in mutating(app, ids):
        path = route.path.partition("?")[0]
        if route.name != "create_view" or route.table not in versions:
            continue
        if centre.get(path).status_code != 200:
            continue
        table, form = table_of(route), centre.form(path)
        key = new_record(engine, centre, path, table, ids[table.name])
        if key is None:
            continue
        made[table.name] = row_of(engine, table, key)
        for column, wanted in beside(form).items():
            if str(made[table.name].get(column)) == wanted[0]:
                taken[table.name, column] = wanted[0]
    assert taken == {}
    assert len(made) > 3, sorted(made)
    assert {row["version"] for row in made.values() if "version" in row} == {1}


def test_ones_own_profile_takes_its_own_fields_only(engine: Engine, centre: Staff) -> None:
    table = Base.metadata.tables["user_account"]
    with reading(), engine.connect() as connection:
        key = connection.scalar(
            select(table.c.id).where(table.c.username == "sysadmin"),
            execution_options={"unscoped": "test"},
        )
    before = row_of(engine, table, int(key or 0))
    sent = EXTRAS | {
        "row_version": [str(before["version"])],
        "mobile": ["13900139000"],
        "display_name": ["何清清"],
        "username": ["root"],
        "account_type": ["teacher"],
    }
    centre.post("/admin/me/", sent, page="/admin/me/")
    after = row_of(engine, table, int(key or 0))
    changed = {name for name in before if before[name] != after[name]}
    assert changed - KEPT_BY_SAVING == {"mobile"}
