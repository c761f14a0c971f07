"""Scope of plans: one's own branch, and to look at what the offices above have published."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, or_
from typing_extensions import override

from models.base.actor import Actor
from models.base.scope import Owned, Via
from models.planning.choices import PlanStatus
from models.reference.scope import branch_of, line_of


@dataclass(frozen=True)
class OwnAndAbove(Owned):
    """Plans of one's own branch, and the published ones of the line above it.

    A county chooses its provincial plan among those; it never acts on one.
    """

    def owns(self, entity: Any, actor: Actor) -> ColumnElement[bool]:
        """Return the plans of one's own branch; for a site those of its authority."""
        return super().reads(entity, actor)

    def is_above(self, entity: Any, actor: Actor) -> ColumnElement[bool]:
        """Return the plans of the offices above, without a look at the organisations."""
        above: ColumnElement[bool] = entity.org_id.in_(line_of(branch_of(actor))[:-1])
        return above

    @override
    def reads(self, entity: Any, actor: Actor) -> ColumnElement[bool]:
        published = entity.status == PlanStatus.published.value
        return or_(self.owns(entity, actor), and_(self.is_above(entity, actor), published))

    @override
    def acts(self, entity: Any, actor: Actor) -> ColumnElement[bool]:
        return self.owns(entity, actor) if actor.acts_in_subtree else super().acts(entity, actor)


@dataclass(frozen=True)
class OfOwnPlans(Via):
    """Arrangements of the plans of one's own branch: those of a plan from above stay with it."""

    @override
    def reads(self, entity: Any, actor: Actor) -> ColumnElement[bool]:
        return self._inside(entity, actor, "owns")


PLANS = OwnAndAbove("org_id")
