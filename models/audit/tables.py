"""The audit trail and its seals."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped

from models import clock
from models.base import columns as c
from models.base.choices import Choice
from models.base.orm import Base, prefix_index
from models.base.scope import Hidden, Owned
from models.text import Label


class AuditResult(Choice):
    """Whether what was asked happened."""

    ok = "ok", "成功", "Done", "green"
    refused = "refused", "拒绝", "Refused", "red"


class AuditLog(Base):
    """One row per change, batch, sign-in, export or view of personal data; never changed again."""

    __tablename__ = "audit_log"
    __area__ = "audit"
    __label__ = Label("审计日志", "Audit log")
    __family__ = "log"
    __scope__ = Owned("org_id")
    __title__ = "event"
    __audited__ = False
    __table_args__ = (
        Index(None, "at"),
        prefix_index("ix_audit_log_event", "event"),
        Index(None, "user_id", "at"),
        Index(None, "org_id", "at"),
        Index(None, "ip", "at"),
        Index(None, "result", "at"),
        Index(None, "entity", "entity_id"),
        Index(
            "ix_audit_log_whole_whole_id",
            "whole",
            "whole_id",
            postgresql_where=text("whole_id IS NOT NULL"),
            sqlite_where=text("whole_id IS NOT NULL"),
        ),
        Index(
            "ix_audit_log_batch_id",
            "batch_id",
            postgresql_where=text("batch_id IS NOT NULL"),
            sqlite_where=text("batch_id IS NOT NULL"),
        ),
    )

    at: Mapped[datetime] = c.instant("时间", "At", default=clock.now)
    event: Mapped[str] = c.string(80, "事件", "Event", search="prefix", names="event")
    entity: Mapped[str | None] = c.string(60, "对象类型", "Record type", null=True, names="table")
    entity_id: Mapped[int | None] = c.integer("对象编号", "Record ID", null=True)
    entity_text: Mapped[str | None] = c.string(200, "对象", "Record", null=True, names="record")
    result: Mapped[str] = c.choice(AuditResult, "结果", "Result", default=AuditResult.ok)
    user_id: Mapped[int | None] = c.ref("user_account.id", "用户", "User", null=True, index=False)
    username: Mapped[str] = c.string(64, "用户名", "User name", search="exact")
    role: Mapped[str | None] = c.string(24, "角色", "Role", null=True, names="role")
    org_id: Mapped[int | None] = c.ref("org.id", "机构", "Organisation", null=True, index=False)
    ip: Mapped[str | None] = c.string(45, "IP 地址", "IP address", null=True)
    os_user: Mapped[str | None] = c.string(64, "系统用户", "Operating-system user", null=True)
    request_id: Mapped[str | None] = c.string(64, "请求编号", "Request ID", null=True)
    reason: Mapped[str | None] = c.string(500, "事由", "Reason", null=True)
    batch_id: Mapped[int | None] = c.ref("batch.id", "批次", "Batch", null=True, index=False)
    changes: Mapped[dict[str, Any] | None] = c.json("变更", "Changes", null=True, names="changes")
    whole: Mapped[str | None] = c.string(60, "所属对象类型", "Part of", null=True, names="table")
    whole_id: Mapped[int | None] = c.integer("所属对象编号", "ID of what it is part of", null=True)


class AuditSeal(Base):
    """A hash chained over everything that both logs got since the seal before it."""

    __tablename__ = "audit_seal"
    __area__ = "audit"
    __label__ = Label("审计封印", "Audit seal")
    __family__ = "log"
    __scope__ = Hidden()
    __title__ = "head"
    __audited__ = False
    __table_args__ = (
        CheckConstraint(
            "audit_row_count >= 0 AND workflow_row_count >= 0", name="row_counts_not_negative"
        ),
    )

    at: Mapped[datetime] = c.instant("时间", "At", default=clock.now)
    previous: Mapped[str] = c.string(64, "前一链首", "Previous head", unique=True)
    head: Mapped[str] = c.string(64, "链首", "Head", unique=True)
    audit_last_id: Mapped[int] = c.integer("审计末行编号", "Last row of the audit log")
    audit_row_count: Mapped[int] = c.integer("审计行数", "Rows of the audit log")
    workflow_last_id: Mapped[int] = c.integer("流转末行编号", "Last row of the state history")
    workflow_row_count: Mapped[int] = c.integer("流转行数", "Rows of the state history")


class AuditSealPart(Base):
    """A short mark per sealed row: the head says that a row is wrong, the marks say which one."""

    __tablename__ = "audit_seal_part"
    __area__ = "audit"
    __label__ = Label("封印明细", "Part of a seal")
    __family__ = "log"
    __scope__ = Hidden()
    __title__ = "last_id"
    __audited__ = False
    __table_args__ = (UniqueConstraint("log", "last_id"),)

    log: Mapped[str] = c.string(60, "日志", "Log")
    last_id: Mapped[int] = c.integer("末行编号", "Last row")
    marks: Mapped[str] = c.paragraph("行标记", "Marks")
