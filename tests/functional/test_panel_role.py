"""The panel under the PostgreSQL role that the documentation tells to make: it works, and cannot
rewrite the trail.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy import create_engine, select, text
from sqlalchemy.exc import DatabaseError

from models.audit.grants import grant_statements
from models.audit.tables import AuditLog
from tests.factories.records import PASSWORD, House
from tests.support.record_pages import Ask, Staff

ROLE = "panel_of_the_office"
LIST = "/admin/certification_application/"

pytestmark = pytest.mark.one_database("postgresql")


@pytest.fixture
def role_url(database: str, house: House) -> Iterator[str]:
    """Make the role as the documentation says; return the address by which it connects."""
    assert house
    owner = create_engine(database)
    with owner.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE alembic_version (version_num text)")
        connection.exec_driver_sql(f"DROP ROLE IF EXISTS {ROLE}")
        connection.exec_driver_sql(f"CREATE ROLE {ROLE} LOGIN")
        for statement in grant_statements(ROLE):
            connection.exec_driver_sql(statement)
    yield database.replace("//postgres@", f"//{ROLE}@")
    with owner.begin() as connection:
        connection.exec_driver_sql(f"DROP OWNED BY {ROLE}")
        connection.exec_driver_sql(f"DROP ROLE {ROLE}")
    owner.dispose()


@pytest.fixture
def clerk(role_url: str, _apps: Callable[[str], Flask]) -> Iterator[Staff]:
    """Return a clerk who is signed in to a panel that runs under the role."""
    from admin_app.extensions import db

    app = _apps(role_url)
    staff = Staff(app.test_client())
    assert staff.login("authority", PASSWORD).status_code == 303
    yield staff
    with app.app_context():
        db.engine.dispose()


def test_a_day_of_work_is_done_and_told_under_the_role(
    clerk: Staff, house: House, ask: Ask
) -> None:
    id_ = house.own.application
    assert clerk.get(LIST).status_code == 200
    assert clerk.send(f"{LIST}edit/?id={id_}", zip_code="100001").status_code == 303
    clerk.post(f"{LIST}reveal/", {"id": str(id_), "purpose": "核对证件"}, page="/admin/")
    fields = {"action": "reject_confirmation", "rowid": str(id_)}
    batch = clerk.post(f"{LIST}action/", fields, page="/admin/").location
    done = clerk.post(f"{batch}commit", {"input_reason": "材料不符"}, page="/admin/")
    assert done.status_code == 303
    assert clerk.get("/admin/audit_log/").status_code == 403
    told = [
        ask(
            select(AuditLog.result).where(
                AuditLog.event.endswith(f":{act}"), AuditLog.username == "authority"
            )
        )
        for act in ("sign_in", "edit", "reveal", "reject_confirmation", "list")
    ]
    assert told == ["ok", "ok", "ok", "ok", "refused"]


@pytest.mark.parametrize("table", ["audit_log", "workflow_log"])
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE {table} SET at = now()",
        "DELETE FROM {table}",
        "TRUNCATE {table}",
        "ALTER TABLE {table} DISABLE TRIGGER ALL",
        "DROP TRIGGER {table}_append_only ON {table}",
        "ALTER TABLE {table} RENAME TO gone",
        "DROP TABLE {table}",
        "SET session_replication_role = replica",
        "SELECT setval(pg_get_serial_sequence('{table}', 'id'), 1)",
        "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql"
        " AS $$ BEGIN RETURN NULL; END $$",
        "INSERT INTO audit_seal_part (log, last_id, marks) VALUES ('{table}', 9, '')",
    ],
)
def test_the_role_can_neither_rewrite_nor_unprotect_the_trail(
    role_url: str, table: str, statement: str
) -> None:
    engine = create_engine(role_url)
    refused = r"permission denied|must be owner|must be able to SET ROLE"
    with engine.connect() as connection, pytest.raises(DatabaseError, match=refused):
        connection.execute(text(statement.format(table=table)))
    engine.dispose()
