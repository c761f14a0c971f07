"""Applicants and the credentials they bring."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, relationship

from models.base import columns
from models.base.choices import ID_TYPE, QUALIFICATION_TYPE, SEX
from models.base.orm import Business
from models.base.scope import Via
from models.people.choices import CredentialKind, CredentialMode, IdCheckState, VerifyStatus
from models.people.rules import normalise_id_no
from models.people.scope import ThroughApplications
from models.text import Label

if TYPE_CHECKING:
    from models.reference.tables import Region, Subject


class Person(Business):
    """One applicant, known by document type and number, which never change [CERT-51]."""

    __tablename__ = "person"
    __area__ = "people"
    __label__ = Label("申请人", "Applicant")
    __scope__ = ThroughApplications()
    __title__ = "name"
    __table_args__ = (
        UniqueConstraint("id_type", "id_no"),
        Index("ix_person_id_no", "id_no"),
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
    sex: Mapped[str] = columns.national(SEX, "性别", "Sex")
    birth_date: Mapped[date] = columns.day("出生日期", "Date of birth")
    ethnic_code: Mapped[str | None] = columns.code("ETHNIC", "民族", "Ethnicity", null=True)
    political_code: Mapped[str | None] = columns.code(
        "POLITICAL", "政治面貌", "Political status", null=True
    )
    local_id_no: Mapped[str | None] = columns.string(
        30, "港澳台身份证号", "Local ID number", sensitive="id_no", null=True
    )
    mobile: Mapped[str | None] = columns.string(
        20, "手机号码", "Mobile", sensitive="mobile", search="exact", null=True, index=True
    )
    phone: Mapped[str | None] = columns.string(
        30, "固定电话", "Telephone", sensitive="mobile", null=True
    )
    email: Mapped[str | None] = columns.string(
        120, "电子邮箱", "E-mail", sensitive="email", null=True
    )
    address: Mapped[str | None] = columns.string(
        200, "通讯地址", "Postal address", sensitive="address", null=True
    )
    zip_code: Mapped[str | None] = columns.string(6, "邮政编码", "Postcode", null=True)
    birth_place: Mapped[str | None] = columns.string(100, "出生地", "Place of birth", null=True)
    household_region: Mapped[str | None] = columns.ref(
        "region.code", "户籍所在地", "Household region", type_=String(6), null=True
    )
    photo_attachment_id: Mapped[int | None] = columns.ref(
        "attachment.id", "照片", "Photograph", null=True, index=False
    )
    id_check: Mapped[str] = columns.choice(
        IdCheckState,
        "证件校验",
        "Document check",
        default=IdCheckState.unchecked.value,
        system=True,
    )
    account_id: Mapped[int | None] = columns.ref(
        "user_account.id", "账号", "Account", null=True, unique=True, index=False, system=True
    )

    household: Mapped[Region | None] = relationship()
    credentials: Mapped[list[PersonCredential]] = relationship(
        back_populates="person", order_by="PersonCredential.id"
    )


class PersonCredential(Business):
    """A certificate of examination, Putonghua, education, enrolment or degree [CERT-57]."""

    __tablename__ = "person_credential"
    __area__ = "people"
    __label__ = Label("证明信息", "Credential")
    __scope__ = Via("person", "person_id")
    __table_args__ = (
        CheckConstraint(
            "mode <> 'manual' OR attachment_id IS NOT NULL OR is_fresh_graduate"
            " OR verify_status = 'pending'",
            name="manual_has_picture",
        ),
        CheckConstraint(
            "mode <> 'manual' OR verify_status <> 'not_required'", name="manual_is_verified"
        ),
        CheckConstraint("valid_until >= issued_on", name="validity_ordered"),
        Index(
            "uq_person_credential_verified",
            "kind",
            "number",
            unique=True,
            postgresql_where=text("verify_status = 'passed'"),
            sqlite_where=text("verify_status = 'passed'"),
        ),
        Index("ix_person_credential_number", "number"),
        Index("ix_person_credential_verify_status_kind", "verify_status", "kind"),
    )

    person_id: Mapped[int] = columns.ref("person.id", "申请人", "Applicant")
    kind: Mapped[str] = columns.choice(CredentialKind, "证明种类", "Kind")
    number: Mapped[str | None] = columns.string(
        40, "证书编号", "Certificate number", search="exact", null=True
    )
    mode: Mapped[str] = columns.choice(
        CredentialMode, "取得方式", "Mode", default=CredentialMode.manual.value
    )
    verify_status: Mapped[str] = columns.choice(
        VerifyStatus,
        "核验状态",
        "Verification",
        default=VerifyStatus.pending.value,
        machine=True,
    )
    verify_note: Mapped[str | None] = columns.string(
        500, "核验说明", "Verification note", null=True, machine=True
    )
    verified_by: Mapped[int | None] = columns.ref(
        "user_account.id", "核验人", "Verified by", null=True, index=False, machine=True
    )
    verified_at: Mapped[datetime | None] = columns.instant(
        "核验时间", "Verified at", null=True, machine=True
    )
    level_code: Mapped[str | None] = columns.string(
        20, "等级/学历/学位代码", "Level code", null=True
    )
    institution: Mapped[str | None] = columns.string(
        120, "发证单位/毕业院校", "Institution", null=True
    )
    major_code: Mapped[str | None] = columns.code("MAJOR", "专业", "Major", null=True)
    learn_form_code: Mapped[str | None] = columns.code(
        "LEARN_FORM", "学习形式", "Form of study", null=True
    )
    issued_on: Mapped[date | None] = columns.day("发证日期", "Issued on", null=True)
    valid_until: Mapped[date | None] = columns.day("有效期至", "Valid until", null=True)
    qualification_type: Mapped[int | None] = columns.national(
        QUALIFICATION_TYPE, "资格种类", "Qualification type", number=True, null=True
    )
    subject_id: Mapped[int | None] = columns.ref(
        "subject.id", "任教学科", "Subject", null=True, index=False
    )
    attachment_id: Mapped[int | None] = columns.ref(
        "attachment.id", "证书图片", "Picture", null=True, index=False
    )
    is_fresh_graduate: Mapped[bool] = columns.boolean("应届毕业生", "Fresh graduate")

    person: Mapped[Person] = relationship(back_populates="credentials")
    subject: Mapped[Subject | None] = relationship()

    def caption(self) -> str:
        """Return the number, or for a credential without one its kind."""
        return self.number or CredentialKind.labels()[self.kind].zh
