"""An application may be given to a reviewer."""

from __future__ import annotations

from alembic import op

from models.migrations.vocabulary import ref

revision = "0019"
down_revision = "0017"

TABLE = "certification_application"


def upgrade() -> None:
    """Add the column; nothing is given to anybody yet."""
    op.add_column(TABLE, ref("reviewer_id", "user_account.id", null=True))


def downgrade() -> None:
    """Take it away."""
    if op.get_bind().dialect.name == "sqlite":
        with op.batch_alter_table(TABLE) as table:
            table.drop_column("reviewer_id")
    else:
        op.drop_column(TABLE, "reviewer_id")
