"""The effects that most transitions share: who, when, why, and taking such marks away again."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import Boolean, ColumnElement

from models.text import Label
from models.workflow import sql
from models.workflow.inputs import Input
from models.workflow.machine import Context

REASON = Input("reason", "text", Label("理由", "Reason"), required=True)
#: Why somebody takes a step back; the usual reasons are a code set.
RETURN_REASON = replace(REASON, offers="RETURN_REASON")


def now(_entity: Any, ctx: Context) -> ColumnElement[Any]:
    """The instant of the run."""
    return ctx.instant


def user(_entity: Any, ctx: Context) -> ColumnElement[Any]:
    """The acting user."""
    return ctx.user


def reason(_entity: Any, ctx: Context) -> ColumnElement[Any]:
    """The input ``reason``."""
    return ctx.text("reason")


def true(_entity: Any, _ctx: Context) -> ColumnElement[Any]:
    """A claim that holds from now on."""
    return sql.value(True, Boolean())


def false(_entity: Any, _ctx: Context) -> ColumnElement[Any]:
    """A claim that holds no more."""
    return sql.value(False, Boolean())


def no_instant(_entity: Any, _ctx: Context) -> ColumnElement[Any]:
    """No instant any more."""
    return sql.instant(None)


def nobody(_entity: Any, _ctx: Context) -> ColumnElement[Any]:
    """No user any more."""
    return sql.number(None)


def nothing(_entity: Any, _ctx: Context) -> ColumnElement[Any]:
    """No text any more."""
    return sql.words(None)
