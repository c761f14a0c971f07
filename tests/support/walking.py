"""A walk of one role through the panel: what the grants and the scope allow is compared with what
every page of every grid does.

Nothing here is listed by hand but the kinds of pages: grids, acts, columns and transitions come
from the declarations, and a route that no check knows fails the walk.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, select
from werkzeug.test import TestResponse

from models.accounts.queries import actor_for, roles_of
from models.base.actor import Actor, system_actor
from models.base.orm import Base
from models.base.session import ActorSession
from tests.factories.branches import Branches
from tests.support.accounts import account_of
from tests.support.routes import changed, digest
from views.base.declaration import Declared

#: What looking, signing in and being refused may write (reading 7): not the business of an office.
KEPT_BY_LOOKING = frozenset(
    {"audit_log", "user_session", "login_attempt", "user_preference", "batch", "batch_row", "claim"}
)
Check = Callable[["Walk", Declared[Any]], None]


@dataclass
class Walk:
    """One role at its desk, with what it should see; faults are collected, not raised."""

    app: Flask
    http: FlaskClient
    who: Actor
    branches: Branches
    engine: Engine
    token: str
    faults: list[str] = field(default_factory=list)
    _known: dict[tuple[str, str], frozenset[int]] = field(default_factory=dict)

    @cached_property
    def grids(self) -> list[Declared[Any]]:
        """Return the grids of the panel."""
        views = self.app.extensions["admin"][0]._views
        return [view for view in views if isinstance(view, Declared)]

    # What is expected.

    def may(self, grid: Declared[Any], *acts: str) -> bool:
        """Say whether one of the acts is granted."""
        return any(grid.may(self.who, act) for act in acts)

    def tracked(self, grid: Declared[Any]) -> frozenset[int]:
        """Return the ids of both branches; of shared tables all of them."""
        table = grid.mapped.__tablename__
        own, other = self.branches.own.rows, self.branches.other.rows
        if table in own:
            return frozenset(own[table] + other[table])
        return self._ids("all", grid.mapped, None)

    def foreign(self, grid: Declared[Any]) -> frozenset[int]:
        """Return the ids of the other branch, none in tables that belong to everybody."""
        rows = self.branches.other.rows.get(grid.mapped.__tablename__, [])
        return frozenset(rows) if grid.mapped.__scope__.scoped else frozenset()

    def visible(self, grid: Declared[Any]) -> frozenset[int]:
        """Return the tracked ids that the scope lets the actor read."""
        return self.tracked(grid) & self._ids("reads", grid.mapped, self.who)

    def own(self, grid: Declared[Any]) -> frozenset[int]:
        """Return the tracked ids that the scope lets the actor act on."""
        return self.visible(grid) & self._ids("acts", grid.mapped, self.who)

    def _ids(self, rule: str, model: type[Base], who: Actor | None) -> frozenset[int]:
        key = (rule, model.__tablename__)
        if key not in self._known:
            with ActorSession(bind=self.engine) as session:
                session.act_as(system_actor("oracle"))
                wanted = select(model.id)
                if who is not None:
                    wanted = wanted.where(getattr(model.__scope__, rule)(model, who))
                options = {"unscoped": "oracle"}
                self._known[key] = frozenset(session.scalars(wanted, execution_options=options))
        return self._known[key]

    def ask(self, statement: Any) -> Any:
        """Return one value of the database, past every scope."""
        with ActorSession(bind=self.engine) as session:
            session.act_as(system_actor("oracle"))
            return session.scalar(statement, execution_options={"unscoped": "oracle"})

    def samples(self, grid: Declared[Any], act: str) -> Iterable[tuple[int, bool, bool]]:
        """Return ids with (readable, own to act on): one of each kind that there is; the nearest
        alone for an act that is not granted.
        """
        visible, own = self.visible(grid), self.own(grid)
        kinds = (own, visible - own, self.foreign(grid), self.tracked(grid) - visible)
        found = [*dict.fromkeys(min(kind) for kind in kinds if kind)]
        for id_ in found if self.may(grid, act) else found[:1]:
            yield id_, id_ in visible, id_ in own

    # What is asked.

    def get(self, path: str) -> TestResponse:
        """Ask for a page."""
        return self.http.get(path, buffered=True)

    def post(self, path: str, /, **fields: Any) -> TestResponse:
        """Send a form with this session's token."""
        return self.http.post(path, data={"csrf_token": self.token, **fields}, buffered=True)

    def expect(self, what: str, got: object, *wanted: object) -> bool:
        """Note a fault unless ``got`` is one of ``wanted``."""
        if got not in wanted:
            said = " or ".join(map(str, wanted))
            self.faults.append(f"{self.who.role} {what}: {got} instead of {said}")
        return got in wanted

    def stored(self) -> dict[str, str]:
        """Return a digest of the business, by table."""
        return digest(self.engine, KEPT_BY_LOOKING)

    def expect_stored(self, before: dict[str, str]) -> None:
        """Note a fault for every table that is not as it was."""
        for table in changed(before, self.stored()):
            self.faults.append(f"{self.who.role}: {table} has changed")


def sign_in(app: Flask, engine: Engine, branches: Branches, role: str, password: str) -> Walk:
    """Return the walk of the user that is called by a role."""
    from tests.support.http import Client

    client = Client(app.test_client())
    assert client.login(role, password).status_code == 303
    token = client.token("/admin/")
    return Walk(app, client.http, actor_called(engine, role), branches, engine, token)


def actor_called(engine: Engine, username: str) -> Actor:
    """Return the actor that an account is in its first role."""
    with ActorSession(bind=engine) as session:
        session.act_as(system_actor("oracle"))
        user = account_of(session, username)
        return actor_for(session, user.id, roles_of(session, user.id)[0])
