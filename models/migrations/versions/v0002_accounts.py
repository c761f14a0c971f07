"""Roles, accounts, sign-in, settings and uploaded files."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from models.migrations.vocabulary import INSTANT, JSON, key, known, marks, prefix, ref

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the tables, those referred to first."""
    for make in (
        _role,
        _user_account,
        _user_role,
        _user_session,
        _login_attempt,
        _password_token,
        _totp_secret,
        _recovery_code,
        _saved_view,
        _user_preference,
        _attachment,
    ):
        make()


def downgrade() -> None:
    """Drop the tables, those that refer first."""
    for name in (
        "attachment",
        "user_preference",
        "saved_view",
        "recovery_code",
        "totp_secret",
        "password_token",
        "login_attempt",
        "user_session",
        "user_role",
        "user_account",
        "role",
    ):
        op.drop_table(name)


def _role() -> None:
    op.create_table(
        "role",
        key(),
        sa.Column("code", sa.String(24), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("name_en", sa.String(60), nullable=False),
        sa.Column("description", sa.String(500)),
        *marks(),
        sa.UniqueConstraint("code"),
    )


def _user_account() -> None:
    op.create_table(
        "user_account",
        key(),
        sa.Column("username", sa.String(64), nullable=False),
        sa.Column("display_name", sa.String(60), nullable=False),
        sa.Column("account_type", sa.String(32), nullable=False),
        ref("org_id", "org.id", null=True),
        sa.Column("email", sa.String(120)),
        sa.Column("mobile", sa.String(20)),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("password_hash", sa.String(255), nullable=False),
        sa.Column("password_changed_at", INSTANT),
        sa.Column("must_change_password", sa.Boolean, nullable=False),
        sa.Column("initial_password_pending", sa.Boolean, nullable=False),
        sa.Column("failed_count", sa.SmallInteger, nullable=False),
        sa.Column("first_failed_at", INSTANT),
        sa.Column("locked_until", INSTANT),
        sa.Column("last_login_at", INSTANT),
        sa.Column("last_login_ip", sa.String(45)),
        sa.Column("session_epoch", sa.Integer, nullable=False),
        *marks(),
        sa.UniqueConstraint("username"),
        known("account_type", "staff", "applicant", "teacher", "trainee"),
        sa.CheckConstraint("failed_count >= 0", name="failed_count_not_negative"),
        known("status", "active", "disabled"),
    )
    op.create_index(
        "ix_user_account_display_name", "user_account", ["display_name"], **prefix("display_name")
    )
    op.create_index("ix_user_account_locked_until", "user_account", ["locked_until"])
    op.create_index("ix_user_account_org_id", "user_account", ["org_id"])
    op.create_index("ix_user_account_status", "user_account", ["status"])
    op.create_index("ix_user_account_username", "user_account", ["username"], **prefix("username"))


def _user_role() -> None:
    op.create_table(
        "user_role",
        key(),
        ref("user_id", "user_account.id", delete="CASCADE"),
        ref("role_code", "role.code", sa.String(24)),
        ref("scope_org_id", "org.id"),
        *marks(),
        sa.UniqueConstraint("user_id", "role_code", "scope_org_id"),
    )
    op.create_index("ix_user_role_role_code", "user_role", ["role_code"])
    op.create_index("ix_user_role_scope_org_id", "user_role", ["scope_org_id"])


def _user_session() -> None:
    op.create_table(
        "user_session",
        key(),
        sa.Column("token_hash", sa.String(64), nullable=False),
        ref("user_id", "user_account.id", delete="CASCADE"),
        ref("user_role_id", "user_role.id", null=True, delete="CASCADE"),
        sa.Column("epoch", sa.Integer, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("seen_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("revoked_at", INSTANT),
        sa.Column("ip", sa.String(45)),
        sa.Column("user_agent", sa.String(200)),
        sa.Column("reveal_purpose", sa.String(200)),
        sa.UniqueConstraint("token_hash"),
    )
    op.create_index("ix_user_session_expires_at", "user_session", ["expires_at"])
    op.create_index("ix_user_session_user_id", "user_session", ["user_id"])
    op.create_index("ix_user_session_user_role_id", "user_session", ["user_role_id"])


def _login_attempt() -> None:
    op.create_table(
        "login_attempt",
        key(),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("ip", sa.String(45)),
        sa.Column("username_tried", sa.String(64), nullable=False),
        ref("user_id", "user_account.id", null=True),
        sa.Column("outcome", sa.String(32), nullable=False),
        known("outcome", "ok", "failed", "locked", "disabled", "throttled"),
    )
    op.create_index("ix_login_attempt_ip_at", "login_attempt", ["ip", "at"])
    op.create_index("ix_login_attempt_user_id", "login_attempt", ["user_id"])
    op.create_index("ix_login_attempt_username_tried_at", "login_attempt", ["username_tried", "at"])


def _password_token() -> None:
    op.create_table(
        "password_token",
        key(),
        ref("user_id", "user_account.id", delete="CASCADE"),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("used_at", INSTANT),
        sa.UniqueConstraint("token_hash"),
        known("kind", "reset", "initial"),
    )
    op.create_index("ix_password_token_user_id", "password_token", ["user_id"])


def _totp_secret() -> None:
    op.create_table(
        "totp_secret",
        key(),
        ref("user_id", "user_account.id", delete="CASCADE"),
        sa.Column("secret", sa.String(255), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("confirmed_at", INSTANT),
        sa.Column("last_step", sa.Integer),
        sa.UniqueConstraint("user_id"),
    )


def _recovery_code() -> None:
    op.create_table(
        "recovery_code",
        key(),
        ref("user_id", "user_account.id", delete="CASCADE"),
        sa.Column("code_hash", sa.String(64), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("used_at", INSTANT),
        sa.UniqueConstraint("user_id", "code_hash"),
    )


def _saved_view() -> None:
    op.create_table(
        "saved_view",
        key(),
        ref("user_id", "user_account.id", delete="CASCADE"),
        sa.Column("table_name", sa.String(60), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("query", sa.String(4000), nullable=False),
        ref("shared_role", "role.code", sa.String(24), null=True),
        sa.Column("is_default", sa.Boolean, nullable=False),
        *marks(),
        sa.UniqueConstraint("user_id", "table_name", "name"),
    )
    op.create_index("ix_saved_view_shared_role", "saved_view", ["shared_role"])


def _user_preference() -> None:
    op.create_table(
        "user_preference",
        key(),
        ref("user_id", "user_account.id", delete="CASCADE"),
        sa.Column("key", sa.String(80), nullable=False),
        sa.Column("value", JSON),
        *marks(),
        sa.UniqueConstraint("user_id", "key"),
    )


def _attachment() -> None:
    op.create_table(
        "attachment",
        key(),
        sa.Column("file_name", sa.String(200), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("mime", sa.String(100), nullable=False),
        sa.Column("size_bytes", sa.Integer, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("storage_path", sa.String(200), nullable=False),
        ref("org_id", "org.id", null=True),
        ref("uploaded_by", "user_account.id", null=True),
        *marks(),
        known("kind", "photo", "credential", "evidence", "document"),
        sa.CheckConstraint("size_bytes > 0", name="size_positive"),
    )
    op.create_index("ix_attachment_org_id", "attachment", ["org_id"])
    op.create_index("ix_attachment_sha256", "attachment", ["sha256"])
    op.create_index("ix_attachment_uploaded_by", "attachment", ["uploaded_by"])
