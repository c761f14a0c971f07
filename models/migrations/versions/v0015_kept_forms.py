"""Forms that came after their session had ended wait for their sender."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from models.migrations.vocabulary import INSTANT, key, ref

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "kept_form",
        key(),
        ref("user_id", "user_account.id", delete="CASCADE"),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("sealed", sa.Text, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.UniqueConstraint("token_hash"),
    )
    op.create_index("ix_kept_form_user_id", "kept_form", ["user_id"])
    op.create_index("ix_kept_form_expires_at", "kept_form", ["expires_at"])


def downgrade() -> None:
    """Let them go."""
    op.drop_table("kept_form")
