"""Why an account may not be acted upon, in SQL, with the reason as its administrator reads it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, not_, or_, true

from models.accounts import centre
from models.accounts.ranks import is_above
from models.accounts.tables_sign_in import TotpSecret
from models.text import msg
from models.workflow import sql
from models.workflow.machine import Context, Guard


def _is_anothers(e: Any, ctx: Context) -> ColumnElement[bool]:
    if ctx.actor.is_system:
        return true()
    other: ColumnElement[bool] = e.id != ctx.user
    return other


def _is_below(e: Any, ctx: Context) -> ColumnElement[bool]:
    return not_(is_above(e, ctx.actor))


def _is_locked(e: Any, ctx: Context) -> ColumnElement[bool]:
    return or_(e.locked_until > ctx.instant, e.failed_count > 0)


def _has_second_factor(e: Any, _ctx: Context) -> ColumnElement[bool]:
    secret = sql.alias_of(TotpSecret.__table__, "secret")
    return sql.there_is(secret, secret.c.user_id == e.id, secret.c.confirmed_at.is_not(None))


OWN = Guard("own", msg("This is your own account: you keep it on your own page."), ok=_is_anothers)
ABOVE = Guard("above", msg("This account holds rights that you may not give."), ok=_is_below)
LAST_CENTRE = Guard("last_centre", centre.LAST, ok=centre.keeps_centre)
NOT_LOCKED = Guard(
    "not_locked", msg("It is not locked, and no sign-in has failed of late."), ok=_is_locked
)
NO_SECOND_FACTOR = Guard("no_second_factor", msg("It has no second factor."), ok=_has_second_factor)
#: What holds for every act of an administrator.
OVER_OTHERS = (OWN, ABOVE)
