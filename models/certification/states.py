"""The state machine of applications (schema §3.1, readings 13 to 18)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, String, func

from models.certification import effects, guards, numbers, windows
from models.certification.choices import CertStatus
from models.certification.correcting import EDITING
from models.certification.offered import material_choices, plan_deadline
from models.certification.tables import CertificationApplication
from models.text import Label
from models.workflow import marks, sql
from models.workflow.inputs import Input
from models.workflow.machine import Machine, Transition, Undoing
from models.workflow.registry import register

S = CertStatus
ON_SITE = (guards.PLAN_PUBLISHED, guards.CONFIRM_WINDOW)
BY_AUTHORITY = (guards.NOT_BY_SITE, guards.PLAN_PUBLISHED)


def _title(entity: Any) -> ColumnElement[str]:
    title: ColumnElement[str] = func.coalesce(entity.apply_no + " ", "", type_=String())
    return title.concat(entity.name)


#: An undo is bound by no window, but a plan in the archive stays as it is.
PLAIN = Undoing(guards=(guards.PLAN_NOT_ARCHIVED,))
TOLD = Undoing(
    guards=PLAIN.guards,
    after=(effects.write_that_it_is_undone,),
    leaves=(
        Label(
            "已发给申请人的通知保留；每位申请人另收到一封通知，说明已撤销。",
            "Letters to applicants stay; each gets another that says it was undone.",
        ),
    ),
)

#: To take the withdrawal of an approval back is to approve again: by today's facts, in no window.
APPROVED_AGAIN = Undoing(
    guards=(
        *PLAIN.guards,
        guards.NOT_BY_SITE,
        guards.NOT_RESTRICTED,
        guards.CREDENTIALS,
        guards.TYPE_OFFERED,
        guards.SUBJECT_OF_TYPE,
    ),
)

UNREVIEWED = {
    "reviewed_at": marks.no_instant,
    "reviewed_by": marks.nobody,
    "review_opinion": marks.nothing,
}
NO_DEADLINE = {"material_deadline": marks.no_instant}
UNCONFIRMED = {"confirmed_at": marks.no_instant, "confirmed_by": marks.nobody}

SUBMIT = Transition(
    "submit",
    Label("提交", "Submit"),
    sources=(S.draft,),
    target=S.submitted,
    guards=(
        guards.NOT_BY_SITE,
        guards.COMPLETE,
        guards.PLAN_ACCEPTS,
        guards.APPLY_WINDOW,
        guards.TYPE_OFFERED,
        guards.SUBJECT_OF_TYPE,
        guards.AUTHORITY_CODE,
        guards.SITE_TAKES_PART,
        guards.NOT_RESTRICTED,
    ),
    warnings=(guards.ONE_APPLICATION,),
    effects={"submitted_at": lambda e, ctx: func.coalesce(e.submitted_at, ctx.instant)},
    issue=numbers.APPLICATION_NUMBERS,
    after=(effects.make_check_list,),
)
CONFIRM = Transition(
    "confirm",
    Label("确认通过", "Confirm"),
    verb=Label("确认", "Confirm"),
    sources=(S.submitted, S.materials_incomplete, S.confirm_rejected),
    target=S.confirmed,
    guards=(*ON_SITE, guards.SUBJECT_OF_TYPE, guards.CREDENTIALS, guards.MATERIALS),
    warnings=(guards.ONE_APPLICATION,),
    inputs=(
        Input(
            "complete",
            "bool",
            Label("材料齐全", "All materials are in"),
            help=Label(
                "勾选后，待收材料一并登记为已收。", "Pending materials are then marked as received."
            ),
        ),
    ),
    effects={
        "confirmed_at": marks.now,
        "confirmed_by": marks.user,
        "status_note": marks.nothing,
        **NO_DEADLINE,
    },
    issue=numbers.RECEIPT_NUMBERS,
    after=(effects.receive_pending,),
    undoable=True,
    undoing=PLAIN,
)
MARK_INCOMPLETE = Transition(
    "mark_incomplete",
    Label("材料不全", "Materials incomplete"),
    verb=Label("标记", "Mark"),
    sources=(S.submitted, S.confirmed),
    target=S.materials_incomplete,
    guards=(*ON_SITE, guards.DEADLINE_IN_PLAN),
    inputs=(
        Input("reason", "text", Label("具体说明", "What is missing, in words"), required=True),
        Input(
            "missing",
            "codes",
            Label("缺少的材料", "Missing materials"),
            required=True,
            choices=material_choices,
        ),
        Input(
            "deadline",
            "date",
            Label("补全截止日期", "Last day to bring them"),
            required=True,
            default=plan_deadline,
            help=Label("含当日。", "The day itself counts."),
        ),
    ),
    effects={
        "status_note": marks.reason,
        "material_deadline": lambda _e, ctx: sql.instant(ctx.inputs.get("deadline")),
        **UNCONFIRMED,
    },
    after=(effects.mark_missing, effects.write_to_applicant),
    undoable=True,
    undoing=TOLD,
)
REJECT_CONFIRMATION = Transition(
    "reject_confirmation",
    Label("确认不通过", "Refuse confirmation"),
    verb=Label("不予确认", "Refuse"),
    sources=(S.submitted, S.materials_incomplete),
    target=S.confirm_rejected,
    guards=(guards.PLAN_PUBLISHED, guards.CONFIRM_WINDOW_OR_LATE),
    inputs=(replace(marks.REASON, offers="CONFIRM_REASON"),),
    effects={"status_note": marks.reason, **NO_DEADLINE},
    after=(effects.write_to_applicant,),
    undoable=True,
    undoing=TOLD,
    danger=True,
)
REOPEN_CONFIRMATION = Transition(
    "reopen_confirmation",
    Label("恢复待确认", "Reopen confirmation"),
    verb=Label("恢复", "Reopen"),
    sources=(S.confirm_rejected,),
    target=S.submitted,
    guards=(*BY_AUTHORITY, guards.CONFIRM_WINDOW),
    inputs=(marks.RETURN_REASON,),
    effects={"status_note": marks.nothing, **NO_DEADLINE},
    undoable=True,
    undoing=PLAIN,
)
APPROVE = Transition(
    "approve",
    Label("审核通过", "Approve"),
    verb=Label("通过", "Approve"),
    sources=(S.confirmed,),
    target=S.approved_unnumbered,
    guards=(
        *BY_AUTHORITY,
        guards.DECIDE_WINDOW,
        guards.NOT_RESTRICTED,
        guards.CREDENTIALS,
        guards.TYPE_OFFERED,
        guards.SUBJECT_OF_TYPE,
    ),
    warnings=(guards.ONE_APPLICATION,),
    inputs=(Input("opinion", "text", Label("审核意见", "Opinion")),),
    effects={
        "reviewed_at": marks.now,
        "reviewed_by": marks.user,
        "review_opinion": lambda _e, ctx: ctx.text("opinion"),
    },
    undoable=True,
    undoing=PLAIN,
)
REFUSE = Transition(
    "refuse",
    Label("认定不通过", "Refuse certification"),
    verb=Label("不通过", "Refuse"),
    sources=(S.confirmed,),
    target=S.review_rejected,
    guards=(*BY_AUTHORITY, guards.DECIDE_WINDOW),
    inputs=(replace(marks.REASON, label=Label("审核意见", "Opinion"), offers="REVIEW_REASON"),),
    effects={"reviewed_at": marks.now, "reviewed_by": marks.user, "review_opinion": marks.reason},
    after=(effects.write_to_applicant,),
    undoable=True,
    undoing=TOLD,
    danger=True,
)
ASSIGN_NUMBERS = Transition(
    "assign_numbers",
    Label("编号", "Assign numbers"),
    sources=(S.approved_unnumbered,),
    target=S.approved_numbered,
    guards=(
        guards.NOT_BY_SITE,
        guards.PLAN_NOT_ARCHIVED,
        guards.DECIDE_BEGUN,
        guards.NOT_RESTRICTED,
        guards.SUBJECT_OF_TYPE,
        guards.AUTHORITY_CODE,
        guards.SEX_KNOWN,
        guards.SERIAL_LEFT,
    ),
    effects={"numbered_at": marks.now},
    issue=numbers.CERTIFICATE_NUMBERS,
    after=(effects.make_certificates,),
    danger=True,
)
WITHDRAW_APPROVAL = Transition(
    "withdraw_approval",
    Label("撤回审核", "Withdraw approval"),
    verb=Label("撤回", "Withdraw"),
    sources=(S.approved_unnumbered,),
    target=S.confirmed,
    guards=(*BY_AUTHORITY, guards.DECIDE_WINDOW),
    inputs=(marks.RETURN_REASON,),
    effects=UNREVIEWED,
    undoable=True,
    undoing=APPROVED_AGAIN,
    danger=True,
)
REOPEN_REVIEW = Transition(
    "reopen_review",
    Label("重新审核", "Reopen review"),
    verb=Label("恢复", "Reopen"),
    sources=(S.review_rejected,),
    target=S.confirmed,
    guards=(*BY_AUTHORITY, guards.DECIDE_WINDOW),
    inputs=(marks.RETURN_REASON,),
    effects=UNREVIEWED,
    undoable=True,
    undoing=PLAIN,
)
MACHINE = register(
    Machine(
        windows.MACHINE_NAME,
        CertificationApplication,
        "status",
        CertStatus,
        (
            SUBMIT,
            CONFIRM,
            MARK_INCOMPLETE,
            REJECT_CONFIRMATION,
            REOPEN_CONFIRMATION,
            APPROVE,
            REFUSE,
            ASSIGN_NUMBERS,
            WITHDRAW_APPROVAL,
            REOPEN_REVIEW,
        ),
        title=_title,
        editing=EDITING,
        assigned={S.confirmed.value: "reviewer_id"},
    )
)
