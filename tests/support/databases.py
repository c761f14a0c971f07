"""Fixtures: every test that asks for a database runs once on SQLite and once on PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Engine

from models.base.actor import Actor
from models.base.engine import make_engine
from models.base.session import ActorSession
from tests.support.stores import PostgresStore, SqliteStore, Store

KINDS = ("sqlite", "postgresql")
SessionOf = Callable[[Actor], ActorSession]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run each database test on both, unless it is marked to be about one."""
    if "database_kind" not in metafunc.fixturenames:
        return
    only = metafunc.definition.get_closest_marker("one_database")
    kinds = only.args if only else KINDS
    metafunc.parametrize("database_kind", kinds, indirect=True, scope="session")


@pytest.fixture(scope="session")
def database_kind(request: pytest.FixtureRequest) -> str:
    """Name the kind of database of this test."""
    kind: str = request.param
    return kind


@pytest.fixture(scope="session")
def _stores(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Store]]:
    made: dict[str, Store] = {}

    def store_of(kind: str) -> Store:
        if kind not in made:
            made[kind] = (
                SqliteStore(tmp_path_factory.mktemp("sqlite"))
                if kind == "sqlite"
                else PostgresStore()
            )
        return made[kind]

    yield store_of
    for store in made.values():
        store.close()


@pytest.fixture
def database(
    request: pytest.FixtureRequest, database_kind: str, _stores: Callable[[str], Store]
) -> Iterator[str]:
    """Return the address of a database of the test's own; ``@pytest.mark.template`` says what
    is in it.
    """
    marker = request.node.get_closest_marker("template")
    store = _stores(database_kind)
    url = store.fresh(marker.args[0] if marker else "empty")
    yield url
    store.drop(url)


@pytest.fixture
def engine(database: str) -> Iterator[Engine]:
    """Return an engine set up like the app's."""
    engine = make_engine(database)
    yield engine
    engine.dispose()


@pytest.fixture
def session_of(engine: Engine) -> Iterator[SessionOf]:
    """Return a function that opens a session for an actor; all are closed at the end."""
    opened: list[ActorSession] = []

    def open_session(actor: Actor) -> ActorSession:
        session = ActorSession(bind=engine)
        session.act_as(actor)
        opened.append(session)
        return session

    yield open_session
    for session in opened:
        session.close()
