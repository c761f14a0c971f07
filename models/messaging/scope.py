"""Scope of messages and notices: who writes to whom, and who hangs below whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, or_
from sqlalchemy.orm import Session
from typing_extensions import override

from models.base.actor import Actor
from models.base.orm import Base
from models.base.scope import Owned, before_and_now, reaches, subtree
from models.reference.scope import branch_of, line_of


@dataclass(frozen=True)
class Correspondence:
    """One's own messages, and those that one's office sent to applicants (reading 18)."""

    org: str = "org_id"
    scoped: bool = True

    def reads(self, entity: Any, actor: Actor) -> ColumnElement[bool]:
        """Return what one sent or received, and the branch's letters to applicants."""
        office = subtree(branch_of(actor))
        letters = and_(entity.recipient_person_id.is_not(None), entity.org_id.in_(office))
        return or_(self.acts(entity, actor), letters)

    def acts(self, entity: Any, actor: Actor) -> ColumnElement[bool]:
        """Return what one sent or received."""
        return or_(entity.sender_id == actor.user_id, entity.recipient_id == actor.user_id)

    def may_write(self, obj: Base, actor: Actor, session: Session) -> bool:
        """Let nobody write in another's name, nor touch what others wrote, be it to him: that a
        message was read or thrown away is noted by the system.
        """
        return actor.user_id is not None and set(before_and_now(obj, "sender_id")) == {
            actor.user_id
        }


@dataclass(frozen=True)
class Circulation(Owned):
    """Notices of one's own branch, and what those above have published to one's kind."""

    @override
    def reads(self, entity: Any, actor: Actor) -> ColumnElement[bool]:
        """Return the branch's notices, and the published ones from above that are meant for it."""
        targets = ["subtree", "public"]
        targets += ["sites"] * actor.is_site + ["schools"] * actor.is_school
        from_above = and_(
            entity.org_id.in_(line_of(actor.org_path)),
            entity.published_at.is_not(None),
            entity.target_scope.in_(targets),
        )
        return or_(entity.org_id.in_(subtree(actor.org_path)), from_above)

    @override
    def acts(self, entity: Any, actor: Actor) -> ColumnElement[bool]:
        """Return one's own organisation's notices, or the branch's for those who act there."""
        if actor.acts_in_subtree:
            branch: ColumnElement[bool] = entity.org_id.in_(subtree(actor.org_path))
            return branch
        own: ColumnElement[bool] = entity.org_id == actor.org_id
        return own

    @override
    def may_write(self, obj: Base, actor: Actor, session: Session) -> bool:
        """Judge the office in whose name a notice stands, before and now."""
        return all(reaches(org, actor, session) for org in set(before_and_now(obj, "org_id")))
