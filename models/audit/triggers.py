"""Append-only by the database: triggers that refuse to change or empty the logs.

Remade by one call after each upgrade, because SQLite's batch operations drop them (reading 26).
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, MetaData, event

from models.base.orm import Base

#: What the seals cover, in the order in which they cover it.
LOGS = ("audit_log", "workflow_log")
APPEND_ONLY = (*LOGS, "audit_seal", "audit_seal_part")
VERBS = ("update", "delete")

_SQLITE = """\
CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table}
BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"""

#: ``REPLACE`` removes a row without asking the triggers, unless the connection has switched
#: recursive triggers on: this program's own have, anybody else's need not.
_SQLITE_INSERT = """\
CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table}
WHEN EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"""

_FUNCTION = """\
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION USING MESSAGE = TG_TABLE_NAME || ' is append-only'; END $$"""

_POSTGRESQL = """\
CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"""


def create_triggers(connection: Connection) -> None:
    """Make the triggers of every append-only table anew, on SQLite and PostgreSQL."""
    dialect = connection.dialect.name
    for statement in (*drop_statements(dialect), *create_statements(dialect)):
        connection.exec_driver_sql(statement, execution_options={"unscoped": "triggers"})


def drop_statements(dialect: str) -> list[str]:
    """Return the DDL that lifts the protection; only the archive runs it, and only to restore
    the protection in the same transaction.
    """
    if dialect == "sqlite":
        return [
            f"DROP TRIGGER IF EXISTS {table}_no_{verb}"
            for table in APPEND_ONLY
            for verb in (*VERBS, "replace")
        ]
    return [f"DROP TRIGGER IF EXISTS {table}_append_only ON {table}" for table in APPEND_ONLY]


def create_statements(dialect: str) -> list[str]:
    """Return the DDL of the protection, for tables that have none."""
    if dialect == "sqlite":
        kept = [_SQLITE.format(table=table, verb=verb) for table in APPEND_ONLY for verb in VERBS]
        return kept + [_SQLITE_INSERT.format(table=table) for table in APPEND_ONLY]
    return [_FUNCTION, *(_POSTGRESQL.format(table=table) for table in APPEND_ONLY)]


@event.listens_for(Base.metadata, "after_create")
def _after_create(_metadata: MetaData, connection: Connection, **options: Any) -> None:
    if {table.name for table in options.get("tables") or ()} >= set(APPEND_ONLY):
        create_triggers(connection)
