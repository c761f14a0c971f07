"""Scope of the organisation tree: one's own branch, and the line of those above it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, or_
from sqlalchemy.orm import Session

from models.base.actor import Actor
from models.base.orm import Base
from models.base.scope import before_and_now, reaches

#: Kinds that an authority keeps itself, below its own organisation [AUTH-03].
KEPT_BY_AUTHORITY = frozenset({"site", "school"})


def line_of(path: str) -> list[int]:
    """Return the ids on a path such as ``/1/5/9/``, from the root down to the last."""
    return [int(part) for part in path.split("/") if part]


def branch_of(actor: Actor) -> str:
    """Return the path at which an actor's view starts: a site sees its authority's branch."""
    return actor.authority_path if actor.is_site else actor.org_path


@dataclass(frozen=True)
class OrgTree:
    """Organisations: read the branch and the line above; keep one's own row, sites and schools.

    Which columns of its own row an authority may change is the form's affair, not the scope's.
    """

    org: str = "id"
    scoped: bool = True

    def reads(self, entity: Any, actor: Actor) -> ColumnElement[bool]:
        """Return the branch below, the organisation itself and its line of superiors."""
        path = branch_of(actor)
        below: ColumnElement[bool] = (entity.path >= path) & (entity.path < path + "~")
        return or_(below, entity.id.in_(line_of(path)))

    def acts(self, entity: Any, actor: Actor) -> ColumnElement[bool]:
        """Return the whole branch for those who act in it, else one's own row and what it keeps."""
        if actor.acts_in_subtree:
            branch: ColumnElement[bool] = (entity.path >= actor.org_path) & (
                entity.path < actor.org_path + "~"
            )
            return branch
        own: ColumnElement[bool] = entity.id == actor.org_id
        if actor.is_site:
            return own
        return or_(own, (entity.parent_id == actor.org_id) & entity.kind.in_(KEPT_BY_AUTHORITY))

    def may_write(self, obj: Base, actor: Actor, session: Session) -> bool:
        """Judge a new or changed organisation by where it hangs, before and now."""
        parents = set(before_and_now(obj, "parent_id"))
        if actor.org_id is not None and obj.id == actor.org_id:
            return len(parents) == 1
        if actor.acts_in_subtree:
            return all(reaches(parent, actor, session) for parent in parents)
        kinds = set(before_and_now(obj, "kind"))
        return not actor.is_site and parents == {actor.org_id} and kinds <= KEPT_BY_AUTHORITY
