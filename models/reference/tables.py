"""Regions, code sets, subjects, required materials, and the one tree of organisations."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import CheckConstraint, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, relationship
from typing_extensions import override

from models.base import columns as c
from models.base.choices import ID_TYPE, QUALIFICATION_TYPE, Choice, NationalCode
from models.base.orm import Base, Business, prefix_index
from models.base.scope import Via
from models.reference.scope import OrgTree
from models.text import Label

REGION_LEVEL = NationalCode(
    [
        ("0", "国家", "Country"),
        ("1", "省级", "Province"),
        ("2", "地级", "Prefecture"),
        ("3", "县级", "County"),
    ]
)


class Region(Business):
    """An administrative division of GB/T 2260; old codes stay, with the years of their validity."""

    __tablename__ = "region"
    __area__ = "reference"
    __label__ = Label("行政区划", "Region")
    __family__ = "reference"
    __title__ = "name"
    __table_args__ = (
        Index(None, "province_code", "level"),
        prefix_index("ix_region_name", "name"),
        CheckConstraint("valid_to >= valid_from", name="years_in_order"),
    )

    code: Mapped[str] = c.string(6, "代码", "Code", unique=True, search="exact")
    name: Mapped[str] = c.string(60, "名称", "Name", search="prefix")
    level: Mapped[int] = c.national(REGION_LEVEL, "级别", "Level", number=True)
    parent_code: Mapped[str | None] = c.ref(
        "region.code", "上级", "Parent", type_=String(6), null=True
    )
    province_code: Mapped[str] = c.string(2, "省级代码", "Province code")
    is_active: Mapped[bool] = c.boolean("现行", "Active", default=True)
    valid_from: Mapped[int | None] = c.integer("启用年份", "Valid from", small=True, null=True)
    valid_to: Mapped[int | None] = c.integer("停用年份", "Valid to", small=True, null=True)


class CodeSet(Business):
    """A named list of codes, such as ETHNIC or EDU_LEVEL."""

    __tablename__ = "code_set"
    __area__ = "reference"
    __label__ = Label("代码集", "Code set")
    __family__ = "reference"
    __title__ = "name"

    code: Mapped[str] = c.string(32, "代码", "Code", unique=True, search="exact")
    name: Mapped[str] = c.string(60, "名称", "Name", search="prefix")
    name_en: Mapped[str | None] = c.string(60, "英文名称", "English name", null=True)
    standard: Mapped[str | None] = c.string(60, "标准号", "Standard", null=True)
    is_editable: Mapped[bool] = c.boolean("可维护", "Editable")


class CodeItem(Business):
    """One code of a set; columns hold its ``code``, so an item that was used is never deleted."""

    __tablename__ = "code_item"
    __area__ = "reference"
    __label__ = Label("代码项", "Code item")
    __family__ = "reference"
    __title__ = "name"
    __removal__ = "trash"
    __table_args__ = (
        UniqueConstraint("set_code", "code"),
        Index(None, "set_code", "enabled", "sort"),
        prefix_index("ix_code_item_name", "name"),
    )

    set_code: Mapped[str] = c.ref(
        "code_set.code", "代码集", "Code set", type_=String(32), index=False
    )
    code: Mapped[str] = c.string(20, "代码", "Code", search="exact")
    name: Mapped[str] = c.string(120, "名称", "Name", search="prefix")
    name_en: Mapped[str | None] = c.string(120, "英文名称", "English name", null=True)
    parent_id: Mapped[int | None] = c.ref("code_item.id", "上级", "Parent", null=True)
    sort: Mapped[int] = c.integer("排序", "Order", default=0)
    enabled: Mapped[bool] = c.boolean("启用", "Enabled", default=True)
    attrs: Mapped[dict[str, Any] | None] = c.json("附加属性", "Attributes", null=True)
    is_deleted: Mapped[bool] = c.boolean("已删除", "Deleted", system=True)

    set: Mapped[CodeSet] = relationship()
    parent: Mapped[CodeItem | None] = relationship(remote_side="CodeItem.id")

    @override
    def named_in(self) -> Iterable[tuple[Any, Any]]:
        """Return the columns that hold codes of this set, whatever the table."""
        for table in Base.metadata.sorted_tables:
            for column in table.columns:
                if c.meta(column).code_set == self.set_code:
                    yield column, self.code


class Subject(Business):
    """A subject to teach; without a :class:`SubjectType` it is one of any [CERT-10, AUTH-11]."""

    __tablename__ = "subject"
    __area__ = "reference"
    __label__ = Label("任教学科", "Subject")
    __family__ = "reference"
    __title__ = "name"
    __removal__ = "trash"
    __table_args__ = (prefix_index("ix_subject_name", "name"),)

    code: Mapped[str] = c.string(20, "代码", "Code", unique=True, search="exact")
    name: Mapped[str] = c.string(60, "名称", "Name", search="prefix")
    parent_id: Mapped[int | None] = c.ref("subject.id", "上级", "Parent", null=True)
    is_leaf: Mapped[bool] = c.boolean("末级", "Leaf", default=True)
    enabled: Mapped[bool] = c.boolean("启用", "Enabled", default=True)
    requested_by_org_id: Mapped[int | None] = c.ref(
        "org.id", "申请增设机构", "Requested by", null=True
    )
    is_deleted: Mapped[bool] = c.boolean("已删除", "Deleted", system=True)

    parent: Mapped[Subject | None] = relationship(remote_side="Subject.id")


class SubjectType(Business):
    """A qualification type that a subject belongs to [CERT-10]."""

    __tablename__ = "subject_type"
    __area__ = "reference"
    __label__ = Label("学科资格种类", "Qualification type of a subject")
    __family__ = "reference"
    __part_of__ = "subject_id"
    __title__ = "qualification_type"
    __removal__ = "free"
    __table_args__ = (UniqueConstraint("subject_id", "qualification_type"),)

    subject_id: Mapped[int] = c.ref(
        "subject.id", "任教学科", "Subject", ondelete="CASCADE", index=False
    )
    qualification_type: Mapped[int] = c.national(
        QUALIFICATION_TYPE, "资格种类", "Qualification type", number=True
    )

    subject: Mapped[Subject] = relationship()


class MaterialRule(Business):
    """A material that an application needs (reading 13); None in a condition means any value."""

    __tablename__ = "material_rule"
    __area__ = "reference"
    __label__ = Label("材料规则", "Material rule")
    __family__ = "reference"
    __holds_named__ = True
    __title__ = "material_code"
    __table_args__ = (
        Index(
            "uq_material_rule_conditions",
            text("coalesce(qualification_type, 0)"),
            text("coalesce(id_type, '')"),
            text("coalesce(is_fresh_graduate, false)"),
            text("(is_fresh_graduate IS NULL)"),
            "material_code",
            unique=True,
        ),
    )

    qualification_type: Mapped[int | None] = c.national(
        QUALIFICATION_TYPE, "资格种类", "Qualification type", number=True, null=True
    )
    id_type: Mapped[str | None] = c.national(ID_TYPE, "证件类型", "ID type", null=True)
    is_fresh_graduate: Mapped[bool | None] = c.boolean(
        "应届毕业生", "Fresh graduate", null=True, default=None
    )
    material_code: Mapped[str] = c.code("MATERIAL_TYPE", "材料", "Material")
    required: Mapped[bool] = c.boolean("必需", "Required", default=True)


class OrgKind(Choice):
    """What an organisation is."""

    center = "center", "资格中心", "Centre"  # type: ignore[assignment]  # shadows str.center
    province = "province", "省级", "Province"
    city = "city", "市级", "City"
    county = "county", "县级", "County"
    site = "site", "确认点", "Confirmation site"
    school = "school", "学校", "School"


class Org(Business):
    """An organisation. ``path`` (``/1/5/9/``) is kept by ``models.reference.operations``."""

    __tablename__ = "org"
    __area__ = "reference"
    __label__ = Label("机构", "Organisation")
    __scope__ = OrgTree()
    __title__ = "name"
    __removal__ = "trash"
    __held_by_any__ = True  # one with a past is closed (``enabled``), not thrown away
    __table_args__ = (
        UniqueConstraint("province_code", "cert_org_code"),
        CheckConstraint(
            "NOT is_certifying OR"
            " (cert_org_code IS NOT NULL AND kind IN ('province', 'city', 'county'))",
            name="certifying_authority_has_code",
        ),
        CheckConstraint(
            "kind <> 'site' OR parent_id IS NOT NULL", name="site_belongs_to_authority"
        ),
        CheckConstraint("parent_id <> id", name="parent_is_another"),
        CheckConstraint(
            "cert_org_code IS NULL"
            " OR (length(cert_org_code) = 3 AND ltrim(cert_org_code, '0123456789') = ''"
            " AND length(province_code) = 2 AND ltrim(province_code, '0123456789') = '')",
            name="numbering_code_is_digits",
        ),
        Index(None, "kind", "province_code"),
        prefix_index("ix_org_name", "name"),
    )

    name: Mapped[str] = c.string(100, "名称", "Name", search="prefix")
    kind: Mapped[str] = c.choice(OrgKind, "类别", "Kind")
    parent_id: Mapped[int | None] = c.ref("org.id", "上级机构", "Parent", null=True)
    path: Mapped[str] = c.string(
        200, "路径", "Path", ascii_order=True, default="", system=True, index=True
    )
    region_code: Mapped[str] = c.ref("region.code", "行政区划", "Region", type_=String(6))
    province_code: Mapped[str] = c.string(2, "省级代码", "Province code")
    cert_org_code: Mapped[str | None] = c.string(3, "认定机构代码", "Authority code", null=True)
    is_certifying: Mapped[bool] = c.boolean("开展认定", "Certifies")
    is_registering: Mapped[bool] = c.boolean("开展注册", "Registers")
    is_open: Mapped[bool] = c.boolean("开通", "Open")
    school_code: Mapped[str | None] = c.string(
        12, "学校标识码", "School code", null=True, unique=True
    )
    school_nature: Mapped[str | None] = c.code(
        "SCHOOL_NATURE", "办学性质", "Nature of school", 4, null=True
    )
    area_type: Mapped[str | None] = c.code("AREA_TYPE", "城乡类型", "Area type", 4, null=True)
    stage: Mapped[str | None] = c.code("TEACH_STAGE", "学段", "Stage", 4, null=True)
    address: Mapped[str | None] = c.string(200, "地址", "Address", null=True)
    phone: Mapped[str | None] = c.string(30, "电话", "Telephone", null=True)
    confirm_scope_note: Mapped[str | None] = c.paragraph(
        "确认范围", "Persons confirmed here", null=True
    )
    notice: Mapped[str | None] = c.paragraph("注意事项", "Notice", null=True)
    enabled: Mapped[bool] = c.boolean("启用", "Enabled", default=True)
    is_deleted: Mapped[bool] = c.boolean("已删除", "Deleted", system=True)

    parent: Mapped[Org | None] = relationship(remote_side="Org.id")
    region: Mapped[Region] = relationship()


class OrgQualificationType(Business):
    """A qualification type that an authority certifies [CERT-09, APPT-03]."""

    __tablename__ = "org_qualification_type"
    __area__ = "reference"
    __label__ = Label("认定机构资格种类", "Qualification type of an authority")
    __scope__ = Via("org", "org_id")
    __title__ = "qualification_type"
    __table_args__ = (UniqueConstraint("org_id", "qualification_type"),)

    org_id: Mapped[int] = c.ref("org.id", "机构", "Organisation", index=False)
    qualification_type: Mapped[int] = c.national(
        QUALIFICATION_TYPE, "资格种类", "Qualification type", number=True
    )

    org: Mapped[Org] = relationship()
