"""What administrators do to accounts (schema §3.5): enable, disable, unlock, reset, end, clear."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, String, case, func, literal, null

from models.accounts import centre, effects, guards
from models.accounts.hands import PERSONAL
from models.accounts.initial_passwords import give_initial_passwords
from models.accounts.tables import AccountStatus, UserAccount
from models.reference.tables import Org, OrgKind
from models.text import Label
from models.workflow import sql
from models.workflow.inputs import Input
from models.workflow.machine import Context, Machine, Transition, Undoing
from models.workflow.registry import register

S = AccountStatus
BOTH = (S.active, S.disabled)
#: Hashing a password is slow on purpose: some fifty milliseconds each, with the database held.
MOST_PASSWORDS = 200

REASON = Input("reason", "text", Label("理由", "Reason"))
IDENTITY = Input(
    "reason",
    "text",
    Label("如何确认身份", "How identity was confirmed"),
    required=True,
    help=Label(
        "例如：本人持身份证到场；经单位负责人电话核实。此说明记入审计日志。",
        "For example: came in person with an ID card. It is kept in the audit trail.",
    ),
)


def _title(e: Any) -> ColumnElement[str]:
    """Name and user name; a user name that is a document or telephone number is left out."""
    name = e.display_name + literal("（", String()) + e.username + literal("）", String())
    return case((e.username.regexp_match(f"^{PERSONAL}$"), e.display_name), else_=name)


def _place(e: Any, _ctx: Context) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    """An account of a site has its history where its authority finds it."""
    org = sql.alias_of(Org.__table__, "administers")
    is_site = org.c.kind == OrgKind.site.value
    authority = case((is_site, org.c.parent_id), else_=org.c.id)
    site = case((is_site, org.c.id), else_=null())
    here = org.c.id == e.org_id
    return func.coalesce(sql.of_row(authority, here), e.org_id), sql.of_row(site, here)


ENABLE = Transition(
    "enable",
    Label("启用", "Enable"),
    sources=(S.disabled,),
    target=S.active,
    guards=guards.OVER_OTHERS,
    # What was open before it was disabled stays closed.
    after=(effects.end_sessions,),
    undoable=True,
    undoing=Undoing(
        guards=(*guards.OVER_OTHERS, guards.LAST_CENTRE),
        locks=(centre.lock_centre,),
        after=(effects.end_sessions, effects.void_tokens),
    ),
)
DISABLE = Transition(
    "disable",
    Label("停用", "Disable"),
    sources=(S.active,),
    target=S.disabled,
    guards=(*guards.OVER_OTHERS, guards.LAST_CENTRE),
    inputs=(REASON,),
    after=(effects.end_sessions, effects.void_tokens),
    undoable=True,
    undoing=Undoing(
        guards=guards.OVER_OTHERS,
        leaves=(
            Label(
                "已结束的会话和已作废的密码令牌不恢复。",
                "Sessions that were ended and password tokens that were voided do not come back.",
            ),
        ),
    ),
    danger=True,
    locks=(centre.lock_centre,),
)
UNLOCK = Transition(
    "unlock",
    Label("解锁", "Unlock"),
    sources=BOTH,
    target=None,
    guards=(*guards.OVER_OTHERS, guards.NOT_LOCKED),
    effects=effects.UNLOCKED,
)
RESET_PASSWORD = Transition(
    "reset_password",
    Label("重置密码", "Reset password"),
    sources=BOTH,
    target=None,
    guards=guards.OVER_OTHERS,
    inputs=(REASON,),
    effects={**effects.UNLOCKED, **effects.MUST_CHANGE},
    after=(give_initial_passwords, effects.end_sessions, effects.void_tokens),
    danger=True,
    most_rows=MOST_PASSWORDS,
)
END_SESSIONS = Transition(
    "end_sessions",
    Label("结束全部会话", "End sessions"),
    sources=BOTH,
    target=None,
    guards=guards.OVER_OTHERS,
    inputs=(REASON,),
    after=(effects.end_sessions,),
)
CLEAR_SECOND_FACTOR = Transition(
    "clear_second_factor",
    Label("清除动态口令", "Clear second factor"),
    sources=BOTH,
    target=None,
    guards=(*guards.OVER_OTHERS, guards.NO_SECOND_FACTOR),
    inputs=(IDENTITY,),
    after=(effects.drop_second_factor,),
    danger=True,
)
MACHINE = register(
    Machine(
        "account",
        UserAccount,
        "status",
        AccountStatus,
        (UNLOCK, RESET_PASSWORD, ENABLE, END_SESSIONS, DISABLE, CLEAR_SECOND_FACTOR),
        title=_title,
        place=_place,
    )
)
