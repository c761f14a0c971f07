"""Initial passwords are kept sealed until they were handed over."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from models.migrations.vocabulary import INSTANT, key, known, ref

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "initial_password",
        key(),
        ref("batch_id", "batch.id", delete="CASCADE"),
        ref("user_id", "user_account.id", delete="CASCADE"),
        sa.Column("sealed", sa.String(255)),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("shown_at", INSTANT),
        sa.Column("taken_at", INSTANT),
        sa.Column("taken_as", sa.String(32)),
        sa.UniqueConstraint("batch_id", "user_id"),
        known("taken_as", "xlsx", "csv", "slips"),
    )
    op.create_index("ix_initial_password_user_id", "initial_password", ["user_id"])
    op.create_index("ix_initial_password_expires_at", "initial_password", ["expires_at"])


def downgrade() -> None:
    """Destroy them all."""
    op.drop_table("initial_password")
