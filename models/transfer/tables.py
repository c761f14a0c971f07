"""Files on their way in and out: of imports until they are over, of exports until they expire."""

from __future__ import annotations

from typing import Any, ClassVar

from sqlalchemy.orm import Mapped

from models.base import columns as c
from models.base.orm import Base
from models.base.scope import Via
from models.text import Label


class ImportFile(Base):
    """The file of one import: a batch that reads it. It is forgotten when the batch is over."""

    __tablename__ = "import_file"
    __area__ = "transfer"
    __label__ = Label("导入文件", "Import file")
    __family__ = "log"
    __scope__ = Via("batch", "batch_id")
    __title__ = "file_name"
    __audited__ = False
    __surrogate__: ClassVar[bool] = False

    batch_id: Mapped[int] = c.ref(
        "batch.id", "批次", "Batch", primary_key=True, index=False, ondelete="CASCADE"
    )
    file_name: Mapped[str] = c.string(200, "文件名", "File name")
    content: Mapped[bytes | None] = c.binary("内容", "Content", null=True)
    headings: Mapped[list[str]] = c.json("列标题", "Headings")
    mapping: Mapped[dict[str, str] | None] = c.json("对应列", "Mapping", null=True)
    all_or_nothing: Mapped[bool] = c.boolean("全部或不导入", "All or nothing")
    report: Mapped[dict[str, Any] | None] = c.json("结果", "Report", null=True)


class ExportFile(Base):
    """What a large export was asked to hold, and where its file lies until it expires."""

    __tablename__ = "export_file"
    __area__ = "transfer"
    __label__ = Label("导出文件", "Export file")
    __family__ = "log"
    __scope__ = Via("batch", "batch_id")
    __title__ = "kind"
    __audited__ = False
    __surrogate__: ClassVar[bool] = False

    batch_id: Mapped[int] = c.ref(
        "batch.id", "批次", "Batch", primary_key=True, index=False, ondelete="CASCADE"
    )
    kind: Mapped[str] = c.string(8, "格式", "Format")
    is_full: Mapped[bool] = c.boolean("含完整个人信息", "With personal data in full")
    is_coded: Mapped[bool] = c.boolean("以代码表示", "With codes")
    purpose: Mapped[str | None] = c.string(200, "用途", "Purpose", null=True)
    language: Mapped[str] = c.string(16, "语言", "Language")
    storage_path: Mapped[str | None] = c.string(80, "存放位置", "Where it lies", null=True)
