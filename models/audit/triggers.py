"""Append-only by the database: triggers that refuse to change or empty the logs.

Remade by one call after each upgrade, because SQLite's batch operations drop them (reading 26).
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, MetaData, event

from models.base.orm import Base

APPEND_ONLY = ("audit_log", "workflow_log")

_SQLITE = """\
CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table}
BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"""

_FUNCTION = """\
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION USING MESSAGE = TG_TABLE_NAME || ' is append-only'; END $$"""

_POSTGRESQL = """\
CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"""


def create_triggers(connection: Connection) -> None:
    """Make the triggers of every append-only table anew, on SQLite and PostgreSQL."""
    make = _on_sqlite if connection.dialect.name == "sqlite" else _on_postgresql
    make(connection)


def _on_sqlite(connection: Connection) -> None:
    for table in APPEND_ONLY:
        for verb in ("update", "delete"):
            _run(connection, f"DROP TRIGGER IF EXISTS {table}_no_{verb}")
            _run(connection, _SQLITE.format(table=table, verb=verb))


def _on_postgresql(connection: Connection) -> None:
    _run(connection, _FUNCTION)
    for table in APPEND_ONLY:
        _run(connection, f"DROP TRIGGER IF EXISTS {table}_append_only ON {table}")
        _run(connection, _POSTGRESQL.format(table=table))


def _run(connection: Connection, statement: str) -> None:
    connection.exec_driver_sql(statement, execution_options={"unscoped": "triggers"})


@event.listens_for(Base.metadata, "after_create")
def _after_create(_metadata: MetaData, connection: Connection, **options: Any) -> None:
    if {table.name for table in options.get("tables") or ()} >= set(APPEND_ONLY):
        create_triggers(connection)
