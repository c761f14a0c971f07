"""Seals over both logs, with the marks by which a broken row is named.

No command sealed before this revision, so the table is made anew.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from models.migrations.vocabulary import INSTANT, key

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Replace the table of seals and add the marks."""
    op.drop_table("audit_seal")
    op.create_table(
        "audit_seal",
        key(),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("head", sa.String(64), nullable=False),
        sa.Column("audit_last_id", sa.Integer, nullable=False),
        sa.Column("audit_row_count", sa.Integer, nullable=False),
        sa.Column("workflow_last_id", sa.Integer, nullable=False),
        sa.Column("workflow_row_count", sa.Integer, nullable=False),
        sa.UniqueConstraint("head"),
        sa.UniqueConstraint("previous"),
        sa.CheckConstraint(
            "audit_row_count >= 0 AND workflow_row_count >= 0", name="row_counts_not_negative"
        ),
    )
    op.create_table(
        "audit_seal_part",
        key(),
        sa.Column("log", sa.String(60), nullable=False),
        sa.Column("last_id", sa.Integer, nullable=False),
        sa.Column("marks", sa.Text, nullable=False),
        sa.UniqueConstraint("log", "last_id"),
    )


def downgrade() -> None:
    """Go back to seals of one log, all of them lost."""
    op.drop_table("audit_seal_part")
    op.drop_table("audit_seal")
    op.create_table(
        "audit_seal",
        key(),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("last_id", sa.Integer, nullable=False),
        sa.Column("row_count", sa.Integer, nullable=False),
        sa.Column("head", sa.String(64), nullable=False),
        sa.UniqueConstraint("head"),
        sa.UniqueConstraint("last_id"),
        sa.CheckConstraint("row_count >= 0", name="row_count_not_negative"),
    )
