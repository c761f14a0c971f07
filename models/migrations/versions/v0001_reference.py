"""Regions, code sets, organisations, subjects and the rules on materials."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from models.migrations.vocabulary import JSON, ascii_string, key, known, marks, prefix, ref

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables, those referred to first."""
    for make in (
        _region,
        _code_set,
        _code_item,
        _org,
        _subject,
        _org_qualification_type,
        _material_rule,
    ):
        make()


def downgrade() -> None:
    """Drop the tables, those that refer first."""
    for name in (
        "material_rule",
        "org_qualification_type",
        "subject",
        "org",
        "code_item",
        "code_set",
        "region",
    ):
        op.drop_table(name)


def _region() -> None:
    op.create_table(
        "region",
        key(),
        sa.Column("code", sa.String(6), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("level", sa.SmallInteger, nullable=False),
        ref("parent_code", "region.code", sa.String(6), null=True),
        sa.Column("province_code", sa.String(2), nullable=False),
        sa.Column("is_active", sa.Boolean, nullable=False),
        sa.Column("valid_from", sa.SmallInteger),
        sa.Column("valid_to", sa.SmallInteger),
        *marks(),
        sa.UniqueConstraint("code"),
        known("level", 0, 1, 2, 3),
        sa.CheckConstraint("valid_to >= valid_from", name="years_in_order"),
    )
    op.create_index("ix_region_name", "region", ["name"], **prefix("name"))
    op.create_index("ix_region_parent_code", "region", ["parent_code"])
    op.create_index("ix_region_province_code_level", "region", ["province_code", "level"])


def _code_set() -> None:
    op.create_table(
        "code_set",
        key(),
        sa.Column("code", sa.String(32), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("name_en", sa.String(60)),
        sa.Column("standard", sa.String(60)),
        sa.Column("is_editable", sa.Boolean, nullable=False),
        *marks(),
        sa.UniqueConstraint("code"),
    )


def _code_item() -> None:
    op.create_table(
        "code_item",
        key(),
        ref("set_code", "code_set.code", sa.String(32)),
        sa.Column("code", sa.String(20), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("name_en", sa.String(120)),
        ref("parent_id", "code_item.id", null=True),
        sa.Column("sort", sa.Integer, nullable=False),
        sa.Column("enabled", sa.Boolean, nullable=False),
        sa.Column("attrs", JSON),
        sa.Column("is_deleted", sa.Boolean, nullable=False),
        *marks(),
        sa.UniqueConstraint("set_code", "code"),
    )
    op.create_index("ix_code_item_name", "code_item", ["name"], **prefix("name"))
    op.create_index("ix_code_item_parent_id", "code_item", ["parent_id"])
    op.create_index(
        "ix_code_item_set_code_enabled_sort", "code_item", ["set_code", "enabled", "sort"]
    )


def _org() -> None:
    op.create_table(
        "org",
        key(),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        ref("parent_id", "org.id", null=True),
        sa.Column("path", ascii_string(200), nullable=False),
        ref("region_code", "region.code", sa.String(6)),
        sa.Column("province_code", sa.String(2), nullable=False),
        sa.Column("cert_org_code", sa.String(3)),
        sa.Column("is_certifying", sa.Boolean, nullable=False),
        sa.Column("is_registering", sa.Boolean, nullable=False),
        sa.Column("is_open", sa.Boolean, nullable=False),
        sa.Column("school_code", sa.String(12)),
        sa.Column("school_nature", sa.String(4)),
        sa.Column("area_type", sa.String(4)),
        sa.Column("stage", sa.String(4)),
        sa.Column("address", sa.String(200)),
        sa.Column("phone", sa.String(30)),
        sa.Column("confirm_scope_note", sa.Text),
        sa.Column("notice", sa.Text),
        sa.Column("enabled", sa.Boolean, nullable=False),
        sa.Column("is_deleted", sa.Boolean, nullable=False),
        *marks(),
        sa.UniqueConstraint("province_code", "cert_org_code"),
        sa.UniqueConstraint("school_code"),
        sa.CheckConstraint(
            "NOT is_certifying OR (cert_org_code IS NOT NULL AND kind IN ('province', "
            "'city', 'county'))",
            name="certifying_authority_has_code",
        ),
        known("kind", "center", "province", "city", "county", "site", "school"),
        sa.CheckConstraint("parent_id <> id", name="parent_is_another"),
        sa.CheckConstraint(
            "kind <> 'site' OR parent_id IS NOT NULL", name="site_belongs_to_authority"
        ),
    )
    op.create_index("ix_org_kind_province_code", "org", ["kind", "province_code"])
    op.create_index("ix_org_name", "org", ["name"], **prefix("name"))
    op.create_index("ix_org_parent_id", "org", ["parent_id"])
    op.create_index("ix_org_path", "org", ["path"])
    op.create_index("ix_org_region_code", "org", ["region_code"])


def _subject() -> None:
    op.create_table(
        "subject",
        key(),
        sa.Column("code", sa.String(20), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        ref("parent_id", "subject.id", null=True),
        sa.Column("qualification_type", sa.SmallInteger),
        sa.Column("is_leaf", sa.Boolean, nullable=False),
        sa.Column("enabled", sa.Boolean, nullable=False),
        ref("requested_by_org_id", "org.id", null=True),
        sa.Column("is_deleted", sa.Boolean, nullable=False),
        *marks(),
        sa.UniqueConstraint("code"),
        known("qualification_type", 1, 2, 3, 4, 5, 6, 7),
    )
    op.create_index("ix_subject_name", "subject", ["name"], **prefix("name"))
    op.create_index("ix_subject_parent_id", "subject", ["parent_id"])
    op.create_index(
        "ix_subject_qualification_type_enabled", "subject", ["qualification_type", "enabled"]
    )
    op.create_index("ix_subject_requested_by_org_id", "subject", ["requested_by_org_id"])


def _org_qualification_type() -> None:
    op.create_table(
        "org_qualification_type",
        key(),
        ref("org_id", "org.id"),
        sa.Column("qualification_type", sa.SmallInteger, nullable=False),
        *marks(),
        sa.UniqueConstraint("org_id", "qualification_type"),
        known("qualification_type", 1, 2, 3, 4, 5, 6, 7),
    )


def _material_rule() -> None:
    op.create_table(
        "material_rule",
        key(),
        sa.Column("qualification_type", sa.SmallInteger),
        sa.Column("id_type", sa.String(2)),
        sa.Column("is_fresh_graduate", sa.Boolean),
        sa.Column("material_code", sa.String(20), nullable=False),
        sa.Column("required", sa.Boolean, nullable=False),
        *marks(),
        known("id_type", "1", "2", "3", "4", "5", "6", "7", "8", "9", "A", "B", "C", "D", "Z"),
        known("qualification_type", 1, 2, 3, 4, 5, 6, 7),
    )
    op.create_index(
        "uq_material_rule_conditions",
        "material_rule",
        [
            sa.text("coalesce(qualification_type, 0)"),
            sa.text("coalesce(id_type, '')"),
            sa.text("coalesce(is_fresh_graduate, false)"),
            sa.text("(is_fresh_graduate IS NULL)"),
            "material_code",
        ],
        unique=True,
    )
