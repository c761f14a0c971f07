"""What the engine writes down: the transitions of every record, and the counters of numbers."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped

from models import clock
from models.base import columns as c
from models.base.choices import Choice
from models.base.orm import Base
from models.base.scope import Owned
from models.text import Label


class WorkflowLog(Base):
    """One row per record and transition; never changed afterwards (reading 12)."""

    __tablename__ = "workflow_log"
    __area__ = "workflow"
    __label__ = Label("状态流转记录", "State history")
    __family__ = "log"
    __scope__ = Owned("org_id", site="site_id")
    __title__ = "action"
    __audited__ = False
    __table_args__ = (
        Index(None, "machine", "entity_id", "at"),
        Index(None, "org_id", "at"),
        Index(None, "site_id", "at"),
    )

    at: Mapped[datetime] = c.instant("时间", "At", default=clock.now)
    machine: Mapped[str] = c.string(24, "状态机", "State machine", names="machine")
    entity_id: Mapped[int] = c.integer("对象编号", "Record ID")
    action: Mapped[str] = c.string(32, "操作", "Action", names="act")
    from_state: Mapped[str | None] = c.string(32, "原状态", "From", null=True, names="state")
    to_state: Mapped[str] = c.string(32, "新状态", "To", names="state")
    actor_id: Mapped[int | None] = c.ref(
        "user_account.id", "操作人", "Actor", null=True, index=True
    )
    actor_role: Mapped[str | None] = c.string(24, "角色", "Role", null=True, names="role")
    note: Mapped[str | None] = c.paragraph("说明", "Note", 500, null=True)
    batch_id: Mapped[int | None] = c.ref("batch.id", "批次", "Batch", null=True)
    org_id: Mapped[int | None] = c.ref("org.id", "机构", "Organisation", null=True, index=False)
    site_id: Mapped[int | None] = c.ref(
        "org.id", "确认点", "Confirmation site", null=True, index=False
    )


class SequenceKind(Choice):
    """What a counter numbers."""

    certificate = "certificate", "证书编号", "Certificate number"
    application = "application", "报名号", "Application number"
    receipt = "receipt", "受理凭证号", "Receipt number"


class NumberSequence(Base):
    """The last serial issued; its row is locked in the transaction that issues (reading 15).

    ``batch_no`` is 0 where the serial runs through the whole year.
    """

    __tablename__ = "number_sequence"
    __area__ = "workflow"
    __label__ = Label("编号流水", "Number sequence")
    __family__ = "log"
    __scope__ = Owned("org_id")
    __title__ = "kind"
    __audited__ = False
    __table_args__ = (
        UniqueConstraint("kind", "org_id", "year", "batch_no"),
        CheckConstraint("last_serial BETWEEN 0 AND 999999", name="last_serial_in_range"),
        CheckConstraint("batch_no >= 0", name="batch_no_not_negative"),
    )

    kind: Mapped[str] = c.choice(SequenceKind, "种类", "Kind")
    org_id: Mapped[int] = c.ref("org.id", "机构", "Organisation")
    year: Mapped[int] = c.integer("年份", "Year", small=True)
    batch_no: Mapped[int] = c.integer("批次号", "Batch number", small=True, default=0)
    last_serial: Mapped[int] = c.integer("末号", "Last serial", default=0)
