"""The database schema's history: Alembic environment, revisions, and the verbs that run them."""
