"""Every paper that was printed, copy by copy."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from models.migrations.vocabulary import INSTANT, key, ref

revision = "0022"
down_revision = "0020"


def upgrade() -> None:
    """Make the log of prints."""
    op.create_table(
        "paper_print",
        key(),
        sa.Column("printed_at", INSTANT, nullable=False),
        sa.Column("paper", sa.String(40), nullable=False),
        sa.Column("title", sa.String(60), nullable=False),
        sa.Column("entity", sa.String(60), nullable=False),
        sa.Column("entity_id", sa.Integer, nullable=False),
        sa.Column("entity_text", sa.String(200), nullable=False),
        sa.Column("copy_no", sa.SmallInteger, nullable=False),
        ref("printed_by", "user_account.id", null=True),
        ref("org_id", "org.id", null=True),
        ref("site_id", "org.id", null=True),
        sa.UniqueConstraint("entity", "entity_id", "paper", "copy_no"),
        sa.CheckConstraint("copy_no >= 1", name="copy_no_counts_from_one"),
    )
    op.create_index("ix_paper_print_org_id_printed_at", "paper_print", ["org_id", "printed_at"])
    op.create_index("ix_paper_print_site_id_printed_at", "paper_print", ["site_id", "printed_at"])
    op.create_index("ix_paper_print_printed_by", "paper_print", ["printed_by"])


def downgrade() -> None:
    """Forget the prints."""
    op.drop_table("paper_print")
