"""Batches, workflow, audit and messages."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from models.migrations.vocabulary import INSTANT, JSON, key, known, marks, prefix, ref, where

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make the tables, those referred to first."""
    for make in (
        _batch,
        _batch_row,
        _claim,
        _workflow_log,
        _number_sequence,
        _audit_log,
        _audit_seal,
        _message,
        _notice,
    ):
        make()


def downgrade() -> None:
    """Drop the tables, those that refer first."""
    for name in (
        "notice",
        "message",
        "audit_seal",
        "audit_log",
        "number_sequence",
        "workflow_log",
        "claim",
        "batch_row",
        "batch",
    ):
        op.drop_table(name)


def _batch() -> None:
    op.create_table(
        "batch",
        key(),
        sa.Column("label", sa.String(120), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("entity", sa.String(60), nullable=False),
        sa.Column("action", sa.String(32), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        ref("user_id", "user_account.id", null=True),
        sa.Column("username", sa.String(64), nullable=False),
        sa.Column("role", sa.String(24)),
        ref("org_id", "org.id", null=True),
        sa.Column("query", sa.Text),
        sa.Column("inputs", JSON),
        sa.Column("pinned_count", sa.Integer, nullable=False),
        sa.Column("done_count", sa.Integer, nullable=False),
        sa.Column("refused_count", sa.Integer, nullable=False),
        sa.Column("changed_count", sa.Integer, nullable=False),
        sa.Column("first_number", sa.String(20)),
        sa.Column("last_number", sa.String(20)),
        sa.Column("pinned_at", INSTANT, nullable=False),
        sa.Column("previewed_at", INSTANT),
        sa.Column("finished_at", INSTANT),
        sa.Column("expires_at", INSTANT),
        ref("undo_of_id", "batch.id", null=True),
        known("kind", "transition", "undo", "data_import", "export"),
        known(
            "state",
            "pinned",
            "previewed",
            "running",
            "done",
            "failed",
            "cancelled",
            "expired",
            "undone",
        ),
    )
    op.create_index("ix_batch_org_id_pinned_at", "batch", ["org_id", "pinned_at"])
    op.create_index("ix_batch_state_expires_at", "batch", ["state", "expires_at"])
    op.create_index("ix_batch_undo_of_id", "batch", ["undo_of_id"])
    op.create_index("ix_batch_user_id_pinned_at", "batch", ["user_id", "pinned_at"])


def _batch_row() -> None:
    op.create_table(
        "batch_row",
        ref("batch_id", "batch.id", delete="CASCADE"),
        sa.Column("row_id", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("label", sa.String(120)),
        sa.Column("from_state", sa.String(32)),
        sa.Column("before", JSON),
        sa.Column("outcome", sa.String(40)),
        sa.Column("reason", sa.String(200)),
        sa.Column("number", sa.String(20)),
        sa.Column("org_id", sa.Integer),
        sa.PrimaryKeyConstraint("batch_id", "row_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_batch_row_batch_id_outcome", "batch_row", ["batch_id", "outcome"])


def _claim() -> None:
    op.create_table(
        "claim",
        key(),
        sa.Column("table_name", sa.String(60), nullable=False),
        sa.Column("row_id", sa.Integer, nullable=False),
        ref("user_id", "user_account.id"),
        sa.Column("until", INSTANT, nullable=False),
        sa.UniqueConstraint("table_name", "row_id"),
    )
    op.create_index("ix_claim_user_id", "claim", ["user_id"])


def _workflow_log() -> None:
    op.create_table(
        "workflow_log",
        key(),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("machine", sa.String(24), nullable=False),
        sa.Column("entity_id", sa.Integer, nullable=False),
        sa.Column("action", sa.String(32), nullable=False),
        sa.Column("from_state", sa.String(32)),
        sa.Column("to_state", sa.String(32), nullable=False),
        ref("actor_id", "user_account.id", null=True),
        sa.Column("actor_role", sa.String(24)),
        sa.Column("note", sa.String(500)),
        ref("batch_id", "batch.id", null=True),
        ref("org_id", "org.id", null=True),
        ref("site_id", "org.id", null=True),
    )
    op.create_index("ix_workflow_log_actor_id", "workflow_log", ["actor_id"])
    op.create_index("ix_workflow_log_batch_id", "workflow_log", ["batch_id"])
    op.create_index(
        "ix_workflow_log_machine_entity_id_at", "workflow_log", ["machine", "entity_id", "at"]
    )
    op.create_index("ix_workflow_log_org_id_at", "workflow_log", ["org_id", "at"])
    op.create_index("ix_workflow_log_site_id_at", "workflow_log", ["site_id", "at"])


def _number_sequence() -> None:
    op.create_table(
        "number_sequence",
        key(),
        sa.Column("kind", sa.String(32), nullable=False),
        ref("org_id", "org.id"),
        sa.Column("year", sa.SmallInteger, nullable=False),
        sa.Column("batch_no", sa.SmallInteger, nullable=False),
        sa.Column("last_serial", sa.Integer, nullable=False),
        sa.UniqueConstraint("kind", "org_id", "year", "batch_no"),
        sa.CheckConstraint("batch_no >= 0", name="batch_no_not_negative"),
        known("kind", "certificate", "application", "receipt"),
        sa.CheckConstraint("last_serial BETWEEN 0 AND 999999", name="last_serial_in_range"),
    )
    op.create_index("ix_number_sequence_org_id", "number_sequence", ["org_id"])


def _audit_log() -> None:
    op.create_table(
        "audit_log",
        key(),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("event", sa.String(80), nullable=False),
        sa.Column("entity", sa.String(60)),
        sa.Column("entity_id", sa.Integer),
        sa.Column("entity_text", sa.String(200)),
        sa.Column("result", sa.String(32), nullable=False),
        ref("user_id", "user_account.id", null=True),
        sa.Column("username", sa.String(64), nullable=False),
        sa.Column("role", sa.String(24)),
        ref("org_id", "org.id", null=True),
        sa.Column("ip", sa.String(45)),
        sa.Column("os_user", sa.String(64)),
        sa.Column("request_id", sa.String(64)),
        sa.Column("reason", sa.String(500)),
        ref("batch_id", "batch.id", null=True),
        sa.Column("changes", JSON),
        known("result", "ok", "refused"),
    )
    op.create_index("ix_audit_log_at", "audit_log", ["at"])
    op.create_index(
        "ix_audit_log_batch_id", "audit_log", ["batch_id"], **where("batch_id IS NOT NULL")
    )
    op.create_index("ix_audit_log_entity_entity_id", "audit_log", ["entity", "entity_id"])
    op.create_index("ix_audit_log_event", "audit_log", ["event"], **prefix("event"))
    op.create_index("ix_audit_log_org_id_at", "audit_log", ["org_id", "at"])
    op.create_index("ix_audit_log_user_id_at", "audit_log", ["user_id", "at"])


def _audit_seal() -> None:
    op.create_table(
        "audit_seal",
        key(),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("last_id", sa.Integer, nullable=False),
        sa.Column("row_count", sa.Integer, nullable=False),
        sa.Column("head", sa.String(64), nullable=False),
        sa.UniqueConstraint("head"),
        sa.UniqueConstraint("last_id"),
        sa.CheckConstraint("row_count >= 0", name="row_count_not_negative"),
    )


def _message() -> None:
    op.create_table(
        "message",
        key(),
        sa.Column("kind", sa.String(32), nullable=False),
        ref("thread_id", "message.id", null=True),
        ref("sender_id", "user_account.id", null=True),
        ref("org_id", "org.id", null=True),
        ref("recipient_id", "user_account.id", null=True),
        ref("recipient_person_id", "person.id", null=True),
        sa.Column("entity", sa.String(60)),
        sa.Column("entity_id", sa.Integer),
        sa.Column("board", sa.String(60)),
        sa.Column("subject", sa.String(120), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("read_at", INSTANT),
        sa.Column("sender_deleted", sa.Boolean, nullable=False),
        sa.Column("recipient_deleted", sa.Boolean, nullable=False),
        *marks(),
        known("kind", "mail", "note", "forum", "ticket", "consult"),
        sa.CheckConstraint(
            "recipient_id IS NULL OR recipient_person_id IS NULL", name="one_recipient"
        ),
        known("state", "open", "answered", "closed", "hidden"),
    )
    op.create_index("ix_message_entity_entity_id", "message", ["entity", "entity_id"])
    op.create_index("ix_message_org_id", "message", ["org_id"])
    op.create_index("ix_message_recipient_id_read_at", "message", ["recipient_id", "read_at"])
    op.create_index("ix_message_recipient_person_id", "message", ["recipient_person_id"])
    op.create_index("ix_message_sender_id", "message", ["sender_id"])
    op.create_index("ix_message_thread_id", "message", ["thread_id"])


def _notice() -> None:
    op.create_table(
        "notice",
        key(),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        ref("org_id", "org.id"),
        sa.Column("target_scope", sa.String(32), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("published_at", INSTANT),
        sa.Column("expires_at", INSTANT),
        sa.Column("pinned", sa.Boolean, nullable=False),
        ref("attachment_id", "attachment.id", null=True),
        sa.Column("read_count", sa.Integer, nullable=False),
        sa.Column("is_deleted", sa.Boolean, nullable=False),
        *marks(),
        sa.CheckConstraint("expires_at > published_at", name="expires_after_publication"),
        known("kind", "notice", "superior", "common_doc", "faq"),
        sa.CheckConstraint("read_count >= 0", name="read_count_not_negative"),
        known("target_scope", "subtree", "sites", "schools", "public"),
    )
    op.create_index("ix_notice_attachment_id", "notice", ["attachment_id"])
    op.create_index("ix_notice_org_id_published_at", "notice", ["org_id", "published_at"])
