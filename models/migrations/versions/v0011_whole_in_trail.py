"""The trail says what a part belongs to; addresses and refusals are found by an index.

Rows written before stay as they are: the canonical form leaves out what is empty, so seals hold.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from models.migrations.vocabulary import where

revision = "0011"
down_revision = "0009"

TABLE = "audit_log"
WHOLE = "ix_audit_log_whole_whole_id"
SEARCHED = ("ip", "result")


def upgrade() -> None:
    """Add the columns without rebuilding the table, which would drop SQLite's triggers."""
    op.add_column(TABLE, sa.Column("whole", sa.String(60)))
    op.add_column(TABLE, sa.Column("whole_id", sa.Integer))
    op.create_index(WHOLE, TABLE, ["whole", "whole_id"], **where("whole_id IS NOT NULL"))
    for name in SEARCHED:
        op.create_index(f"ix_audit_log_{name}_at", TABLE, [name, "at"])


def downgrade() -> None:
    """Take them away again; a seal over rows that name a whole fits no more."""
    for name in SEARCHED:
        op.drop_index(f"ix_audit_log_{name}_at", TABLE)
    op.drop_index(WHOLE, TABLE)
    op.drop_column(TABLE, "whole_id")
    op.drop_column(TABLE, "whole")
