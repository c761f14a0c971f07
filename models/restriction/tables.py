"""Entries of the restriction library."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, relationship

from models.base import columns
from models.base.choices import ID_TYPE
from models.base.orm import Business
from models.base.scope import Owned
from models.people.certificate_numbers import canonical_certificate_no
from models.people.rules import normalise_id_no
from models.restriction.choices import RestrictionType, ReviewState
from models.text import Label

if TYPE_CHECKING:
    from models.reference.tables import Org


class RestrictionEntry(Business):
    """A person or certificate that may not be certified from one day to another."""

    __tablename__ = "restriction_entry"
    __area__ = "restriction"
    __label__ = Label("限制库", "Restriction")
    __scope__ = Owned("org_id")
    __title__ = "name"
    __table_args__ = (
        CheckConstraint("effective_to >= effective_from", name="period_ordered"),
        CheckConstraint(
            "type <> 'forfeited' OR effective_to IS NULL", name="forfeited_is_for_life"
        ),
        CheckConstraint(
            "review_state <> 'reviewed' OR reviewed_at IS NOT NULL", name="review_is_dated"
        ),
        CheckConstraint("review_state <> 'lifted' OR lifted_at IS NOT NULL", name="lift_is_dated"),
        Index("ix_restriction_entry_id_no", "id_no"),
        Index("ix_restriction_entry_cert_no", "cert_no"),
        Index("ix_restriction_entry_org_id_review_state", "org_id", "review_state"),
        Index("ix_restriction_entry_review_state", "review_state"),
    )

    name: Mapped[str] = columns.string(60, "姓名", "Name", search="name")
    id_type: Mapped[str] = columns.national(ID_TYPE, "证件类型", "Document type", default="1")
    id_no: Mapped[str] = columns.string(
        30,
        "证件号码",
        "Document number",
        sensitive="id_no",
        search="exact",
        spelled=normalise_id_no,
    )
    cert_no: Mapped[str | None] = columns.string(
        17,
        "证书号码",
        "Certificate number",
        search="exact",
        spelled=canonical_certificate_no,
        null=True,
    )
    type: Mapped[str] = columns.choice(RestrictionType, "限制类型", "Type")
    effective_from: Mapped[date] = columns.day("生效日期", "Effective from")
    effective_to: Mapped[date | None] = columns.day(
        "截止日期",
        "Effective to",
        null=True,
        help=Label("含当日；空为终身。", "The day itself counts; empty means for life."),
    )
    basis: Mapped[str | None] = columns.string(200, "依据文书", "Basis", null=True)
    review_state: Mapped[str] = columns.choice(
        ReviewState, "审核状态", "Review", default=ReviewState.pending.value, machine=True
    )
    review_note: Mapped[str | None] = columns.string(
        500, "审核说明", "Review note", null=True, machine=True
    )
    org_id: Mapped[int] = columns.ref("org.id", "录入机构", "Entered by office", index=False)
    reviewed_by: Mapped[int | None] = columns.ref(
        "user_account.id", "审核人", "Reviewed by", null=True, index=False, machine=True
    )
    reviewed_at: Mapped[datetime | None] = columns.instant(
        "审核时间", "Reviewed at", null=True, machine=True
    )
    lifted_at: Mapped[datetime | None] = columns.instant(
        "解除时间", "Lifted at", null=True, machine=True
    )

    org: Mapped[Org] = relationship()
