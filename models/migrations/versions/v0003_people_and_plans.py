"""Persons, restrictions and plans."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from models.migrations.vocabulary import (
    INSTANT,
    ascii_string,
    key,
    known,
    marks,
    prefix,
    ref,
    where,
)

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the tables, those referred to first."""
    for make in (_person, _person_credential, _restriction_entry, _work_plan, _site_arrangement):
        make()


def downgrade() -> None:
    """Drop the tables, those that refer first."""
    for name in (
        "site_arrangement",
        "work_plan",
        "restriction_entry",
        "person_credential",
        "person",
    ):
        op.drop_table(name)


def _person() -> None:
    op.create_table(
        "person",
        key(),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("name_pinyin", ascii_string(200), nullable=False),
        sa.Column("id_type", sa.String(2), nullable=False),
        sa.Column("id_no", sa.String(30), nullable=False),
        sa.Column("sex", sa.String(2), nullable=False),
        sa.Column("birth_date", sa.Date, nullable=False),
        sa.Column("ethnic_code", sa.String(20)),
        sa.Column("political_code", sa.String(20)),
        sa.Column("local_id_no", sa.String(30)),
        sa.Column("mobile", sa.String(20)),
        sa.Column("phone", sa.String(30)),
        sa.Column("email", sa.String(120)),
        sa.Column("address", sa.String(200)),
        sa.Column("zip_code", sa.String(6)),
        sa.Column("birth_place", sa.String(100)),
        ref("household_region", "region.code", sa.String(6), null=True),
        ref("photo_attachment_id", "attachment.id", null=True),
        sa.Column("id_check", sa.String(32), nullable=False),
        ref("account_id", "user_account.id", null=True),
        *marks(),
        sa.UniqueConstraint("account_id"),
        sa.UniqueConstraint("id_type", "id_no"),
        known("id_check", "unchecked", "ok", "region_warn", "checksum", "manual"),
        known("id_type", "1", "2", "3", "4", "5", "6", "7", "8", "9", "A", "B", "C", "D", "Z"),
        known("sex", "0", "1", "2", "9"),
    )
    op.create_index("ix_person_household_region", "person", ["household_region"])
    op.create_index("ix_person_id_no", "person", ["id_no"])
    op.create_index("ix_person_mobile", "person", ["mobile"])
    op.create_index("ix_person_name", "person", ["name"], **prefix("name"))
    op.create_index("ix_person_name_pinyin", "person", ["name_pinyin"])


def _person_credential() -> None:
    op.create_table(
        "person_credential",
        key(),
        ref("person_id", "person.id"),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("number", sa.String(40)),
        sa.Column("mode", sa.String(32), nullable=False),
        sa.Column("verify_status", sa.String(32), nullable=False),
        sa.Column("verify_note", sa.String(500)),
        ref("verified_by", "user_account.id", null=True),
        sa.Column("verified_at", INSTANT),
        sa.Column("level_code", sa.String(20)),
        sa.Column("institution", sa.String(120)),
        sa.Column("major_code", sa.String(20)),
        sa.Column("learn_form_code", sa.String(20)),
        sa.Column("issued_on", sa.Date),
        sa.Column("valid_until", sa.Date),
        sa.Column("qualification_type", sa.SmallInteger),
        ref("subject_id", "subject.id", null=True),
        ref("attachment_id", "attachment.id", null=True),
        sa.Column("is_fresh_graduate", sa.Boolean, nullable=False),
        *marks(),
        known("kind", "exam_pass", "putonghua", "education", "enrolment", "degree"),
        sa.CheckConstraint(
            "mode <> 'manual' OR attachment_id IS NOT NULL OR is_fresh_graduate OR "
            "verify_status = 'pending'",
            name="manual_has_picture",
        ),
        sa.CheckConstraint(
            "mode <> 'manual' OR verify_status <> 'not_required'", name="manual_is_verified"
        ),
        known("mode", "synced", "verified", "manual"),
        known("qualification_type", 1, 2, 3, 4, 5, 6, 7),
        sa.CheckConstraint("valid_until >= issued_on", name="validity_ordered"),
        known("verify_status", "not_required", "pending", "passed", "rejected"),
    )
    op.create_index("ix_person_credential_number", "person_credential", ["number"])
    op.create_index("ix_person_credential_person_id", "person_credential", ["person_id"])
    op.create_index(
        "ix_person_credential_verify_status_kind", "person_credential", ["verify_status", "kind"]
    )
    op.create_index(
        "uq_person_credential_verified",
        "person_credential",
        ["kind", "number"],
        unique=True,
        **where("verify_status = 'passed'"),
    )


def _restriction_entry() -> None:
    op.create_table(
        "restriction_entry",
        key(),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("id_type", sa.String(2), nullable=False),
        sa.Column("id_no", sa.String(30), nullable=False),
        sa.Column("cert_no", sa.String(17)),
        sa.Column("type", sa.String(32), nullable=False),
        sa.Column("effective_from", sa.Date, nullable=False),
        sa.Column("effective_to", sa.Date),
        sa.Column("basis", sa.String(200)),
        sa.Column("review_state", sa.String(32), nullable=False),
        sa.Column("review_note", sa.String(500)),
        ref("org_id", "org.id"),
        ref("reviewed_by", "user_account.id", null=True),
        sa.Column("reviewed_at", INSTANT),
        sa.Column("lifted_at", INSTANT),
        *marks(),
        sa.CheckConstraint(
            "type <> 'forfeited' OR effective_to IS NULL", name="forfeited_is_for_life"
        ),
        known("id_type", "1", "2", "3", "4", "5", "6", "7", "8", "9", "A", "B", "C", "D", "Z"),
        sa.CheckConstraint(
            "review_state <> 'lifted' OR lifted_at IS NOT NULL", name="lift_is_dated"
        ),
        sa.CheckConstraint("effective_to >= effective_from", name="period_ordered"),
        sa.CheckConstraint(
            "review_state <> 'reviewed' OR reviewed_at IS NOT NULL", name="review_is_dated"
        ),
        known("review_state", "pending", "reviewed", "rejected", "lifted"),
        known("type", "forfeited", "revoked_conduct", "revoked_fraud", "exam_cheat"),
    )
    op.create_index("ix_restriction_entry_cert_no", "restriction_entry", ["cert_no"])
    op.create_index("ix_restriction_entry_id_no", "restriction_entry", ["id_no"])
    op.create_index("ix_restriction_entry_name", "restriction_entry", ["name"], **prefix("name"))
    op.create_index(
        "ix_restriction_entry_org_id_review_state", "restriction_entry", ["org_id", "review_state"]
    )
    op.create_index("ix_restriction_entry_review_state", "restriction_entry", ["review_state"])


def _work_plan() -> None:
    op.create_table(
        "work_plan",
        key(),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        ref("org_id", "org.id"),
        ref("parent_plan_id", "work_plan.id", null=True),
        sa.Column("year", sa.SmallInteger, nullable=False),
        sa.Column("batch_no", sa.SmallInteger, nullable=False),
        sa.Column("join_in", sa.Boolean, nullable=False),
        sa.Column("is_open", sa.Boolean, nullable=False),
        sa.Column("apply_start", INSTANT, nullable=False),
        sa.Column("apply_end", INSTANT, nullable=False),
        sa.Column("confirm_start", INSTANT, nullable=False),
        sa.Column("confirm_end", INSTANT, nullable=False),
        sa.Column("decide_start", INSTANT, nullable=False),
        sa.Column("decide_end", INSTANT, nullable=False),
        sa.Column("material_deadline", INSTANT),
        sa.Column("notice", sa.Text),
        sa.Column("status", sa.String(32), nullable=False),
        *marks(),
        sa.UniqueConstraint("kind", "org_id", "year", "batch_no"),
        sa.CheckConstraint("apply_start < apply_end", name="apply_ordered"),
        sa.CheckConstraint("batch_no BETWEEN 1 AND 99", name="batch_no_two_digits"),
        sa.CheckConstraint("apply_end <= confirm_end", name="confirm_ends_after_apply"),
        sa.CheckConstraint("confirm_start < confirm_end", name="confirm_ordered"),
        sa.CheckConstraint("apply_start <= confirm_start", name="confirm_starts_after_apply"),
        sa.CheckConstraint("material_deadline >= confirm_start", name="deadline_after_confirm"),
        sa.CheckConstraint("confirm_end <= decide_end", name="decide_ends_after_confirm"),
        sa.CheckConstraint("decide_start < decide_end", name="decide_ordered"),
        sa.CheckConstraint("confirm_start <= decide_start", name="decide_starts_after_confirm"),
        known("kind", "cert", "reg"),
        known("status", "draft", "published", "closed", "archived"),
        sa.CheckConstraint("year BETWEEN 1996 AND 2100", name="year_sane"),
    )
    op.create_index("ix_work_plan_org_id", "work_plan", ["org_id"])
    op.create_index("ix_work_plan_parent_plan_id", "work_plan", ["parent_plan_id"])
    op.create_index("ix_work_plan_status_apply_start", "work_plan", ["status", "apply_start"])


def _site_arrangement() -> None:
    op.create_table(
        "site_arrangement",
        key(),
        ref("plan_id", "work_plan.id"),
        ref("site_id", "org.id"),
        sa.Column("confirm_start", INSTANT),
        sa.Column("confirm_end", INSTANT),
        sa.Column("scope_note", sa.Text),
        sa.Column("notice", sa.Text),
        sa.Column("daily_capacity", sa.Integer),
        sa.Column("enabled", sa.Boolean, nullable=False),
        *marks(),
        sa.UniqueConstraint("plan_id", "site_id"),
        sa.CheckConstraint(
            "(confirm_start IS NULL) = (confirm_end IS NULL)", name="confirm_both_or_neither"
        ),
        sa.CheckConstraint("confirm_start < confirm_end", name="confirm_ordered"),
        sa.CheckConstraint("daily_capacity > 0", name="daily_capacity_positive"),
    )
    op.create_index("ix_site_arrangement_site_id", "site_arrangement", ["site_id"])
