"""A table that the product does not have, with states of its own, as one would declare it.

Imported by a process of its own only, because a mapped class cannot be taken back.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Mapped

from models.accounts.permissions import GRANTS, KEEP, RoleCode
from models.base import columns
from models.base.choices import Choice
from models.base.orm import Business
from models.base.scope import Owned
from models.text import Label
from models.workflow import marks
from models.workflow.machine import Machine, Transition
from models.workflow.registry import register
from views.base import menu
from views.base.grid import Grid


class EnquiryState(Choice):
    waiting = "waiting", "待答复", "Waiting", "amber"
    answered = "answered", "已答复", "Answered", "green"


class Enquiry(Business):
    __tablename__ = "enquiry"
    __area__ = "messaging"
    __label__ = Label("咨询登记", "Enquiry")
    __scope__ = Owned("org_id")
    __title__ = "asked_by"

    asked_by: Mapped[str] = columns.string(60, "咨询人", "Asked by", search="name")
    question: Mapped[str] = columns.paragraph("咨询内容", "Question")
    received_on: Mapped[date] = columns.day("收到日期", "Received on", index=True)
    status: Mapped[str] = columns.choice(
        EnquiryState, "状态", "State", default="waiting", machine=True, index=True
    )
    org_id: Mapped[int] = columns.ref("org.id", "机构", "Organisation")


ANSWER = Transition(
    "answer",
    Label("答复", "Answer"),
    sources=(EnquiryState.waiting,),
    target=EnquiryState.answered,
    inputs=(marks.REASON,),
    undoable=True,
)
MACHINE = register(
    Machine("enquiry", Enquiry, "status", EnquiryState, (ANSWER,), title=lambda e: e.asked_by)
)


class Enquiries(Grid[Enquiry]):
    category = menu.MESSAGING


#: In the product a line among the grants of the role.
RIGHTS = frozenset(f"messaging:enquiry:{act}" for act in f"{KEEP} export answer".split())
GRANTS[RoleCode.authority.value] |= RIGHTS
