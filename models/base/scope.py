"""Row scope, declared per class: which rows an actor may read, and on which of them he may act.

Reading reaches the organisation subtree; acting stays with one's own organisation or site.
Criteria are built on plain tables, on purpose unscoped: a criterion must not be subject to itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Protocol

from sqlalchemy import ColumnElement, Table, false, inspect, or_, select, true
from sqlalchemy.orm import MANYTOONE, PassiveFlag, RelationshipProperty, Session, attributes

from models.base.actor import Actor

if TYPE_CHECKING:
    from models.base.orm import Base


class Scope(Protocol):
    """A rule that narrows a class to the rows of an actor."""

    @property
    def scoped(self) -> bool:
        """Say whether rows belong to somebody at all."""

    def reads(self, entity: Any, actor: Actor) -> ColumnElement[bool]:
        """Return the criterion of the rows that the actor may see."""

    def acts(self, entity: Any, actor: Actor) -> ColumnElement[bool]:
        """Return the criterion of the rows that the actor may change."""

    def may_write(self, obj: Base, actor: Actor, session: Session) -> bool:
        """Judge a new or changed object before it is flushed."""


def _table(name: str) -> Table:
    from models.base.orm import Base

    return Base.metadata.tables[name]


@cache
def alias_in_scope(name: str, as_: str) -> Any:
    """Return a plain alias of a table, always the same one: copying its columns is what costs.

    Aliases that may stand inside one another bear different names.
    """
    return _table(name).alias(as_)


def subtree(path: str) -> Any:
    """Return a SELECT of the ids of organisations at or below ``path``."""
    org = alias_in_scope("org", "scope_branch")
    return select(org.c.id).where(org.c.path >= path, org.c.path < path + "~")


def before_and_now(obj: Base, name: str) -> tuple[Any, Any]:
    """Return an attribute's stored and coming value; equal when it has not changed.

    A foreign key follows a relationship that was set instead of it: the flush will copy it over.
    """
    history = attributes.get_history(obj, name)
    now_ = history.added[0] if history.added else getattr(obj, name)
    before = history.deleted[0] if history.deleted else now_
    for relation, target in _set_relations(obj, name):
        key = next(iter(relation.remote_side)).key
        now_ = getattr(target, str(key)) if target is not None else None
        before = now_ if before is None else before
    return before, now_


def _set_relations(obj: Base, name: str) -> list[tuple[RelationshipProperty[Any], Any]]:
    """Return the many-to-one relationships over the column ``name`` set since the load."""
    found = []
    for relation in inspect(type(obj)).relationships:
        if relation.direction is MANYTOONE and {c.key for c in relation.local_columns} == {name}:
            history = attributes.get_history(obj, relation.key, PassiveFlag.PASSIVE_NO_INITIALIZE)
            found += [(relation, target) for target in history.added]
    return found


def reaches(org_id: int | None, actor: Actor, session: Session) -> bool:
    """Say whether an actor may write in an organisation: its own, or the branch it acts in."""
    if org_id is None:
        return False
    if org_id == actor.org_id:
        return True
    if not actor.acts_in_subtree:
        return False
    below = subtree(actor.org_path).subquery()
    return unscoped_scalar(session, select(below.c.id).where(below.c.id == org_id)) is not None


@dataclass(frozen=True)
class Shared:
    """No row belongs to anybody: reference data."""

    scoped: bool = False

    def reads(self, entity: Any, actor: Actor) -> ColumnElement[bool]:
        return true()

    acts = reads

    def may_write(self, obj: Base, actor: Actor, session: Session) -> bool:
        return True


@dataclass(frozen=True)
class Hidden:
    """No row is anybody's but the system's: secrets, attempts, seals."""

    scoped: bool = True

    def reads(self, entity: Any, actor: Actor) -> ColumnElement[bool]:
        return false()

    acts = reads

    def may_write(self, obj: Base, actor: Actor, session: Session) -> bool:
        return False


@dataclass(frozen=True)
class Owned:
    """Rows carry the organisation (``org``) and, where a site works on them, the ``site``.

    A site's staff see the rows of their site; where rows know no site, its authority's.
    """

    org: str = "org_id"
    site: str | None = None
    scoped: bool = True

    def reads(self, entity: Any, actor: Actor) -> ColumnElement[bool]:
        org = getattr(entity, self.org)
        if actor.is_site:
            return self._of_site(entity, actor)
        inside: ColumnElement[bool] = (
            org == actor.org_id if actor.is_leaf else org.in_(subtree(actor.org_path))
        )
        return inside

    def acts(self, entity: Any, actor: Actor) -> ColumnElement[bool]:
        if actor.acts_in_subtree or (actor.is_site and self.site):
            return self.reads(entity, actor)
        criterion: ColumnElement[bool] = getattr(entity, self.org) == actor.org_id
        return criterion

    def _of_site(self, entity: Any, actor: Actor) -> ColumnElement[bool]:
        name, value = (self.site, actor.org_id) if self.site else (self.org, actor.authority_id)
        criterion: ColumnElement[bool] = getattr(entity, name) == value
        return criterion

    def may_write(self, obj: Base, actor: Actor, session: Session) -> bool:
        """Judge the office a row belongs to, before and now, and for a site's staff the site."""
        if actor.is_site and self.site:
            return self._site_may_write(obj, actor, session)
        before, now_ = before_and_now(obj, self.org)
        return all(reaches(value, actor, session) for value in {before, now_})

    def _site_may_write(self, obj: Base, actor: Actor, session: Session) -> bool:
        before, now_ = before_and_now(obj, str(self.site))
        if before != actor.org_id or set(before_and_now(obj, self.org)) != {actor.authority_id}:
            return False
        if now_ == before:
            return True
        # A wrong choice of site is corrected at confirmation, among the authority's own [CONF-18].
        org = _table("org")
        parent = select(org.c.parent_id).where(org.c.id == now_)
        return bool(unscoped_scalar(session, parent) == actor.authority_id)


@dataclass(frozen=True)
class Via:
    """Rows belong to a parent record and share its scope."""

    parent: str
    column: str
    scoped: bool = True

    def parent_class(self) -> type[Base]:
        """Return the class of the parent record."""
        from models.base.orm import Base

        for mapper in Base.registry.mappers:
            if getattr(mapper.class_, "__tablename__", None) == self.parent:
                found: type[Base] = mapper.class_
                return found
        raise LookupError(f"no mapped class for {self.parent}")

    def _inside(self, entity: Any, actor: Actor, rule: str) -> ColumnElement[bool]:
        parent = self.parent_class()
        rows = alias_in_scope(self.parent, f"scope_{self.parent}")
        criterion = getattr(parent.__scope__, rule)(rows.c, actor)
        inside: ColumnElement[bool] = getattr(entity, self.column).in_(
            select(rows.c.id).where(criterion)
        )
        return inside

    def reads(self, entity: Any, actor: Actor) -> ColumnElement[bool]:
        return self._inside(entity, actor, "reads")

    def acts(self, entity: Any, actor: Actor) -> ColumnElement[bool]:
        return self._inside(entity, actor, "acts")

    def may_write(self, obj: Base, actor: Actor, session: Session) -> bool:
        """Judge the parent record, before and now."""
        with session.no_autoflush:
            parents = self._parents(obj, session)
        return bool(parents) and all(
            parent is not None and type(parent).__scope__.may_write(parent, actor, session)
            for parent in parents
        )

    def _parents(self, obj: Base, session: Session) -> list[Base | None]:
        """Return the parent before and now; None for one that the actor cannot see."""
        keys = {key for key in before_and_now(obj, self.column) if key is not None}
        parents: list[Base | None] = [session.get(self.parent_class(), key) for key in keys]
        pending = [target for _, target in _set_relations(obj, self.column)]
        return parents + [target for target in pending if target is not None]


@dataclass(frozen=True)
class Own:
    """Rows belong to a user; holders of ``permission`` see those of their organisations too."""

    column: str = "user_id"
    permission: str = ""
    org: str = "org_id"
    scoped: bool = True

    def reads(self, entity: Any, actor: Actor) -> ColumnElement[bool]:
        own: ColumnElement[bool] = getattr(entity, self.column) == actor.user_id
        if self.permission and actor.can(self.permission):
            return or_(own, getattr(entity, self.org).in_(subtree(actor.org_path)))
        return own

    def acts(self, entity: Any, actor: Actor) -> ColumnElement[bool]:
        criterion: ColumnElement[bool] = getattr(entity, self.column) == actor.user_id
        return criterion

    def may_write(self, obj: Base, actor: Actor, session: Session) -> bool:
        return set(before_and_now(obj, self.column)) == {actor.user_id}


def unscoped_scalar(session: Session, statement: Any) -> Any:
    """Run a scope rule's own look-up, which must see every row."""
    with session.no_autoflush:
        return session.scalar(statement, execution_options={"unscoped": "scope rule"})


SHARED = Shared()
NOBODY: ColumnElement[bool] = false()
