"""Saved views are shared within an organisation, and one of them opens a list by itself."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from models.migrations.vocabulary import (
    add_check,
    add_constraint,
    drop_check,
    drop_constraint,
    where,
)

revision = "0016"
down_revision = "0015"

TABLE = "saved_view"
DEFAULT = "uq_saved_view_default"
CHECK = ("shared_within_organisation", "shared_role IS NULL OR org_id IS NOT NULL")
CLAUSE = (
    "CONSTRAINT fk_saved_view_org_id FOREIGN KEY(org_id) REFERENCES org (id) ON DELETE RESTRICT"
)


def upgrade() -> None:
    """Keep to their owners what was shared with nobody's organisation."""
    op.execute("UPDATE saved_view SET shared_role = NULL, is_default = false")
    op.add_column(TABLE, sa.Column("org_id", sa.Integer))
    add_constraint(op.get_bind(), TABLE, CLAUSE)
    add_check(op.get_bind(), TABLE, *CHECK)
    op.create_index(DEFAULT, TABLE, ["user_id", "table_name"], unique=True, **where("is_default"))


def downgrade() -> None:
    """Forget within which organisation a view was shared."""
    op.drop_index(DEFAULT, TABLE)
    drop_check(op.get_bind(), TABLE, *CHECK)
    drop_constraint(op.get_bind(), TABLE, CLAUSE)
    op.drop_column(TABLE, "org_id")
