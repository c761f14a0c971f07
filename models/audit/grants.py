"""The rights of the panel's own role on PostgreSQL: it writes the trail and cannot rewrite it.

Such a role must not own the tables, since an owner may drop triggers. The owner migrates, seals
and archives; for these the role lacks the rights on purpose.
"""

from __future__ import annotations

from sqlalchemy.dialects import postgresql

from models.audit.triggers import APPEND_ONLY, LOGS
from models.base.orm import Base

EVERYTHING = "ALL TABLES IN SCHEMA public"
SEQUENCES = "ALL SEQUENCES IN SCHEMA public"


def grant_statements(role: str) -> list[str]:
    """Return the statements that give a role what the panel needs, and nothing beyond it."""
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]  # untyped in SQLAlchemy
    grantee = dialect.identifier_preparer.quote_identifier(role)
    tables = ", ".join(sorted(set(Base.metadata.tables) - set(APPEND_ONLY)))
    return [
        f"REVOKE ALL ON {EVERYTHING} FROM {grantee};",
        f"REVOKE ALL ON {SEQUENCES} FROM {grantee};",
        f"GRANT USAGE ON SCHEMA public TO {grantee};",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON {tables} TO {grantee};",
        f"GRANT SELECT, INSERT ON {', '.join(LOGS)} TO {grantee};",
        f"GRANT SELECT ON {', '.join(sorted(set(APPEND_ONLY) - set(LOGS)))} TO {grantee};",
        f"GRANT SELECT ON alembic_version TO {grantee};",
        f"GRANT USAGE ON {SEQUENCES} TO {grantee};",
    ]
