"""Column types and constraints that revisions share. Released, so never changed: add beside."""

from __future__ import annotations

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
