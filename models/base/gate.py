"""The gate: it refuses a statement that reaches a scoped table past its class (reading 2)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Alias, Column, Select, Table, TextClause, UpdateBase
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


def _parts(root: Any) -> tuple[list[Any], list[Select[Any]]]:
    """Return the elements of a statement and the SELECTs inside it, which are judged by themselves.

    An aliased class is opaque, because its criteria apply to the alias.
    """
    stack, here, inner = [root], [], []
    while stack:
        element = stack.pop()
        if isinstance(element, Select) and element is not root:
            inner.append(element)
            continue
        here.append(element)
        if _entity(element) is None:
            stack.extend(element.get_children())
    return here, inner


def _named_by(element: Any) -> Iterator[str]:
    """Yield the tables whose class an element stands for, or which a relationship joins."""
    entity = _entity(element)
    if entity is not None:
        yield entity.mapper.local_table.name
    marks = getattr(element, "_annotations", {})
    owner = marks.get("proxy_owner")
    if owner is not None and marks.get("proxy_key") in owner.mapper.relationships:
        yield owner.mapper.relationships[marks["proxy_key"]].mapper.local_table.name


def _related_by(element: Any) -> Iterator[str]:
    """Yield the table of a column that SQLAlchemy wrote for a relationship."""
    mapper = getattr(element, "_annotations", {}).get("parentmapper")
    if mapper is not None and _entity(element) is None:
        yield mapper.local_table.name


def _bare_name(element: Any) -> str | None:
    table = element.table if isinstance(element, Column) else element
    return str(table.name) if isinstance(table, Table) else None


def _bare_aliases(elements: list[Any]) -> set[str]:
    known = {_entity(element).selectable for element in elements if _entity(element) is not None}
    return {
        element.element.name
        for element in elements
        if isinstance(element, Alias) and isinstance(element.element, Table)
        if _entity(element) is None and element not in known
    }


def plain_tables(statement: Any) -> set[str]:
    """Return the names of scoped tables that the statement reaches other than through their class.

    Criteria are added to each SELECT for the classes that it names, so each is judged alone. There
    a bare table or column of a class that is named too is SQLAlchemy's own doing (``Session.get``,
    an implied FROM, a relationship back to a class named outside); an alias of nobody's never is.
    """
    found: set[str] = set()
    waiting: list[tuple[Any, frozenset[str]]] = [(statement, frozenset())]
    seen = set()
    while waiting:
        root, outside = waiting.pop()
        if (id(root), outside) in seen:
            continue
        seen.add((id(root), outside))
        here, inner = _parts(root)
        entities = {name for element in here for name in _named_by(element)}
        related = {name for element in here for name in _related_by(element)} & outside
        plain = {name for e in here if _entity(e) is None and (name := _bare_name(e))}
        found |= _bare_aliases(here) | (plain - entities - related)
        waiting.extend((each, outside | entities) for each in inner)
    return found & _scoped_tables()


#: What statements of a shape reach; a shape is all of a statement but its values.
_JUDGED: dict[Any, set[str]] = {}
_MOST_SHAPES = 2_000


def _plain_tables(statement: Any, executed: Any) -> set[str]:
    """Return :func:`plain_tables`, judged once for each shape of the statement that is executed in
    its stead: SQLAlchemy needs that one's shape in any case.
    """
    shape = executed._generate_cache_key()
    if shape is None:
        return plain_tables(statement)
    judged = _JUDGED.get(shape.key)
    if judged is None:
        if len(_JUDGED) >= _MOST_SHAPES:
            _JUDGED.clear()
        judged = _JUDGED[shape.key] = plain_tables(statement)
    return judged


def refuse_unscoped_statement(statement: Any, set_wise: bool, narrowed: Any = None) -> None:
    """Judge what a session is asked to execute; ``set_wise`` marks the engine's own writes, and
    ``narrowed`` is the same statement under an actor's criteria.

    :raises UnscopedStatement: for text, for a plain table, for a set-wise write of anybody else.
    """
    if isinstance(statement, TextClause):
        raise UnscopedStatement("text() needs execution_options(unscoped='reason')")
    if isinstance(statement, UpdateBase) and not set_wise:
        raise UnscopedStatement("set-wise writes belong to the engine: set_wise='reason'")
    plain = _plain_tables(statement, statement if narrowed is None else narrowed)
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
