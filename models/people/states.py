"""The verification of credentials that staff check by hand [CERT-60, AUTH-14]."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, String, func, not_, or_

from models.people.choices import CredentialMode, VerifyStatus
from models.people.editing import EDITING
from models.people.tables import PersonCredential
from models.text import Label, msg
from models.workflow import marks, sql
from models.workflow.inputs import Input
from models.workflow.machine import Context, Guard, Machine, Transition, Undoing
from models.workflow.registry import register
from models.workflow.sql import there_is

S = VerifyStatus


def _has_picture(e: Any, _ctx: Context) -> ColumnElement[bool]:
    return or_(
        e.mode != CredentialMode.manual.value, e.attachment_id.is_not(None), e.is_fresh_graduate
    )


def _only_holder(e: Any, _ctx: Context) -> ColumnElement[bool]:
    """Numbers are unique among verified credentials only (reading 23)."""
    other = sql.alias_of(PersonCredential.__table__, "other")
    return not_(
        there_is(
            other,
            other.c.number == e.number,
            other.c.kind == e.kind,
            other.c.id != e.id,
            other.c.verify_status == VerifyStatus.passed.value,
        )
    )


def _place(_e: Any, ctx: Context) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    """A person belongs to no office: the history belongs to the office that looked."""
    actor = ctx.actor
    site = actor.org_id if actor.is_site else None
    return sql.number(actor.authority_id or actor.org_id), sql.number(site)


def _title(e: Any) -> ColumnElement[str]:
    return func.coalesce(e.number, e.kind, type_=String())


PICTURE = Guard(
    "picture", msg("There is no picture of the certificate to check against."), _has_picture
)
ONLY_HOLDER = Guard(
    "duplicate", msg("The same number was verified for another record already."), _only_holder
)
NOTE = Input("reason", "text", Label("核验说明", "Note"))
CHECKED = {"verified_at": marks.now, "verified_by": marks.user, "verify_note": marks.reason}

VERIFY = Transition(
    "verify",
    Label("核验通过", "Verify"),
    sources=(S.pending, S.rejected),
    target=S.passed,
    guards=(PICTURE, ONLY_HOLDER),
    inputs=(NOTE,),
    effects=CHECKED,
    undoable=True,
)
REJECT_CREDENTIAL = Transition(
    "reject_credential",
    Label("核验不通过", "Reject"),
    sources=(S.pending, S.passed),
    target=S.rejected,
    guards=(PICTURE,),
    inputs=(marks.REASON,),
    effects=CHECKED,
    undoable=True,
    undoing=Undoing(guards=(ONLY_HOLDER,)),
    danger=True,
)
MACHINE = register(
    Machine(
        "credential",
        PersonCredential,
        "verify_status",
        VerifyStatus,
        (VERIFY, REJECT_CREDENTIAL),
        title=_title,
        place=_place,
        editing=EDITING,
    )
)
