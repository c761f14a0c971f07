"""Applications for certification (教师资格认定申请)."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, relationship, validates

from models.base import columns
from models.base.choices import ID_TYPE, QUALIFICATION_TYPE, SEX
from models.base.orm import Business, SameRow, nulls_first_index
from models.base.spelling import plain_number
from models.certification.choices import CertStatus, DataSource, ExamChannel, PlaceBasis
from models.people.rules import normalise_id_no
from models.people.scope import OF_APPLICATIONS
from models.people.tables import Person, PersonCredential
from models.planning.tables import SiteArrangement, WorkPlan
from models.text import Label

if TYPE_CHECKING:
    from models.certification.tables_parts import ApplicationMaterial, ApplicationResume
    from models.reference.tables import Org, Subject


class CertificationApplication(Business):
    """One person's application in one plan; identity columns are copied when it is made."""

    __tablename__ = "certification_application"
    __area__ = "certification"
    __label__ = Label("教师资格认定申请", "Certification application")
    __scope__ = OF_APPLICATIONS
    __title__ = "apply_no"
    __named_by__ = ("name",)
    __removal__ = "draft"
    __table_args__ = (
        UniqueConstraint("plan_id", "id_type", "id_no"),
        UniqueConstraint("receipt_no"),
        CheckConstraint(
            "status = 'draft' OR (apply_no IS NOT NULL AND arrangement_id IS NOT NULL"
            " AND site_id IS NOT NULL AND submitted_at IS NOT NULL)",
            name="submitted_is_complete",
        ),
        CheckConstraint(
            "status <> 'materials_incomplete' OR status_note IS NOT NULL",
            name="incomplete_is_explained",
        ),
        CheckConstraint(
            "status NOT IN ('approved_unnumbered', 'approved_numbered') OR reviewed_at IS NOT NULL",
            name="approval_is_dated",
        ),
        CheckConstraint(
            "status <> 'approved_numbered' OR numbered_at IS NOT NULL", name="number_is_dated"
        ),
        CheckConstraint(
            "(site_id IS NULL) = (arrangement_id IS NULL)", name="site_with_arrangement"
        ),
        SameRow(
            "fk_certification_application_arrangement",
            "arrangement_id plan_id site_id",
            "site_arrangement",
            "id plan_id site_id",
        ),
        CheckConstraint("form_print_count >= 0", name="form_print_count_not_negative"),
        Index("ix_certification_application_queue", "org_id", "status", "plan_id"),
        Index("ix_certification_application_site_queue", "site_id", "status"),
        *nulls_first_index("uq_certification_application_apply_no", "apply_no", unique=True),
        *nulls_first_index("ix_certification_application_submitted_at", "submitted_at", "id"),
    )

    apply_no: Mapped[str | None] = columns.string(
        20,
        "报名号",
        "Application number",
        search="exact",
        spelled=plain_number,
        null=True,
        machine=True,
    )
    plan_id: Mapped[int] = columns.ref("work_plan.id", "认定计划", "Plan", index=False)
    org_id: Mapped[int] = columns.ref("org.id", "认定机构", "Authority", index=False)
    arrangement_id: Mapped[int | None] = columns.ref(
        "site_arrangement.id", "确认点安排", "Site arrangement", null=True, index=False
    )
    site_id: Mapped[int | None] = columns.ref(
        "org.id", "确认点", "Confirmation site", null=True, index=False
    )
    person_id: Mapped[int] = columns.ref("person.id", "申请人", "Applicant")
    name: Mapped[str] = columns.string(60, "姓名", "Name", search="name")
    id_type: Mapped[str] = columns.national(ID_TYPE, "证件类型", "Document type", default="1")
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
    political_code: Mapped[str | None] = columns.code(
        "POLITICAL", "政治面貌", "Political status", null=True
    )
    exam_channel: Mapped[str] = columns.choice(
        ExamChannel, "考试形式", "Examination", default=ExamChannel.national_exam.value
    )
    exam_credential_id: Mapped[int | None] = columns.ref(
        "person_credential.id", "考试合格证", "Examination pass", null=True, index=False
    )
    qualification_type: Mapped[int] = columns.national(
        QUALIFICATION_TYPE, "申请资格种类", "Qualification type", number=True
    )
    subject_id: Mapped[int] = columns.ref("subject.id", "任教学科", "Subject", index=False)
    place_basis: Mapped[str] = columns.choice(
        PlaceBasis, "申请地依据", "Basis of place", default=PlaceBasis.household.value
    )
    edu_level_code: Mapped[str | None] = columns.code(
        "EDU_LEVEL", "最高学历", "Education", null=True
    )
    degree_code: Mapped[str | None] = columns.code("DEGREE", "最高学位", "Degree", null=True)
    school_name: Mapped[str | None] = columns.string(120, "毕业学校", "School", null=True)
    major_code: Mapped[str | None] = columns.code("MAJOR", "所学专业", "Major", null=True)
    major_category_code: Mapped[str | None] = columns.code(
        "MAJOR_CATEGORY", "专业类别", "Category of major", null=True
    )
    learn_form_code: Mapped[str | None] = columns.code(
        "LEARN_FORM", "学习形式", "Form of study", null=True
    )
    graduated_on: Mapped[date | None] = columns.day("毕业日期", "Graduated on", null=True)
    is_fresh_graduate: Mapped[bool] = columns.boolean("应届毕业生", "Fresh graduate")
    pth_level_code: Mapped[str | None] = columns.code(
        "PTH_LEVEL", "普通话水平", "Putonghua level", null=True
    )
    pth_cert_no: Mapped[str | None] = columns.string(
        40, "普通话证书编号", "Putonghua certificate", null=True
    )
    work_unit: Mapped[str | None] = columns.string(120, "工作单位", "Employer", null=True)
    occupation_code: Mapped[str | None] = columns.code(
        "OCCUPATION", "现从事职业", "Occupation", null=True
    )
    title_code: Mapped[str | None] = columns.code(
        "TITLE", "专业技术职务", "Professional title", null=True
    )
    address: Mapped[str | None] = columns.string(
        200, "通讯地址", "Postal address", sensitive="address", null=True
    )
    zip_code: Mapped[str | None] = columns.string(6, "邮政编码", "Postcode", null=True)
    mobile: Mapped[str | None] = columns.string(
        20, "手机号码", "Mobile", sensitive="mobile", search="exact", null=True, index=True
    )
    email: Mapped[str | None] = columns.string(
        120, "电子邮箱", "E-mail", sensitive="email", null=True
    )
    photo_attachment_id: Mapped[int | None] = columns.ref(
        "attachment.id", "照片", "Photograph", null=True, index=False
    )
    pledge_signed: Mapped[bool] = columns.boolean("已签署个人承诺书", "Pledge signed")
    moral_form_received: Mapped[bool] = columns.boolean(
        "已收思想品德鉴定表", "Conduct form received"
    )
    status: Mapped[str] = columns.choice(
        CertStatus, "状态", "Status", default=CertStatus.draft.value, machine=True
    )
    status_note: Mapped[str | None] = columns.string(
        500, "具体说明", "Note", null=True, machine=True
    )
    submitted_at: Mapped[datetime | None] = columns.instant(
        "提交时间", "Submitted at", null=True, machine=True
    )
    confirmed_at: Mapped[datetime | None] = columns.instant(
        "确认时间", "Confirmed at", null=True, machine=True
    )
    confirmed_by: Mapped[int | None] = columns.ref(
        "user_account.id", "确认人", "Confirmed by", null=True, index=False, machine=True
    )
    material_deadline: Mapped[datetime | None] = columns.instant(
        "补全材料截止", "Materials due", typed="end", null=True, machine=True
    )
    reviewer_id: Mapped[int | None] = columns.ref(
        "user_account.id", "经办审核人", "Reviewer", null=True, index=False
    )
    reviewed_at: Mapped[datetime | None] = columns.instant(
        "审核时间", "Reviewed at", null=True, machine=True
    )
    reviewed_by: Mapped[int | None] = columns.ref(
        "user_account.id", "审核人", "Reviewed by", null=True, index=False, machine=True
    )
    review_opinion: Mapped[str | None] = columns.string(
        500, "审核意见", "Opinion", null=True, machine=True
    )
    numbered_at: Mapped[datetime | None] = columns.instant(
        "编号时间", "Numbered at", null=True, machine=True
    )
    receipt_no: Mapped[str | None] = columns.string(
        20, "受理凭证号", "Receipt number", null=True, machine=True
    )
    receipt_printed_at: Mapped[datetime | None] = columns.instant(
        "凭证打印时间", "Receipt printed at", null=True, system=True
    )
    form_print_count: Mapped[int] = columns.integer(
        "申请表打印次数", "Times the form was printed", default=0, system=True
    )
    data_source: Mapped[str] = columns.choice(
        DataSource, "数据来源", "Source", default=DataSource.staff_entry.value, system=True
    )

    plan: Mapped[WorkPlan] = relationship()
    org: Mapped[Org] = relationship(foreign_keys="CertificationApplication.org_id")
    site: Mapped[Org | None] = relationship(foreign_keys="CertificationApplication.site_id")
    arrangement: Mapped[SiteArrangement | None] = relationship()
    person: Mapped[Person] = relationship()
    subject: Mapped[Subject] = relationship()
    exam_credential: Mapped[PersonCredential | None] = relationship()
    resumes: Mapped[list[ApplicationResume]] = relationship(
        back_populates="application",
        order_by="(ApplicationResume.sort, ApplicationResume.id)",
        cascade="all, delete-orphan",
        passive_deletes=True,
    )
    materials: Mapped[list[ApplicationMaterial]] = relationship(
        back_populates="application",
        order_by="ApplicationMaterial.id",
        cascade="all, delete-orphan",
        passive_deletes=True,
    )

    @validates("arrangement")
    def _keep_site(self, _key: str, arrangement: SiteArrangement | None) -> SiteArrangement | None:
        self.site_id = arrangement.site_id if arrangement else None
        return arrangement

    def caption(self) -> str:
        """Return the application number, or while there is none the name."""
        return self.apply_no or self.name
