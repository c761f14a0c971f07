"""The ledger of batches (readings 9-11): what was pinned, what became of it, what it was."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped

from models import clock
from models.base import columns as c
from models.base.choices import Choice
from models.base.orm import Base
from models.base.scope import Own, Via
from models.text import Label


class BatchKind(Choice):
    """What a batch does to its rows."""

    transition = "transition", "状态流转", "Transition"
    edit = "edit", "批量修改", "Bulk edit"
    undo = "undo", "撤销批次", "Undo"
    data_import = "data_import", "导入", "Import"
    export = "export", "导出", "Export"


class BatchState(Choice):
    """Where a batch stands."""

    pinned = "pinned", "已选定", "Pinned", "grey"
    previewed = "previewed", "已预览", "Previewed", "amber"
    running = "running", "执行中", "Running", "blue"
    done = "done", "已完成", "Done", "green"
    failed = "failed", "失败", "Failed", "red"
    cancelled = "cancelled", "已取消", "Cancelled", "grey"
    expired = "expired", "已过期", "Expired", "grey"
    undone = "undone", "已撤销", "Undone", "orange"


class BatchStanding(Choice):
    """What is told of a batch beside its state, which stays that of its preview meanwhile."""

    queued = "queued", "等待执行", "Waiting", "amber"


class Batch(Base):
    """One selection with one action, moved by the engine and by nobody else."""

    __tablename__ = "batch"
    __area__ = "batch"
    __label__ = Label("批次", "Batch")
    __family__ = "log"
    __scope__ = Own("user_id", permission="batch:batch:read", org="org_id")
    __title__ = "label"
    __audited__ = False
    __table_args__ = (
        Index(None, "user_id", "pinned_at"),
        Index(None, "org_id", "pinned_at"),
        Index(None, "state", "expires_at"),
        Index(
            "ix_batch_queued_at",
            "queued_at",
            postgresql_where=text("queued_at IS NOT NULL"),
            sqlite_where=text("queued_at IS NOT NULL"),
        ),
    )

    #: Every page speaks of a batch by its number: the search box finds it.
    id: Mapped[int] = c.integer(
        "批次号",
        "Batch number",
        primary_key=True,
        system=True,
        sort_order=-1,
        search="exact",
        comment="ID.",
    )
    label: Mapped[str] = c.string(120, "名称", "Name")
    kind: Mapped[str] = c.choice(BatchKind, "种类", "Kind")
    entity: Mapped[str] = c.string(60, "对象类型", "Record type", names="table")
    action: Mapped[str] = c.string(32, "操作", "Action", names="act")
    state: Mapped[str] = c.choice(
        BatchState, "状态", "State", machine=True, default=BatchState.pinned
    )
    user_id: Mapped[int | None] = c.ref("user_account.id", "用户", "User", null=True, index=False)
    username: Mapped[str] = c.string(64, "用户名", "User name")
    role: Mapped[str | None] = c.string(24, "角色", "Role", null=True, names="role")
    org_id: Mapped[int | None] = c.ref("org.id", "机构", "Organisation", null=True, index=False)
    query: Mapped[str | None] = c.paragraph("列表条件", "Query of the list", null=True)
    inputs: Mapped[dict[str, Any] | None] = c.json("输入", "Inputs", null=True)
    pinned_count: Mapped[int] = c.integer("选定行数", "Pinned", default=0)
    done_count: Mapped[int] = c.integer("完成行数", "Done", default=0)
    refused_count: Mapped[int] = c.integer("不能办理行数", "Refused", default=0)
    changed_count: Mapped[int] = c.integer("期间有变动行数", "Changed meanwhile", default=0)
    undone_count: Mapped[int] = c.integer("已撤销行数", "Undone", default=0)
    first_number: Mapped[str | None] = c.string(20, "首个编号", "First number", null=True)
    last_number: Mapped[str | None] = c.string(20, "末个编号", "Last number", null=True)
    pinned_at: Mapped[datetime] = c.instant("选定时间", "Pinned at", default=clock.now)
    previewed_at: Mapped[datetime | None] = c.instant("预览时间", "Previewed at", null=True)
    finished_at: Mapped[datetime | None] = c.instant("完成时间", "Finished at", null=True)
    expires_at: Mapped[datetime | None] = c.instant("失效时间", "Expires at", null=True)
    #: Set while a large batch waits for the job worker, and kept; it stays previewed until then.
    queued_at: Mapped[datetime | None] = c.instant("排队时间", "Queued at", null=True)
    attempts: Mapped[int | None] = c.integer("执行次数", "Attempts", small=True, null=True)
    failure: Mapped[dict[str, Any] | None] = c.json("失败原因", "Why it failed", null=True)
    #: Sentences that rows of the batch name by their code, where no machine knows them.
    reasons: Mapped[dict[str, Any] | None] = c.json("原因说明", "Reasons in words", null=True)
    undo_of_id: Mapped[int | None] = c.ref("batch.id", "所撤销批次", "Undoes", null=True)


class BatchRow(Base):
    """One pinned row: keyed by batch and row alone, because a batch may hold a hundred thousand."""

    __tablename__ = "batch_row"
    __area__ = "batch"
    __label__ = Label("批次明细", "Row of a batch")
    __family__ = "log"
    __scope__ = Via("batch", "batch_id")
    __title__ = "label"
    __audited__ = False
    __surrogate__: ClassVar[bool] = False
    __table_args__ = (
        Index(None, "batch_id", "outcome"),
        {"sqlite_with_rowid": False},
    )

    batch_id: Mapped[int] = c.ref(
        "batch.id", "批次", "Batch", primary_key=True, index=False, ondelete="CASCADE"
    )
    row_id: Mapped[int] = c.integer("对象编号", "Record ID", primary_key=True, autoincrement=False)
    version: Mapped[int] = c.integer("版本", "Version")
    label: Mapped[str | None] = c.string(120, "对象", "Record", null=True)
    from_state: Mapped[str | None] = c.string(32, "原状态", "From", null=True)
    before: Mapped[dict[str, Any] | None] = c.json("原值", "Before", null=True)
    outcome: Mapped[str | None] = c.string(40, "结果", "Outcome", null=True)
    reason: Mapped[str | None] = c.string(200, "原因", "Reason", null=True)
    number: Mapped[str | None] = c.string(20, "编号", "Number issued", null=True)
    org_id: Mapped[int | None] = c.integer("机构", "Organisation", null=True)
    #: What an undo brings back: the image that the batch undone had kept.
    restores: Mapped[dict[str, Any] | None] = c.json("恢复值", "Values to bring back", null=True)
    #: The batch that took this row back; without a key, like everything about so many rows.
    undone_by_id: Mapped[int | None] = c.integer("撤销批次", "Undone by", null=True)


class BatchPart(Base):
    """What a batch did to the parts of a row, such as the check-list of an application."""

    __tablename__ = "batch_part"
    __area__ = "batch"
    __label__ = Label("批次附属明细", "Part of a row of a batch")
    __family__ = "log"
    __scope__ = Via("batch", "batch_id")
    __title__ = "entity"
    __audited__ = False
    __surrogate__: ClassVar[bool] = False
    __table_args__ = ({"sqlite_with_rowid": False},)

    batch_id: Mapped[int] = c.ref(
        "batch.id", "批次", "Batch", primary_key=True, index=False, ondelete="CASCADE"
    )
    whole_id: Mapped[int] = c.integer(
        "所属对象编号", "Record ID", primary_key=True, autoincrement=False
    )
    entity: Mapped[str] = c.string(60, "对象类型", "Record type", primary_key=True, names="table")
    row_id: Mapped[int] = c.integer("对象编号", "Part ID", primary_key=True, autoincrement=False)
    version: Mapped[int] = c.integer("版本", "Version left behind")
    #: None where the batch made the part.
    before: Mapped[dict[str, Any] | None] = c.json("原值", "Before", null=True)


class Claim(Base):
    """Somebody is editing a record; others are told, until the claim runs out."""

    __tablename__ = "claim"
    __area__ = "batch"
    __label__ = Label("编辑占用", "Claim")
    __family__ = "log"
    __title__ = "table_name"
    __audited__ = False
    __table_args__ = (UniqueConstraint("table_name", "row_id"),)

    table_name: Mapped[str] = c.string(60, "对象类型", "Record type", names="table")
    row_id: Mapped[int] = c.integer("对象编号", "Record ID")
    user_id: Mapped[int] = c.ref("user_account.id", "用户", "User")
    until: Mapped[datetime] = c.instant("有效至", "Until")
