"""Scope of granted roles: nobody grants what he may not, nor beyond the offices he reaches."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.base.actor import Actor
from models.base.orm import Base
from models.base.scope import Via, before_and_now, subtree, unscoped_scalar


@dataclass(frozen=True)
class GrantedBelow(Via):
    """Roles share the scope of their account; a grant must lie within the giver's reach too."""

    def may_write(self, obj: Base, actor: Actor, session: Session) -> bool:
        """Judge account, role and organisation of a grant."""
        return (
            all(_may_grant(role, actor) for role in set(before_and_now(obj, "role_code")))
            and all(_below(org, actor, session) for org in set(before_and_now(obj, "scope_org_id")))
            and super().may_write(obj, actor, session)
        )


def _may_grant(role: str | None, actor: Actor) -> bool:
    return role is not None and actor.can(f"accounts:user_role:grant_{role}")


def _below(org_id: int | None, actor: Actor, session: Session) -> bool:
    if org_id is None:
        return False
    found = subtree(actor.org_path).subquery()
    return unscoped_scalar(session, select(found.c.id).where(found.c.id == org_id)) is not None
