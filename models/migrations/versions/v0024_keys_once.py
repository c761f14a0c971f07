"""On SQLite, what an import made and its undo took away leaves its key to nobody."""

from __future__ import annotations

from alembic import op

from models.migrations.vocabulary import keys_once

revision = "0024"
down_revision = "0022"

TABLES = (
    "certification_application",
    "person",
    "restriction_entry",
    "site_arrangement",
    "user_account",
)


def upgrade() -> None:
    """Have SQLite count the keys; PostgreSQL always does."""
    for table in TABLES:
        keys_once(op.get_bind(), table)


def downgrade() -> None:
    """Leave it so: to a schema before, it makes no difference."""
