"""What of reference data and organisations is changed for many records at once."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, case

from models.base.orm import Business
from models.reference.keeping import keeps
from models.reference.tables import CodeItem, MaterialRule, Org, OrgKind, Region, Subject
from models.text import msg
from models.workflow import sql
from models.workflow.machine import Context, Editing, Guard
from models.workflow.registry import register
from models.workflow.stateless import Place, stateless


def _kept(name: str) -> tuple[Guard, ...]:
    def kept(e: Any, ctx: Context) -> ColumnElement[bool]:
        return keeps(name, e, ctx.actor)

    return (Guard("kept", msg("Your office does not keep this of the organisation."), kept),)


def _place(e: Any, _ctx: Context) -> Place:
    """The history of a site is seen by its authority and by itself, of any other by its office."""
    is_site = e.kind == OrgKind.site.value
    return case((is_site, e.parent_id), else_=e.id), case((is_site, e.id), else_=sql.number(None))


def _shared(table: type[Business], columns: str) -> None:
    register(stateless(table, Editing(columns)))


register(
    stateless(
        Org,
        Editing("is_open enabled is_registering school_nature area_type stage", guards=_kept),
        place=_place,
    )
)
_shared(Region, "is_active")
_shared(CodeItem, "enabled")
_shared(Subject, "enabled is_leaf requested_by_org_id")
_shared(MaterialRule, "required")
