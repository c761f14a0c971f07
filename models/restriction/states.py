"""The state machine of the restriction library (schema §3.6, reading 17)."""

from __future__ import annotations

from models.restriction.choices import ReviewState
from models.restriction.editing import EDITING
from models.restriction.tables import RestrictionEntry
from models.text import Label
from models.workflow import marks
from models.workflow.machine import Machine, Transition
from models.workflow.registry import register

S = ReviewState
REVIEWED = {"reviewed_at": marks.now, "reviewed_by": marks.user}

REVIEW = Transition(
    "review",
    Label("审核通过", "Approve the entry"),
    verb=Label("通过", "Approve"),
    sources=(S.pending,),
    target=S.reviewed,
    effects=REVIEWED,
    danger=True,
)
REJECT = Transition(
    "reject",
    Label("审核不通过", "Reject the entry"),
    verb=Label("不通过", "Reject"),
    sources=(S.pending,),
    target=S.rejected,
    inputs=(marks.REASON,),
    effects={**REVIEWED, "review_note": marks.reason},
)
LIFT = Transition(
    "lift",
    Label("解除限制", "Lift the restriction"),
    verb=Label("解除", "Lift"),
    sources=(S.reviewed,),
    target=S.lifted,
    inputs=(marks.REASON,),
    effects={"lifted_at": marks.now, "review_note": marks.reason},
    danger=True,
)
MACHINE = register(
    Machine(
        "restriction",
        RestrictionEntry,
        "review_state",
        ReviewState,
        (REVIEW, REJECT, LIFT),
        title=lambda e: e.name,
        editing=EDITING,
    )
)
