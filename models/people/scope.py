"""Whose persons an actor may see: nobody owns a person, applications lead to him."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, inspect, or_, select
from sqlalchemy.orm import Session

from models.base.actor import Actor
from models.base.orm import Base
from models.base.scope import Owned, alias_in_scope, unscoped_scalar

#: The scope of certification applications; that area stands above and is reached by name.
OF_APPLICATIONS = Owned(org="org_id", site="site_id")
MAKES_PERSONS = "certification:certification_application:create"
#: Who may make persons without an application.
IMPORTS_PERSONS = "people:person:create"


@dataclass(frozen=True)
class ThroughApplications:
    """Persons with at least one application that the actor may see, or may act on."""

    scoped: bool = True

    def reads(self, entity: Any, actor: Actor) -> ColumnElement[bool]:
        """Return the criterion that an application of the person lies in the actor's branch."""
        return _reached(entity, actor, "reads")

    def acts(self, entity: Any, actor: Actor) -> ColumnElement[bool]:
        """Return the criterion that an application of the person is the actor's own to move."""
        return _reached(entity, actor, "acts")

    def may_write(self, obj: Base, actor: Actor, session: Session) -> bool:
        """A new person comes with an application; a stored one has one that is the actor's own."""
        if not inspect(obj).persistent:
            return actor.can(MAKES_PERSONS)
        person = alias_in_scope("person", "scope_person")
        found = select(person.c.id).where(person.c.id == obj.id, self.acts(person.c, actor))
        return unscoped_scalar(session, found) is not None


def _reached(entity: Any, actor: Actor, rule: str) -> ColumnElement[bool]:
    """Return the criterion of an application; who may import persons keeps those that he made until
    they have one: else an import's rows would be nobody's.
    """
    reached = _has_application(entity, actor, rule)
    if not actor.can(IMPORTS_PERSONS):
        return reached
    application = alias_in_scope("certification_application", "scope_any_application")
    any_of_his = select(application.c.id).where(application.c.person_id == entity.id)
    has_any = any_of_his.correlate_except(application).exists()
    return or_(reached, and_(entity.created_by == actor.user_id, ~has_any))


def _has_application(entity: Any, actor: Actor, rule: str) -> ColumnElement[bool]:
    application = alias_in_scope("certification_application", "scope_application")
    inside = getattr(OF_APPLICATIONS, rule)(application.c, actor)
    rows = select(application.c.id).where(application.c.person_id == entity.id, inside)
    return rows.correlate_except(application).exists()
