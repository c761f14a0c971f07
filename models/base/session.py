"""The session that cannot forget scope: criteria on reads, a check on writes, a gate besides."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Select, event
from sqlalchemy.orm import ORMExecuteState, Session, UOWTransaction, with_loader_criteria

from models.base.actor import Actor
from models.base.criteria import ScopeCriteria
from models.base.gate import refuse_unscoped_statement
from models.base.orm import Base
from models.base.parts import touch_wholes
from models.base.scope import NOBODY
from models.errors import ScopeBreach
from models.text import msg

#: Keys of ``session.info`` that hold what this installation chose: the warnings that are refusals
#: (reading 18), the application's secret, with which secrets in the database are sealed, the rules
#: of passwords by type of account, for how many hours a batch can be undone, how many records one
#: may hold, and how large a file of an import may be.
STRICT, KEY, PASSWORD_PROFILES = "strict", "key", "password_profiles"
UNDO_HOURS, MOST_ROWS, COUNT_CAP = "undo_hours", "most_rows", "count_cap"
IMPORT_LIMITS = "import_limits"
INSTALLED = (
    *(STRICT, KEY, PASSWORD_PROFILES, UNDO_HOURS, MOST_ROWS, COUNT_CAP),
    IMPORT_LIMITS,
)
#: Execution option that names why a statement may see and touch every row.
UNSCOPED = "unscoped"
#: Execution option of the engine's own set-wise writes: allowed, still under the criteria.
SET_WISE = "set_wise"


class ActorSession(Session):
    """A session with one actor for its whole life. Without an actor, scoped tables have no rows."""

    flush_depth = 0

    @property
    def actor(self) -> Actor | None:
        """The actor, or None while nobody has signed in."""
        found: Actor | None = self.info.get("actor")
        return found

    def act_as(self, actor: Actor) -> None:
        """Set the actor, once: what is already loaded would be served to the next one unfiltered.

        :raises RuntimeError: when the session already has another actor.
        """
        if self.actor is not None and self.actor != actor:
            raise RuntimeError("a session keeps its actor; open another one")
        self.info["actor"] = actor

    def need_actor(self) -> Actor:
        """Return the actor.

        :raises RuntimeError: when nobody acts; a programming error.
        """
        if self.actor is None:
            raise RuntimeError("this operation needs an actor")
        return self.actor

    def flush(self, objects: Sequence[Any] | None = None) -> None:
        """Flush, and tell the gate that these statements are the unit of work's own."""
        self.flush_depth += 1
        try:
            super().flush(objects)
        finally:
            self.flush_depth -= 1


def scoped_classes() -> list[type[Base]]:
    """Return the mapped classes whose rows belong to somebody."""
    return [m.class_ for m in Base.registry.mappers if m.class_.__scope__.scoped]


@lru_cache(maxsize=200)
def _criteria(actor: Actor | None) -> ScopeCriteria:
    """Build the loader criteria of an actor's place: some hundred expressions, the same for all
    his requests.
    """
    return ScopeCriteria(
        with_loader_criteria(
            cls,
            cls.__scope__.reads(cls, actor) if actor else NOBODY,
            include_aliases=True,
            propagate_to_loaders=True,  # else joined and selectin loads see every row
        )
        for cls in scoped_classes()
    )


def _criteria_of(session: ActorSession) -> ScopeCriteria:
    return _criteria(session.actor and session.actor.place)


def _is_narrowed(session: ActorSession) -> bool:
    return session.actor is None or not session.actor.is_system


def in_scope(session: ActorSession, statement: Select[Any]) -> Select[Any]:
    """Judge and narrow a SELECT that the session does not execute itself, as it would.

    :raises UnscopedStatement: when it reaches a scoped table past its class.
    """
    ours: Select[Any] = narrowed(session, statement)
    refuse_unscoped_statement(statement, False, ours)
    return ours


def narrowed(session: ActorSession, statement: Any) -> Any:
    """Return a statement, and every SELECT inside it, under the criteria of the session's actor.

    It is not judged: that is for who adds a scope's own rule, which names plain tables. A lazy load
    inherited the criteria.
    """
    if not _is_narrowed(session):
        return statement
    criteria = _criteria_of(session)
    return statement if criteria in statement._with_options else criteria.applied_to(statement)


@event.listens_for(ActorSession, "do_orm_execute")
def _scope_statement(state: ORMExecuteState) -> None:
    session = state.session
    if not isinstance(session, ActorSession) or state.execution_options.get(UNSCOPED):
        return
    if state.is_column_load:  # a refresh of what this session already holds
        state.update_execution_options(unscoped="refresh")
        return
    ours = narrowed(session, state.statement)
    if not state.is_relationship_load and not session.flush_depth:
        is_set_wise = SET_WISE in state.execution_options
        refuse_unscoped_statement(state.statement, is_set_wise, ours)
    state.statement = ours
    state.update_execution_options(unscoped="scoped by criteria")


@event.listens_for(ActorSession, "before_flush")
def _check_writes(session: ActorSession, _context: UOWTransaction, _instances: Any) -> None:
    actor = session.actor
    if actor is not None and actor.is_system:
        return
    changed = [obj for obj in session.dirty if session.is_modified(obj)]
    for obj in [*session.new, *changed, *session.deleted]:
        scope = type(obj).__scope__
        if scope.scoped and (actor is None or not scope.may_write(obj, actor, session)):
            raise ScopeBreach(
                msg(
                    "This record belongs to another organisation."
                    " You may look at it, not change it."
                )
            )


@event.listens_for(ActorSession, "before_flush")
def _touch_wholes(session: ActorSession, _context: UOWTransaction, _instances: Any) -> None:
    touch_wholes(session)


@event.listens_for(ActorSession, "after_begin")
def _mark_connection(session: ActorSession, _transaction: Any, connection: Connection) -> None:
    connection.info["session"] = session
