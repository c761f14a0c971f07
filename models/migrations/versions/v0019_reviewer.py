"""An application may be given to a reviewer."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from models.migrations.vocabulary import add_constraint, drop_constraint

revision = "0019"
down_revision = "0017"

TABLE, COLUMN = "certification_application", "reviewer_id"
CLAUSE = (
    "CONSTRAINT fk_certification_application_reviewer_id"
    " FOREIGN KEY(reviewer_id) REFERENCES user_account (id) ON DELETE RESTRICT"
)


def upgrade() -> None:
    """Add the column; nothing is given to anybody yet."""
    op.add_column(TABLE, sa.Column(COLUMN, sa.Integer))
    add_constraint(op.get_bind(), TABLE, CLAUSE)


def downgrade() -> None:
    """Take it away."""
    drop_constraint(op.get_bind(), TABLE, CLAUSE)
    op.drop_column(TABLE, COLUMN)
