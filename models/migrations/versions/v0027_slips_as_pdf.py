"""Slips with initial passwords are taken away as PDF too."""

from __future__ import annotations

from alembic import op

from models.migrations.vocabulary import change_known

revision = "0027"
down_revision = "0026"

TABLE, COLUMN = "initial_password", "taken_as"
BEFORE = ("xlsx", "csv", "slips")
AFTER = (*BEFORE, "pdf")


def upgrade() -> None:
    """Know the new form."""
    change_known(op.get_bind(), TABLE, COLUMN, BEFORE, AFTER)


def downgrade() -> None:
    """Call what was taken as PDF slips, which they are."""
    op.execute("UPDATE initial_password SET taken_as = 'slips' WHERE taken_as = 'pdf'")
    change_known(op.get_bind(), TABLE, COLUMN, AFTER, BEFORE)
