"""Large batches wait for the job worker in the ledger itself."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from models.migrations.vocabulary import INSTANT, JSON, where

revision = "0012"
down_revision = "0011"

TABLE = "batch"
INDEX = "ix_batch_queued_at"


def upgrade() -> None:
    """Add what the queue needs."""
    op.add_column(TABLE, sa.Column("queued_at", INSTANT))
    op.add_column(TABLE, sa.Column("attempts", sa.SmallInteger))
    op.add_column(TABLE, sa.Column("failure", JSON))
    op.create_index(INDEX, TABLE, ["queued_at"], **where("queued_at IS NOT NULL"))


def downgrade() -> None:
    """Take it away."""
    op.drop_index(INDEX, TABLE)
    for name in ("failure", "attempts", "queued_at"):
        op.drop_column(TABLE, name)
