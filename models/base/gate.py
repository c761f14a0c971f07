"""The gate: it refuses a statement that reaches a scoped table past its class (reading 2)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Alias, Column, Table, TextClause, UpdateBase
from sqlalchemy.sql.expression import (
    ReleaseSavepointClause,
    RollbackToSavepointClause,
    SavepointClause,
)

from models.errors import UnscopedStatement

#: The session's own bookkeeping of nested transactions, which reaches no table.
SAVEPOINTS = (SavepointClause, RollbackToSavepointClause, ReleaseSavepointClause)


def _scoped_tables() -> frozenset[str]:
    from models.base.orm import Base

    return frozenset(
        m.class_.__tablename__ for m in Base.registry.mappers if m.class_.__scope__.scoped
    )


def _entity(element: Any) -> Any:
    return getattr(element, "_annotations", {}).get("parententity")


def _elements(root: Any) -> Iterator[Any]:
    """Walk a statement; an aliased class is opaque, because its criteria apply to the alias."""
    stack = [root]
    while stack:
        element = stack.pop()
        yield element
        if _entity(element) is None:
            stack.extend(element.get_children())


def plain_tables(statement: Any) -> set[str]:
    """Return the names of scoped tables that the statement reaches other than through their class.

    A bare table, alias or column of a class that the statement also names as an entity is
    SQLAlchemy's own doing (``Session.get``, an implied FROM); an alias of nobody's never is.
    """
    aliases: dict[Any, str] = {}
    plain: set[str] = set()
    entities: set[str] = set()
    aliased: set[Any] = set()
    for element in _elements(statement):
        entity = _entity(element)
        if entity is not None:
            entities.add(entity.mapper.local_table.name)
            aliased.add(entity.selectable)
        elif isinstance(element, Alias) and isinstance(element.element, Table):
            aliases[element] = element.element.name
        elif isinstance(element, Table):
            plain.add(element.name)
        elif isinstance(element, Column) and isinstance(element.table, Table):
            plain.add(element.table.name)
    reached = {name for alias, name in aliases.items() if alias not in aliased}
    return (reached | (plain - entities)) & _scoped_tables()


def refuse_unscoped_statement(statement: Any, set_wise: bool) -> None:
    """Judge what a session is asked to execute; ``set_wise`` marks the engine's own writes.

    :raises UnscopedStatement: for text, for a plain table, for a set-wise write of anybody else.
    """
    if isinstance(statement, TextClause):
        raise UnscopedStatement("text() needs execution_options(unscoped='reason')")
    if isinstance(statement, UpdateBase) and not set_wise:
        raise UnscopedStatement("set-wise writes belong to the engine: set_wise='reason'")
    plain = plain_tables(statement)
    if plain:
        raise UnscopedStatement(
            f"{', '.join(sorted(plain))}: use the mapped class or unscoped='reason'"
        )


def refuse_unscoped_connection(
    connection: Any, statement: Any, _multi: Any, _params: Any, options: Any
) -> None:
    """Catch what never passes ``do_orm_execute``: ``session.connection().execute`` and the like."""
    if isinstance(statement, SAVEPOINTS):
        return
    session = connection.info.get("session")
    if session is None or options.get("unscoped") or session.flush_depth:
        return
    raise UnscopedStatement("execute through the session, or say unscoped='reason'")
