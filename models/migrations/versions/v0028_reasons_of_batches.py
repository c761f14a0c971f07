"""Batches without a machine, such as the undo of an import, keep their reasons in words."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from models.migrations.vocabulary import JSON

revision = "0028"
down_revision = "0027"

TABLE = "batch"
COLUMN = "reasons"


def upgrade() -> None:
    """Add the column."""
    op.add_column(TABLE, sa.Column(COLUMN, JSON))


def downgrade() -> None:
    """Let them go."""
    op.drop_column(TABLE, COLUMN)
