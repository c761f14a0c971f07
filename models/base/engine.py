"""One engine for both databases: SQLite's pragmas and BEGIN, PostgreSQL behind PgBouncer."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import InvalidatePoolError

from models.base.gate import refuse_unscoped_connection

#: Whether SQLite transactions opened now will write. GET requests lower it; a deferred
#: transaction that reads first and writes later failed 352 of 400 times (reading 27).
writing: ContextVar[bool] = ContextVar("writing", default=True)

#: After a rest of this length a connection is asked whether it still lives.
LIVELY_SECONDS = 5.0
_RESTS_SINCE = "rests_since"

PRAGMAS = (
    "foreign_keys=ON",
    "journal_mode=WAL",
    "synchronous=NORMAL",
    "busy_timeout=30000",
    "recursive_triggers=ON",  # else INSERT OR REPLACE gets round append-only triggers
    "journal_size_limit=67108864",
)


@contextmanager
def reading() -> Iterator[None]:
    """Open SQLite transactions inside the block as deferred."""
    token = writing.set(False)
    try:
        yield
    finally:
        writing.reset(token)


def engine_options(url: str) -> dict[str, Any]:
    """Return the options of ``create_engine`` that suit the database behind ``url``."""
    # Personal values must not reach a log through an error's parameters.
    common: dict[str, Any] = {"hide_parameters": True}
    if make_url(url).get_backend_name() == "sqlite":
        return common | {"connect_args": {"timeout": 30}}
    # PgBouncer's transaction mode breaks server-side prepared statements.
    return common | {"connect_args": {"prepare_threshold": None}}


def make_engine(url: str) -> Engine:
    """Make an engine outside the web app: commands, tests, benches."""
    engine = create_engine(url, **engine_options(url))
    attach(engine)
    return engine


def attach(engine: Engine) -> None:
    """Give an engine this project's connection set-up and the gate."""
    event.listen(engine, "before_execute", refuse_unscoped_connection)
    event.listen(engine, "checkin", _forget_session)
    if engine.dialect.name != "sqlite":
        event.listen(engine, "checkout", partial(_wake, engine))
        return
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)


def _forget_session(_connection: Any, record: Any) -> None:
    record.info.pop("session", None)
    record.info[_RESTS_SINCE] = time.monotonic()


def _wake(engine: Engine, connection: Any, record: Any, _proxy: Any) -> None:
    """Look whether the server still knows a connection that nobody used for a while: asking before
    each use would be a round trip more for every session.
    """
    since = record.info.pop(_RESTS_SINCE, None)
    if since is None or time.monotonic() - since < LIVELY_SECONDS:
        return
    dialect = engine.dialect
    try:
        dialect.do_ping(connection)
    except dialect.loaded_dbapi.Error as error:
        raise InvalidatePoolError("the server was restarted") from error


def reading_engine(engine: Engine) -> Engine:
    """Return an engine over the same connections for sessions that only read, statement by
    statement: PostgreSQL is spared BEGIN and ROLLBACK, and each statement sees what it would see.
    """
    if engine.dialect.name == "sqlite":
        return engine
    return engine.execution_options(isolation_level="AUTOCOMMIT")


def _on_connect(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # SQLAlchemy's BEGIN is ours to write
    cursor = connection.cursor()
    for pragma in PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _on_begin(connection: Any) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing.get() else "BEGIN")


def refresh_statistics(engine: Engine) -> None:
    """Let SQLite's planner know the tables after a bulk load; PostgreSQL does so by itself.

    Without it, a list of 200,000 rows took 1,069 ms instead of 40.
    """
    if engine.dialect.name == "sqlite":
        with engine.begin() as connection:
            connection.exec_driver_sql("ANALYZE")
