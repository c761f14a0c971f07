"""The code of an authority is digits in the database: certificate numbers are made of it."""

from __future__ import annotations

from alembic import op

from models.migrations.vocabulary import add_check, drop_check

revision = "0007"
down_revision = "0006"

NAME = "numbering_code_is_digits"
CONDITION = (
    "cert_org_code IS NULL"
    " OR (length(cert_org_code) = 3 AND ltrim(cert_org_code, '0123456789') = ''"
    " AND length(province_code) = 2 AND ltrim(province_code, '0123456789') = '')"
)


def upgrade() -> None:
    """Add the check."""
    add_check(op.get_bind(), "org", NAME, CONDITION)


def downgrade() -> None:
    """Take the check away."""
    drop_check(op.get_bind(), "org", NAME, CONDITION)
