"""Certificates (教师资格证书): issued here, taken over from history, or claimed."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, relationship

from models.base import columns
from models.base.choices import ID_TYPE, QUALIFICATION_TYPE, SEX
from models.base.orm import Business
from models.base.scope import Owned
from models.certification.choices import CertificateSource, CertificateStatus, NumberLayout
from models.certification.tables import CertificationApplication
from models.people.certificate_numbers import canonical_certificate_no
from models.people.rules import normalise_id_no
from models.people.tables import Person
from models.text import Label

if TYPE_CHECKING:
    from models.reference.tables import Org, Subject


class Certificate(Business):
    """One certificate with the identity as printed on it; the number is never issued again."""

    __tablename__ = "certificate"
    __area__ = "certification"
    __label__ = Label("教师资格证书", "Certificate")
    __scope__ = Owned("org_id")
    __title__ = "cert_no"
    __table_args__ = (
        CheckConstraint("length(cert_no) = 17", name="cert_no_has_17_digits"),
        CheckConstraint("length(cert_no_raw) IN (15, 17)", name="cert_no_raw_length"),
        CheckConstraint(
            "source <> 'system' OR (application_id IS NOT NULL AND org_id IS NOT NULL"
            " AND person_id IS NOT NULL)",
            name="issued_here_is_complete",
        ),
        CheckConstraint("print_count >= 0", name="print_count_not_negative"),
        Index("ix_certificate_org_id_issued_on", "org_id", "issued_on"),
    )

    cert_no: Mapped[str] = columns.string(
        17,
        "证书号码",
        "Certificate number",
        search="exact",
        spelled=canonical_certificate_no,
        unique=True,
    )
    cert_no_raw: Mapped[str] = columns.string(17, "证书号码（证面）", "Number as printed")
    layout: Mapped[str] = columns.choice(
        NumberLayout, "号码版式", "Layout", default=NumberLayout.v17.value
    )
    person_id: Mapped[int | None] = columns.ref("person.id", "申请人", "Person", null=True)
    name: Mapped[str] = columns.string(60, "姓名", "Name", search="name")
    id_type: Mapped[str] = columns.national(ID_TYPE, "证件类型", "Document type")
    id_no: Mapped[str] = columns.string(
        30,
        "证件号码",
        "Document number",
        sensitive="id_no",
        search="exact",
        spelled=normalise_id_no,
        index=True,
    )
    sex: Mapped[str] = columns.national(SEX, "性别", "Sex")
    birth_date: Mapped[date] = columns.day("出生日期", "Date of birth")
    ethnic_code: Mapped[str | None] = columns.code("ETHNIC", "民族", "Ethnicity", null=True)
    qualification_type: Mapped[int] = columns.national(
        QUALIFICATION_TYPE, "资格种类", "Qualification type", number=True
    )
    subject_id: Mapped[int | None] = columns.ref(
        "subject.id", "任教学科", "Subject", null=True, index=False
    )
    subject_name: Mapped[str] = columns.string(60, "任教学科名称", "Subject as printed")
    org_id: Mapped[int | None] = columns.ref(
        "org.id", "认定机构", "Authority", null=True, index=False
    )
    org_name: Mapped[str] = columns.string(100, "认定机构名称", "Authority as printed")
    issued_on: Mapped[date] = columns.day("发证日期", "Issued on")
    application_id: Mapped[int | None] = columns.ref(
        "certification_application.id",
        "认定申请",
        "Application",
        null=True,
        unique=True,
        index=False,
    )
    source: Mapped[str] = columns.choice(
        CertificateSource, "来源", "Source", default=CertificateSource.system.value
    )
    status: Mapped[str] = columns.choice(
        CertificateStatus,
        "证书状态",
        "Status",
        default=CertificateStatus.valid.value,
        machine=True,
    )
    print_count: Mapped[int] = columns.integer("打印次数", "Times printed", default=0, system=True)
    shipped_waybill_no: Mapped[str | None] = columns.string(
        30, "邮寄单号", "Waybill number", null=True
    )

    person: Mapped[Person | None] = relationship()
    subject: Mapped[Subject | None] = relationship()
    org: Mapped[Org | None] = relationship()
    application: Mapped[CertificationApplication | None] = relationship()
