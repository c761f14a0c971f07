"""SQLite gives no id of a business table twice, not even that of a row that was deleted."""

from __future__ import annotations

from alembic import op

from models.migrations.vocabulary import give_ids_once

revision = "0026"
down_revision = "0022"

TABLES = (
    *("region", "code_set", "code_item", "subject", "material_rule", "org"),
    *("org_qualification_type", "role", "user_account", "user_role", "saved_view"),
    *("user_preference", "attachment", "message", "notice", "person", "person_credential"),
    *("restriction_entry", "work_plan", "site_arrangement", "certification_application"),
    *("application_resume", "application_material", "certificate"),
)


def upgrade() -> None:
    """Begin behind the greatest id that a table has or the trail knows; PostgreSQL always did."""
    for table in TABLES:
        give_ids_once(op.get_bind(), table)


def downgrade() -> None:
    """Leave it: the schema before works with it, and an id given twice would mix two histories."""
