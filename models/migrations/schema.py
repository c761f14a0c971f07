"""Brings a database to the newest schema, and says whether it is there (``[tool.alembic]``)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine
from sqlalchemy.schema import SetColumnComment

from models.audit.triggers import create_triggers
from models.base.engine import make_engine
from models.base.orm import Base

PROJECT_FILE = Path(__file__).resolve().parents[2] / "pyproject.toml"


def configuration() -> Config:
    """Return Alembic's configuration of this project."""
    return Config(toml_file=PROJECT_FILE)


def upgrade(target: Engine | str) -> None:
    """Run the missing migrations in one transaction, then remake what hangs on the tables.

    :raises RuntimeError: when a migration left rows on SQLite that point at nothing.
    """
    config = configuration()
    with _engine(target) as engine, _transaction(engine) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        finish(connection)


def create(target: Engine | str) -> None:
    """Make the newest schema at once, without its history: for tests and benches."""
    import models  # noqa: F401 -- maps every table

    with _engine(target) as engine, engine.begin() as connection:
        Base.metadata.create_all(connection)
        finish(connection)


def finish(connection: Connection) -> None:
    """Remake the audit triggers, which SQLite drops with a rebuilt table, and the comments."""
    create_triggers(connection)
    if connection.dialect.supports_comments:
        for table in Base.metadata.tables.values():
            for column in table.columns:
                connection.execute(SetColumnComment(column))


def is_current(engine: Engine) -> bool:
    """Say whether the database has every migration."""
    heads = set(ScriptDirectory.from_config(configuration()).get_heads())
    with engine.connect() as connection:
        return set(MigrationContext.configure(connection).get_current_heads()) == heads


@contextmanager
def _engine(target: Engine | str) -> Iterator[Engine]:
    """Yield the engine, or for an address one that is disposed of afterwards."""
    if isinstance(target, Engine):
        yield target
        return
    engine = make_engine(target)
    try:
        yield engine
    finally:
        engine.dispose()


@contextmanager
def _transaction(engine: Engine) -> Iterator[Connection]:
    """Begin; on SQLite without foreign keys, else rebuilding a table deletes its children."""
    if engine.dialect.name != "sqlite":
        with engine.begin() as connection:
            yield connection
        return
    with engine.connect() as connection:
        _pragma(connection, "foreign_keys=OFF")  # has no effect inside a transaction
        try:
            with connection.begin():
                yield connection
                if connection.exec_driver_sql("PRAGMA foreign_key_check").first():
                    raise RuntimeError("a migration left rows that point at nothing")
        finally:
            _pragma(connection, "foreign_keys=ON")


def _pragma(connection: Connection, setting: str) -> None:
    raw: Any = connection.connection.driver_connection
    raw.execute(f"PRAGMA {setting}")
