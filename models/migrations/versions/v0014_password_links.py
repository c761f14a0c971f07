"""Asking for a link to a new password counts as an attempt of an address."""

from __future__ import annotations

from alembic import op

from models.migrations.vocabulary import change_known

revision = "0014"
down_revision = "0013"

TABLE, COLUMN = "login_attempt", "outcome"
BEFORE = ("ok", "failed", "locked", "disabled", "throttled")
AFTER = (*BEFORE, "link")


def upgrade() -> None:
    """Let the outcome be ``link`` too."""
    change_known(op.get_bind(), TABLE, COLUMN, BEFORE, AFTER)


def downgrade() -> None:
    """Allow it no more; such attempts go, for they count for ten minutes only."""
    op.execute("DELETE FROM login_attempt WHERE outcome = 'link'")
    change_known(op.get_bind(), TABLE, COLUMN, AFTER, BEFORE)
