"""Run by Alembic: on the connection of ``schema.upgrade``, or from its command line."""

from __future__ import annotations

import os

from alembic import context
from sqlalchemy import Connection

import models  # noqa: F401 -- maps every table for autogenerate
from models.base.engine import make_engine
from models.base.orm import Base


def _run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
    )
    with context.begin_transaction():
        context.run_migrations()


def _run_from_command_line() -> None:
    """``alembic revision --autogenerate`` compares with the database of the settings."""
    with make_engine(os.environ["ADMIN_APP_DATABASE_URL"]).begin() as connection:
        _run(connection)


_given: Connection | None = context.config.attributes.get("connection")
if _given is None:
    _run_from_command_line()
else:
    _run(_given)
