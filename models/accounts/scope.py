"""Scope of accounts and granted roles: an office administers its own accounts and those of its
sites; nobody grants what he may not, nor beyond the offices he reaches.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, false, or_, select, true
from sqlalchemy.orm import Session

from models.accounts.permissions import may_grant
from models.base.actor import Actor
from models.base.orm import Base
from models.base.scope import (
    Owned,
    Via,
    alias_in_scope,
    before_and_now,
    reaches,
    unscoped_scalar,
)


@dataclass(frozen=True)
class Administered(Owned):
    """Accounts of one's own organisation and of its confirmation sites, whose users the authority
    makes [CONF-02].
    """

    def reads(self, entity: Any, actor: Actor) -> ColumnElement[bool]:
        """Return the accounts of the branch, sites included."""
        return or_(super().reads(entity, actor), self._of_own_sites(entity, actor))

    def acts(self, entity: Any, actor: Actor) -> ColumnElement[bool]:
        """Return the accounts that the actor's office administers."""
        return or_(super().acts(entity, actor), self._of_own_sites(entity, actor))

    def _of_own_sites(self, entity: Any, actor: Actor) -> ColumnElement[bool]:
        if actor.is_site or actor.org_id is None:
            return false()
        sites: ColumnElement[bool] = getattr(entity, self.org).in_(_sites_of(actor))
        return sites

    def may_write(self, obj: Base, actor: Actor, session: Session) -> bool:
        """Judge the organisation that administers an account, before and now."""
        return all(
            reaches(org, actor, session) or _is_own_site(org, actor, session)
            for org in set(before_and_now(obj, self.org))
        )


def _sites_of(actor: Actor) -> Any:
    org = alias_in_scope("org", "scope_site")
    return select(org.c.id).where(org.c.parent_id == actor.org_id, org.c.kind == "site")


def _is_own_site(org_id: int | None, actor: Actor, session: Session) -> bool:
    if org_id is None or actor.is_site or actor.org_id is None:
        return False
    sites = _sites_of(actor).subquery()
    return unscoped_scalar(session, select(sites.c.id).where(sites.c.id == org_id)) is not None


@dataclass(frozen=True)
class GrantedBelow(Via):
    """Roles share the scope of their account; a grant must lie within the giver's reach too."""

    def may_write(self, obj: Base, actor: Actor, session: Session) -> bool:
        """Judge account, role and organisation of a grant."""
        return (
            all(may_grant(role, actor) for role in set(before_and_now(obj, "role_code")))
            and all(
                _may_grant_over(org, actor, session)
                for org in set(before_and_now(obj, "scope_org_id"))
            )
            and super().may_write(obj, actor, session)
        )


def keeps_users_of(org: Any, actor: Actor) -> ColumnElement[bool]:
    """Return the criterion of the organisations whose users an actor keeps and over which he may
    grant roles: his branch for those who act in it, else his own and its confirmation sites
    [CONF-02].
    """
    if actor.is_system:
        return true()
    if actor.acts_in_subtree:
        branch: ColumnElement[bool] = (org.path >= actor.org_path) & (
            org.path < actor.org_path + "~"
        )
        return branch
    own: ColumnElement[bool] = org.id == actor.org_id
    if actor.is_site:
        return own
    return or_(own, (org.parent_id == actor.org_id) & (org.kind == "site"))


def administered(actor: Actor) -> Any:
    """Return a SELECT of the ids of the organisations of :func:`keeps_users_of`."""
    org = alias_in_scope("org", "scope_granted")
    return select(org.c.id).where(keeps_users_of(org.c, actor))


def _may_grant_over(org_id: int | None, actor: Actor, session: Session) -> bool:
    if org_id is None:
        return False
    found = administered(actor).subquery()
    return unscoped_scalar(session, select(found.c.id).where(found.c.id == org_id)) is not None
