"""Column types and constraints that revisions share. Released, so never changed: add beside."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

INSTANT = sa.DateTime(timezone=True)
JSON = sa.JSON().with_variant(JSONB(), "postgresql")


def ascii_string(length: int) -> sa.String:
    """A string that PostgreSQL too compares by code point."""
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def key() -> sa.Column[Any]:
    """The surrogate key."""
    return sa.Column("id", sa.Integer, primary_key=True)


def ref(
    name: str, target: str, type_: Any = sa.Integer, *, null: bool = False, delete: str = "RESTRICT"
) -> sa.Column[Any]:
    """A reference to ``table.column``."""
    return sa.Column(name, type_, sa.ForeignKey(target, ondelete=delete), nullable=null)


def marks() -> list[sa.Column[Any]]:
    """The author's marks and the version of every business table."""
    return [
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.Column("created_by", sa.Integer),
        sa.Column("updated_by", sa.Integer),
        sa.Column("version", sa.Integer, nullable=False),
    ]


def known(column: str, *values: str | int) -> sa.CheckConstraint:
    """The closed set of a column."""
    return sa.CheckConstraint(sa.column(column).in_(values), name=f"{column}_known")


def prefix(column: str) -> dict[str, Any]:
    """Options of an index that serves ``LIKE 'x%'`` on PostgreSQL."""
    return {"postgresql_ops": {column: "varchar_pattern_ops"}}


def where(condition: str) -> dict[str, Any]:
    """Options of a partial index."""
    return {"postgresql_where": sa.text(condition), "sqlite_where": sa.text(condition)}


def nulls_first_index(name: str, table: str, first: str, *then: str, unique: bool = False) -> None:
    """Make an index with NULL smallest, which on SQLite every index has."""
    head = first if op.get_context().dialect.name == "sqlite" else sa.text(f"{first} NULLS FIRST")
    op.create_index(name, table, [head, *then], unique=unique)


def add_check(connection: sa.Connection, table: str, name: str, condition: str) -> None:
    """Add a CHECK to a table that exists; SQLite has its table made anew."""
    if connection.dialect.name != "sqlite":
        op.create_check_constraint(name, table, condition)
        return
    clause = _clause(table, name, condition)
    _make_anew(connection, table, lambda sql: f"{sql.rstrip().removesuffix(')')}, {clause})")


def drop_check(connection: sa.Connection, table: str, name: str, condition: str) -> None:
    """Take such a CHECK away again."""
    if connection.dialect.name != "sqlite":
        op.drop_constraint(op.f(f"ck_{table}_{name}"), table, type_="check")
        return
    clause = _clause(table, name, condition)
    _make_anew(connection, table, lambda sql: sql.replace(f", {clause}", ""))


def change_known(
    connection: sa.Connection, table: str, column: str, before: Sequence[str], after: Sequence[str]
) -> None:
    """Let a column of a table that exists hold another closed set of values."""
    name, old, new = f"{column}_known", _one_of(column, before), _one_of(column, after)
    if connection.dialect.name != "sqlite":
        op.drop_constraint(op.f(f"ck_{table}_{name}"), table, type_="check")
        op.create_check_constraint(name, table, new)
        return
    clauses = _clause(table, name, old), _clause(table, name, new)
    _make_anew(connection, table, lambda sql: sql.replace(*clauses))


def _one_of(column: str, values: Sequence[str]) -> str:
    return f"{column} IN ({', '.join(repr(value) for value in values)})"


def add_constraint(connection: sa.Connection, table: str, clause: str) -> None:
    """Add ``CONSTRAINT … `` to a table that exists; SQLite has its table made anew."""
    if connection.dialect.name != "sqlite":
        op.execute(f"ALTER TABLE {table} ADD {clause}")
        return
    _make_anew(connection, table, lambda sql: f"{sql.rstrip().removesuffix(')')}, {clause})")


def drop_constraint(connection: sa.Connection, table: str, clause: str) -> None:
    """Take such a constraint away again."""
    if connection.dialect.name != "sqlite":
        op.execute(f"ALTER TABLE {table} DROP {' '.join(clause.split()[:2])}")
        return
    _make_anew(connection, table, lambda sql: sql.replace(f", {clause}", ""))


def _clause(table: str, name: str, condition: str) -> str:
    return f"CONSTRAINT ck_{table}_{name} CHECK ({condition})"


def _make_anew(connection: sa.Connection, table: str, change: Callable[[str], str]) -> None:
    """Make a table of SQLite anew from its changed definition, with its rows and indexes.

    Alembic's own way loses every CHECK, which it cannot read. Foreign keys are off meanwhile.
    """
    parts = sa.text("SELECT type, sql FROM sqlite_master WHERE tbl_name = :t AND sql IS NOT NULL")
    found = connection.execute(parts, {"t": table}).all()
    definition = next(sql for type_, sql in found if type_ == "table")
    last = _last_id(connection, table)
    run = connection.exec_driver_sql
    run(f"CREATE TEMP TABLE kept AS SELECT * FROM {table}")  # noqa: S608 -- named by a revision
    run(f"DROP TABLE {table}")
    run(change(definition))
    run(f"INSERT INTO {table} SELECT * FROM kept")  # noqa: S608 -- named by a revision
    run("DROP TABLE kept")
    for type_, sql in found:
        if type_ == "index":
            run(sql)
    if last is not None:
        _count_on(connection, table, last)


def fill_column(connection: sa.Connection, table: str, column: str, type_: Any) -> None:
    """Demand a value in a column that was added and has been filled; SQLite has its table made
    anew.
    """
    if connection.dialect.name != "sqlite":
        op.alter_column(table, column, existing_type=type_, nullable=False)
        return
    declared = f"{column} {type_.compile(connection.dialect)}"
    _make_anew(connection, table, lambda sql: sql.replace(declared, f"{declared} NOT NULL"))


def give_ids_once(connection: sa.Connection, table: str) -> None:
    """Let SQLite give no id of a table again, nor one that the trail or the ledger knows."""
    if connection.dialect.name != "sqlite" or _last_id(connection, table) is not None:
        return
    own_key = re.compile(rf",\s*CONSTRAINT pk_{table} PRIMARY KEY \(id\)")
    counted = "id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT"
    _make_anew(
        connection,
        table,
        lambda sql: own_key.sub("", sql.replace("id INTEGER NOT NULL", counted, 1)),
    )
    known = sa.text(
        f"SELECT max(coalesce((SELECT max(id) FROM {table}), 0),"  # noqa: S608 -- named by a revision
        " coalesce((SELECT max(entity_id) FROM audit_log WHERE entity = :t), 0),"
        " coalesce((SELECT max(row_id) FROM batch_part WHERE entity = :t), 0))"
    )
    _count_on(connection, table, connection.scalar(known, {"t": table}))


def _last_id(connection: sa.Connection, table: str) -> int | None:
    """Return the last id that SQLite gave in a table where it gives none twice, else None."""
    definition = sa.text("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = :t")
    if "AUTOINCREMENT" not in connection.scalar(definition, {"t": table}):
        return None
    last = sa.text("SELECT max(seq) FROM sqlite_sequence WHERE name = :t")
    return connection.scalar(last, {"t": table}) or 0


def _count_on(connection: sa.Connection, table: str, last: int | None) -> None:
    connection.execute(sa.text("DELETE FROM sqlite_sequence WHERE name = :t"), {"t": table})
    row = sa.text("INSERT INTO sqlite_sequence (name, seq) VALUES (:t, :last)")
    connection.execute(row, {"t": table, "last": last or 0})


def drop_known_column(connection: sa.Connection, table: str, column: str) -> None:
    """Take away a column with its closed set, which on SQLite would bar it."""
    if connection.dialect.name == "sqlite":
        check = re.compile(rf",\s*CONSTRAINT ck_{table}_{column}_known CHECK \([^()]*\([^()]*\)\)")
        _make_anew(connection, table, lambda sql: check.sub("", sql))
    op.drop_column(table, column)
