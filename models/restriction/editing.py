"""What of entries is changed for many of them at once, while nobody has reviewed them."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement

from models.accounts.field_rights import writes
from models.restriction.choices import RestrictionType, ReviewState
from models.restriction.tables import RestrictionEntry
from models.text import msg
from models.workflow import sql
from models.workflow.editing import VALUE
from models.workflow.machine import Context, Editing, Guard


def _is_pending(e: Any, _ctx: Context) -> ColumnElement[bool]:
    pending: ColumnElement[bool] = e.review_state == ReviewState.pending.value
    return pending


def _is_ended(e: Any, _ctx: Context) -> ColumnElement[bool]:
    ends: ColumnElement[bool] = e.type != RestrictionType.forfeited.value
    return ends


def _last_day(ctx: Context) -> ColumnElement[date]:
    return sql.value(ctx.inputs.get(VALUE), RestrictionEntry.effective_to.type)


PENDING = Guard("settled", msg("The entry stays as it was reviewed."), _is_pending)
LAST_DAY = (
    Guard("for_life", msg("A forfeited qualification is lost for life."), _is_ended),
    Guard(
        "order",
        msg("The restriction must not end before it begins."),
        lambda e, ctx: _last_day(ctx) >= e.effective_from,
        asks=VALUE,
    ),
)


def _guards(name: str) -> tuple[Guard, ...]:
    return (PENDING, *(LAST_DAY if name == "effective_to" else ()))


EDITING = Editing("basis effective_to", writes(RestrictionEntry), _guards, undoing=(PENDING,))
