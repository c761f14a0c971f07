"""Applications with what belongs to them, and certificates."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from models.migrations.vocabulary import (
    INSTANT,
    ascii_string,
    key,
    known,
    marks,
    nulls_first_index,
    prefix,
    ref,
)

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the tables, those referred to first."""
    for make in (
        _certification_application,
        _application_resume,
        _application_material,
        _certificate,
    ):
        make()


def downgrade() -> None:
    """Drop the tables, those that refer first."""
    for name in (
        "certificate",
        "application_material",
        "application_resume",
        "certification_application",
    ):
        op.drop_table(name)


def _certification_application() -> None:
    op.create_table(
        "certification_application",
        key(),
        sa.Column("apply_no", sa.String(20)),
        ref("plan_id", "work_plan.id"),
        ref("org_id", "org.id"),
        ref("arrangement_id", "site_arrangement.id", null=True),
        ref("site_id", "org.id", null=True),
        ref("person_id", "person.id"),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("name_pinyin", ascii_string(200), nullable=False),
        sa.Column("id_type", sa.String(2), nullable=False),
        sa.Column("id_no", sa.String(30), nullable=False),
        sa.Column("sex", sa.String(2), nullable=False),
        sa.Column("birth_date", sa.Date, nullable=False),
        sa.Column("ethnic_code", sa.String(20)),
        sa.Column("political_code", sa.String(20)),
        sa.Column("exam_channel", sa.String(32), nullable=False),
        ref("exam_credential_id", "person_credential.id", null=True),
        sa.Column("qualification_type", sa.SmallInteger, nullable=False),
        ref("subject_id", "subject.id"),
        sa.Column("place_basis", sa.String(32), nullable=False),
        sa.Column("edu_level_code", sa.String(20)),
        sa.Column("degree_code", sa.String(20)),
        sa.Column("school_name", sa.String(120)),
        sa.Column("major_code", sa.String(20)),
        sa.Column("major_category_code", sa.String(20)),
        sa.Column("learn_form_code", sa.String(20)),
        sa.Column("graduated_on", sa.Date),
        sa.Column("is_fresh_graduate", sa.Boolean, nullable=False),
        sa.Column("pth_level_code", sa.String(20)),
        sa.Column("pth_cert_no", sa.String(40)),
        sa.Column("work_unit", sa.String(120)),
        sa.Column("occupation_code", sa.String(20)),
        sa.Column("title_code", sa.String(20)),
        sa.Column("address", sa.String(200)),
        sa.Column("zip_code", sa.String(6)),
        sa.Column("mobile", sa.String(20)),
        sa.Column("email", sa.String(120)),
        ref("photo_attachment_id", "attachment.id", null=True),
        sa.Column("pledge_signed", sa.Boolean, nullable=False),
        sa.Column("moral_form_received", sa.Boolean, nullable=False),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("status_note", sa.String(500)),
        sa.Column("submitted_at", INSTANT),
        sa.Column("confirmed_at", INSTANT),
        ref("confirmed_by", "user_account.id", null=True),
        sa.Column("material_deadline", INSTANT),
        sa.Column("reviewed_at", INSTANT),
        ref("reviewed_by", "user_account.id", null=True),
        sa.Column("review_opinion", sa.String(500)),
        sa.Column("numbered_at", INSTANT),
        sa.Column("receipt_no", sa.String(20)),
        sa.Column("receipt_printed_at", INSTANT),
        sa.Column("form_print_count", sa.Integer, nullable=False),
        sa.Column("data_source", sa.String(32), nullable=False),
        *marks(),
        sa.UniqueConstraint("plan_id", "id_type", "id_no"),
        sa.UniqueConstraint("receipt_no"),
        sa.CheckConstraint(
            "status NOT IN ('approved_unnumbered', 'approved_numbered') OR reviewed_at IS NOT NULL",
            name="approval_is_dated",
        ),
        known("data_source", "online", "staff_entry", "import"),
        known("exam_channel", "national_exam", "other"),
        sa.CheckConstraint("form_print_count >= 0", name="form_print_count_not_negative"),
        known("id_type", "1", "2", "3", "4", "5", "6", "7", "8", "9", "A", "B", "C", "D", "Z"),
        sa.CheckConstraint(
            "status <> 'materials_incomplete' OR status_note IS NOT NULL",
            name="incomplete_is_explained",
        ),
        sa.CheckConstraint(
            "status <> 'approved_numbered' OR numbered_at IS NOT NULL", name="number_is_dated"
        ),
        known("place_basis", "household", "workplace", "residence", "study"),
        known("qualification_type", 1, 2, 3, 4, 5, 6, 7),
        known("sex", "0", "1", "2", "9"),
        sa.CheckConstraint(
            "(site_id IS NULL) = (arrangement_id IS NULL)", name="site_with_arrangement"
        ),
        known(
            "status",
            "draft",
            "submitted",
            "materials_incomplete",
            "confirm_rejected",
            "confirmed",
            "review_rejected",
            "approved_unnumbered",
            "approved_numbered",
        ),
        sa.CheckConstraint(
            "status = 'draft' OR (apply_no IS NOT NULL AND arrangement_id IS NOT NULL "
            "AND site_id IS NOT NULL AND submitted_at IS NOT NULL)",
            name="submitted_is_complete",
        ),
    )
    op.create_index("ix_certification_application_id_no", "certification_application", ["id_no"])
    op.create_index("ix_certification_application_mobile", "certification_application", ["mobile"])
    op.create_index(
        "ix_certification_application_name", "certification_application", ["name"], **prefix("name")
    )
    op.create_index(
        "ix_certification_application_name_pinyin", "certification_application", ["name_pinyin"]
    )
    op.create_index(
        "ix_certification_application_person_id", "certification_application", ["person_id"]
    )
    op.create_index(
        "ix_certification_application_queue",
        "certification_application",
        ["org_id", "status", "plan_id"],
    )
    op.create_index(
        "ix_certification_application_site_queue",
        "certification_application",
        ["site_id", "status"],
    )
    nulls_first_index(
        "ix_certification_application_submitted_at",
        "certification_application",
        "submitted_at",
        "id",
    )
    nulls_first_index(
        "uq_certification_application_apply_no",
        "certification_application",
        "apply_no",
        unique=True,
    )


def _application_resume() -> None:
    op.create_table(
        "application_resume",
        key(),
        ref("application_id", "certification_application.id", delete="CASCADE"),
        sa.Column("start_month", sa.Date, nullable=False),
        sa.Column("end_month", sa.Date),
        sa.Column("unit", sa.String(120), nullable=False),
        sa.Column("position", sa.String(60)),
        sa.Column("witness", sa.String(60)),
        sa.Column("sort", sa.Integer, nullable=False),
        *marks(),
        sa.CheckConstraint("start_month <= end_month", name="months_ordered"),
    )
    op.create_index(
        "ix_application_resume_application_id", "application_resume", ["application_id"]
    )


def _application_material() -> None:
    op.create_table(
        "application_material",
        key(),
        ref("application_id", "certification_application.id", delete="CASCADE"),
        sa.Column("material_code", sa.String(20), nullable=False),
        sa.Column("required", sa.Boolean, nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("is_original", sa.Boolean, nullable=False),
        sa.Column("copies", sa.SmallInteger, nullable=False),
        sa.Column("note", sa.String(500)),
        ref("checked_by", "user_account.id", null=True),
        sa.Column("checked_at", INSTANT),
        *marks(),
        sa.UniqueConstraint("application_id", "material_code"),
        sa.CheckConstraint("copies >= 0", name="copies_not_negative"),
        known("state", "pending", "received", "missing", "invalid", "waived"),
    )


def _certificate() -> None:
    op.create_table(
        "certificate",
        key(),
        sa.Column("cert_no", sa.String(17), nullable=False),
        sa.Column("cert_no_raw", sa.String(17), nullable=False),
        sa.Column("layout", sa.String(32), nullable=False),
        ref("person_id", "person.id", null=True),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("id_type", sa.String(2), nullable=False),
        sa.Column("id_no", sa.String(30), nullable=False),
        sa.Column("sex", sa.String(2), nullable=False),
        sa.Column("birth_date", sa.Date, nullable=False),
        sa.Column("ethnic_code", sa.String(20)),
        sa.Column("qualification_type", sa.SmallInteger, nullable=False),
        ref("subject_id", "subject.id", null=True),
        sa.Column("subject_name", sa.String(60), nullable=False),
        ref("org_id", "org.id", null=True),
        sa.Column("org_name", sa.String(100), nullable=False),
        sa.Column("issued_on", sa.Date, nullable=False),
        ref("application_id", "certification_application.id", null=True),
        sa.Column("source", sa.String(32), nullable=False),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("print_count", sa.Integer, nullable=False),
        sa.Column("shipped_waybill_no", sa.String(30)),
        *marks(),
        sa.UniqueConstraint("application_id"),
        sa.UniqueConstraint("cert_no"),
        sa.CheckConstraint("length(cert_no) = 17", name="cert_no_has_17_digits"),
        sa.CheckConstraint("length(cert_no_raw) IN (15, 17)", name="cert_no_raw_length"),
        known("id_type", "1", "2", "3", "4", "5", "6", "7", "8", "9", "A", "B", "C", "D", "Z"),
        sa.CheckConstraint(
            "source <> 'system' OR (application_id IS NOT NULL AND org_id IS NOT NULL "
            "AND person_id IS NOT NULL)",
            name="issued_here_is_complete",
        ),
        known("layout", "v15", "v17"),
        sa.CheckConstraint("print_count >= 0", name="print_count_not_negative"),
        known("qualification_type", 1, 2, 3, 4, 5, 6, 7),
        known("sex", "0", "1", "2", "9"),
        known("source", "system", "history", "applicant_claim"),
        known("status", "valid", "restricted", "revoked", "forfeited", "invalid", "deleted"),
    )
    op.create_index("ix_certificate_id_no", "certificate", ["id_no"])
    op.create_index("ix_certificate_name", "certificate", ["name"], **prefix("name"))
    op.create_index("ix_certificate_org_id_issued_on", "certificate", ["org_id", "issued_on"])
    op.create_index("ix_certificate_person_id", "certificate", ["person_id"])
