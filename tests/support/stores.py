"""Databases for tests: each is a copy of a template, and a template is built once per process.

A test's database always has the same address, so that one app serves all tests of a process.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from sqlalchemy import create_engine, text

import models  # noqa: F401 -- maps every table
from models.base.actor import system_actor
from models.base.engine import make_engine
from models.base.orm import Base
from models.base.session import ActorSession
from tests.support.postgresql import Cluster


def _build_blank(url: str) -> None:
    engine = make_engine(url)
    engine.connect().close()  # makes the file of SQLite
    engine.dispose()


def _build_empty(url: str) -> None:
    engine = make_engine(url)
    with engine.begin() as connection:
        Base.metadata.create_all(connection)
    engine.dispose()


def _load(url: str, load: Callable[[ActorSession], object]) -> None:
    engine = make_engine(url)
    with ActorSession(bind=engine) as session:
        session.act_as(system_actor("test seed"))
        load(session)
        session.commit()
    engine.dispose()


def _build_reference(url: str) -> None:
    from seed.reference.load import load

    _load(url, load)


def _build_demo(url: str) -> None:
    from seed.demo.load import load

    _load(url, load)


#: What a test's database may start with: how it is filled, and the template it builds on.
TEMPLATES: dict[str, tuple[str | None, Callable[[str], None]]] = {
    "blank": (None, _build_blank),
    "empty": (None, _build_empty),
    "reference": ("empty", _build_reference),
    "demo": ("reference", _build_demo),
}


class Store(Protocol):
    """Makes and removes databases of one kind."""

    kind: str

    def fresh(self, template: str, name: str = "test") -> str:
        """Return the address of a new database that starts as ``template``."""

    def drop(self, url: str) -> None:
        """Remove a database."""

    def close(self) -> None:
        """Remove everything."""


class SqliteStore:
    """Files in one folder; a copy is a file copy."""

    kind = "sqlite"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.built: dict[str, Path] = {}

    def _template(self, name: str) -> Path:
        if name not in self.built:
            base, build = TEMPLATES[name]
            path = self.folder / f"template_{name}.sqlite3"
            if base:
                shutil.copyfile(self._template(base), path)
            build(f"sqlite:///{path}")
            self.built[name] = path
        return self.built[name]

    def fresh(self, template: str, name: str = "test") -> str:
        path = self.folder / f"{name}.sqlite3"
        shutil.copyfile(self._template(template), path)
        return f"sqlite:///{path}"

    def drop(self, url: str) -> None:
        path = url.removeprefix("sqlite:///")
        for suffix in ("", "-wal", "-shm"):
            with contextlib.suppress(FileNotFoundError):
                Path(path + suffix).unlink()

    def close(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)


class PostgresStore:
    """Databases of one throw-away cluster; a copy is ``CREATE DATABASE … TEMPLATE``."""

    kind = "postgresql"

    def __init__(self) -> None:
        self.cluster = Cluster()
        self.cluster.start()
        self.built: set[str] = set()
        self.engine = create_engine(self.cluster.url("postgres"), isolation_level="AUTOCOMMIT")

    def _execute(self, statement: str) -> None:
        with self.engine.connect() as connection:
            connection.execute(text(statement))

    def _copy(self, name: str, source: str) -> str:
        self._execute(f'DROP DATABASE IF EXISTS "{name}"')  # what a failed build left behind
        self._execute(f'CREATE DATABASE "{name}" TEMPLATE "{source}" STRATEGY FILE_COPY')
        return self.cluster.url(name)

    def _template(self, name: str) -> str:
        database = f"template_{name}"
        if name not in self.built:
            base, build = TEMPLATES[name]
            build(self._copy(database, self._template(base) if base else "template0"))
            self.built.add(name)
        return database

    def fresh(self, template: str, name: str = "test") -> str:
        return self._copy(name, self._template(template))

    def drop(self, url: str) -> None:
        name = url.partition("@/")[2].partition("?")[0]
        self._execute(f'DROP DATABASE "{name}" WITH (FORCE)')

    def close(self) -> None:
        self.engine.dispose()
        self.cluster.stop()
