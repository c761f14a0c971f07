"""What belongs to one application: the résumé and the check-list of materials."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, relationship

from models.base import columns
from models.base.orm import Business
from models.base.scope import Via
from models.certification.choices import MaterialState
from models.certification.tables import CertificationApplication
from models.text import Label


class ApplicationResume(Business):
    """One line of the applicant's résumé."""

    __tablename__ = "application_resume"
    __area__ = "certification"
    __label__ = Label("申请人简历", "Résumé")
    __scope__ = Via("certification_application", "application_id")
    __part_of__ = "application_id"
    __title__ = "unit"
    __removal__ = "free"
    __table_args__ = (CheckConstraint("start_month <= end_month", name="months_ordered"),)

    application_id: Mapped[int] = columns.ref(
        "certification_application.id", "认定申请", "Application", ondelete="CASCADE"
    )
    start_month: Mapped[date] = columns.day("开始年月", "From month")
    end_month: Mapped[date | None] = columns.day("结束年月", "To month", null=True)
    unit: Mapped[str] = columns.string(120, "单位", "Organisation")
    position: Mapped[str | None] = columns.string(60, "职务", "Position", null=True)
    witness: Mapped[str | None] = columns.string(60, "证明人", "Witness", null=True)
    sort: Mapped[int] = columns.integer("排序", "Order", default=0)

    application: Mapped[CertificationApplication] = relationship(back_populates="resumes")


class ApplicationMaterial(Business):
    """One material that the office wants to see for an application (reading 13)."""

    __tablename__ = "application_material"
    __area__ = "certification"
    __label__ = Label("申请材料", "Material")
    __scope__ = Via("certification_application", "application_id")
    __part_of__ = "application_id"
    __title__ = "material_code"
    __table_args__ = (
        UniqueConstraint("application_id", "material_code"),
        CheckConstraint("copies >= 0", name="copies_not_negative"),
    )

    application_id: Mapped[int] = columns.ref(
        "certification_application.id",
        "认定申请",
        "Application",
        ondelete="CASCADE",
        index=False,
    )
    material_code: Mapped[str] = columns.code("MATERIAL_TYPE", "材料", "Material")
    required: Mapped[bool] = columns.boolean("必交", "Required", default=True)
    state: Mapped[str] = columns.choice(
        MaterialState, "状态", "State", default=MaterialState.pending.value, machine=True
    )
    is_original: Mapped[bool] = columns.boolean("原件", "Original")
    copies: Mapped[int] = columns.integer("份数", "Copies", small=True, default=1)
    note: Mapped[str | None] = columns.string(500, "说明", "Note", null=True)
    checked_by: Mapped[int | None] = columns.ref(
        "user_account.id", "核对人", "Checked by", null=True, index=False, machine=True
    )
    checked_at: Mapped[datetime | None] = columns.instant(
        "核对时间", "Checked at", null=True, machine=True
    )

    application: Mapped[CertificationApplication] = relationship(back_populates="materials")
