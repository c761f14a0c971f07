"""Who stands above whom: an account with a right that the actor may not give is out of his hands.

Else whoever resets passwords would sign in with rights that were never his.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, false, or_, select

from models.accounts.permissions import grantable
from models.accounts.scope import administered
from models.accounts.tables import UserAccount, UserRole
from models.base.actor import Actor
from models.base.session import ActorSession
from models.workflow import sql


def is_above(entity: Any, actor: Actor) -> ColumnElement[bool]:
    """Return the criterion of accounts that hold a role which the actor may not grant, or hold one
    over an office where he grants nothing. Nobody is above the system.
    """
    if actor.is_system:
        return false()
    granted = sql.alias_of(UserRole.__table__, "granted")
    beyond = or_(
        granted.c.role_code.not_in(grantable(actor)),
        granted.c.scope_org_id.not_in(administered(actor)),
    )
    return sql.there_is(granted, granted.c.user_id == entity.id, beyond)


def stands_above(session: ActorSession, account: UserAccount, actor: Actor) -> bool:
    """Say whether an account is above the actor."""
    entity = sql.alias_of(UserAccount.__table__, "subject")
    found = select(is_above(entity.c, actor)).where(entity.c.id == account.id)
    return bool(session.scalar(found, execution_options={"unscoped": "rank of an account"}))
