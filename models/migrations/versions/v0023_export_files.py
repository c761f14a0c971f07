"""Files of large exports wait for their starter."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from models.migrations.vocabulary import ref

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "export_file",
        ref("batch_id", "batch.id", delete="CASCADE"),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("is_full", sa.Boolean, nullable=False),
        sa.Column("is_coded", sa.Boolean, nullable=False),
        sa.Column("purpose", sa.String(200)),
        sa.Column("language", sa.String(16), nullable=False),
        sa.Column("storage_path", sa.String(80)),
        sa.PrimaryKeyConstraint("batch_id"),
    )


def downgrade() -> None:
    """Let them go."""
    op.drop_table("export_file")
