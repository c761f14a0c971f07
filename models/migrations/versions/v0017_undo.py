"""What an undo brings back, what a batch did to parts, and batches that change a column."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from models.migrations.vocabulary import JSON, change_known, fill_column, ref

revision = "0017"
down_revision = "0016"

KINDS = ("transition", "undo", "data_import", "export")
NEW_KINDS = ("transition", "edit", "undo", "data_import", "export")


def upgrade() -> None:
    """Add columns and table, and know one kind more."""
    op.add_column("batch_row", sa.Column("restores", JSON))
    op.add_column("batch_row", sa.Column("undone_by_id", sa.Integer))
    op.add_column("batch", sa.Column("undone_count", sa.Integer))
    op.execute("UPDATE batch SET undone_count = 0")
    fill_column(op.get_bind(), "batch", "undone_count", sa.Integer())
    change_known(op.get_bind(), "batch", "kind", KINDS, NEW_KINDS)
    op.create_table(
        "batch_part",
        ref("batch_id", "batch.id", delete="CASCADE"),
        sa.Column("whole_id", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("entity", sa.String(60), nullable=False),
        sa.Column("row_id", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("before", JSON),
        sa.PrimaryKeyConstraint("batch_id", "whole_id", "entity", "row_id"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Take them away."""
    op.drop_table("batch_part")
    op.execute("UPDATE batch SET kind = 'transition' WHERE kind = 'edit'")
    change_known(op.get_bind(), "batch", "kind", NEW_KINDS, KINDS)
    op.drop_column("batch", "undone_count")
    for name in ("undone_by_id", "restores"):
        op.drop_column("batch_row", name)
