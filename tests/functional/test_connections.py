"""Connections that rested are asked whether they still live; those in use are not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError

from models.base import engine as engines
from models.base.engine import make_engine, reading_engine

#: A file has no server that could be restarted.
pytestmark = pytest.mark.one_database("postgresql")


@pytest.fixture
def engine(database: str) -> Iterator[Engine]:
    made = make_engine(database)
    yield made
    made.dispose()


def _end_connections(url: str) -> None:
    """End every connection to the database but one's own, as a restart of the server does."""
    other = make_engine(url)
    ended = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
    with other.connect() as connection:
        connection.execute(
            text(f"{ended} WHERE datname = current_database() AND pid <> pg_backend_pid()")
        )
    other.dispose()


def _ask(engine: Engine) -> object:
    with engine.connect() as connection:
        return connection.scalar(text("SELECT 1"))


def test_rested_connection_survives_restart(
    engine: Engine, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "LIVELY_SECONDS", 0.0)
    assert _ask(engine) == 1
    _end_connections(database)
    assert _ask(engine) == 1


def test_restart_costs_a_lively_connection_one_request(
    engine: Engine, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "LIVELY_SECONDS", 3600.0)
    assert _ask(engine) == 1
    _end_connections(database)
    with pytest.raises(OperationalError):
        _ask(engine)
    assert _ask(engine) == 1


def test_reading_engine_leaves_transactions_to_the_others(engine: Engine) -> None:
    seen: list[bool] = []
    reading = reading_engine(engine)
    for each in (reading, engine):
        with each.connect() as connection:
            connection.execute(text("SELECT 1"))
            seen.append(connection.connection.dbapi_connection.autocommit)  # type: ignore[union-attr]
    assert seen == [True, False]
