"""Files of imports wait for their preview and for the job worker."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from models.migrations.vocabulary import JSON, ref

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "import_file",
        ref("batch_id", "batch.id", delete="CASCADE"),
        sa.Column("file_name", sa.String(200), nullable=False),
        sa.Column("content", sa.LargeBinary),
        sa.Column("headings", JSON, nullable=False),
        sa.Column("mapping", JSON),
        sa.Column("all_or_nothing", sa.Boolean, nullable=False),
        sa.Column("report", JSON),
        sa.PrimaryKeyConstraint("batch_id"),
    )


def downgrade() -> None:
    """Let them go."""
    op.drop_table("import_file")
