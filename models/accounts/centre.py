"""At least one enabled account of the centre stays: without one, nobody could let anybody in.

What takes one away (disabling it, taking its role) locks the role's row first and counts then, so
that of two at once the second sees what the first did.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, not_, or_, select

from models.accounts.permissions import RoleCode
from models.accounts.tables import AccountStatus, Role, UserAccount, UserRole
from models.text import msg
from models.workflow import sql
from models.workflow.machine import Context

SUPER = RoleCode.super.value
LAST = msg(
    "At least one enabled account of the centre must remain. Give the role “%(role)s” to another"
    " account first.",
    role=RoleCode.super.label,
)


def lock_centre() -> Select[Any]:
    """Return the SELECT of the row that stands for who is of the centre."""
    role: Any = Role.__table__
    return select(role.c.id).where(role.c.code == SUPER)


def _there_stays(other: Any, held: Any, staying: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return EXISTS: an enabled account of the centre, among those that are ``staying``."""
    return sql.there_is(
        other.join(held, held.c.user_id == other.c.id),
        held.c.role_code == SUPER,
        other.c.status == AccountStatus.active.value,
        staying,
    )


def keeps_centre(e: Any, ctx: Context) -> ColumnElement[bool]:
    """Return whether an account may go: it is not of the centre, or another one stays.

    Whoever acts stays himself, though he be among those chosen: nobody disables himself.
    """
    other = sql.alias_of(UserAccount.__table__, "other")
    held = sql.alias_of(UserRole.__table__, "held")
    goes = other.c.id == e.id
    if ctx.together is not None:
        goes = or_(goes, other.c.id.in_(ctx.together))
    if ctx.actor.user_id is not None and not ctx.actor.is_system:
        goes = and_(goes, other.c.id != ctx.user)
    of_centre = sql.there_is(held, held.c.user_id == e.id, held.c.role_code == SUPER)
    held_by_other = sql.alias_of(UserRole.__table__, "held_by_other")
    return or_(not_(of_centre), _there_stays(other, held_by_other, not_(goes)))


def stays_without(grants: Collection[int]) -> Select[Any]:
    """Return a SELECT of whether the centre keeps an account without some granted roles (ids)."""
    other = sql.alias_of(UserAccount.__table__, "other")
    held = sql.alias_of(UserRole.__table__, "held_by_other")
    return select(_there_stays(other, held, held.c.id.not_in(grants)))
