"""Plan, site and arrangement of an application are held to be one row's."""

from __future__ import annotations

from alembic import op

from models.migrations.vocabulary import add_constraint, drop_constraint

revision = "0008"
down_revision = "0007"

TABLE = "certification_application"
PLACE = "uq_site_arrangement_place"
CLAUSE = (
    "CONSTRAINT fk_certification_application_arrangement"
    " FOREIGN KEY (arrangement_id, plan_id, site_id)"
    " REFERENCES site_arrangement (id, plan_id, site_id)"
)


def upgrade() -> None:
    """Bring sites back to their arrangements, then hold them there.

    An arrangement of another plan cannot be mended by rule: it stops the upgrade.
    """
    op.create_index(PLACE, "site_arrangement", ["id", "plan_id", "site_id"], unique=True)
    op.execute(
        "UPDATE certification_application SET site_id = (SELECT place.site_id"
        " FROM site_arrangement AS place WHERE place.id = arrangement_id)"
        " WHERE arrangement_id IS NOT NULL"
    )
    add_constraint(op.get_bind(), TABLE, CLAUSE)


def downgrade() -> None:
    """Let them diverge again."""
    drop_constraint(op.get_bind(), TABLE, CLAUSE)
    op.drop_index(PLACE, "site_arrangement")
