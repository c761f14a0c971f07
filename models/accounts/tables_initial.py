"""Initial passwords between being made and being handed over."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped

from models import clock
from models.base import columns as c
from models.base.choices import Choice
from models.base.orm import Base
from models.base.scope import Hidden
from models.text import Label


class HandedAs(Choice):
    """In which form initial passwords are taken away."""

    xlsx = "xlsx", "XLSX 表格", "XLSX workbook"
    csv = "csv", "CSV 文件", "CSV file"
    slips = "slips", "打印密码条", "Slips to print"
    pdf = "pdf", "PDF 密码条", "Slips as PDF"


class InitialPassword(Base):
    """An initial password of one batch, sealed until it was handed over or its time is up.

    Its trail is the batch's: never the password, only who took how many.
    """

    __tablename__ = "initial_password"
    __area__ = "accounts"
    __label__ = Label("初始密码", "Initial password")
    __family__ = "log"
    __scope__ = Hidden()
    __title__ = "user_id"
    __audited__ = False
    __table_args__ = (UniqueConstraint("batch_id", "user_id"), Index(None, "expires_at"))

    batch_id: Mapped[int] = c.ref("batch.id", "批次", "Batch", ondelete="CASCADE", index=False)
    user_id: Mapped[int] = c.ref("user_account.id", "用户", "User", ondelete="CASCADE")
    #: NULL once it was handed over in both ways, replaced, changed by its owner, or too old.
    sealed: Mapped[str | None] = c.string(
        255, "密文", "Sealed password", null=True, sensitive="secret"
    )
    created_at: Mapped[datetime] = c.instant("生成时间", "Made at", default=clock.now)
    expires_at: Mapped[datetime] = c.instant("失效时间", "Expires at")
    shown_at: Mapped[datetime | None] = c.instant("查看时间", "Shown at", null=True)
    taken_at: Mapped[datetime | None] = c.instant("下载时间", "Taken at", null=True)
    taken_as: Mapped[str | None] = c.choice(HandedAs, "下载形式", "Taken as", null=True)
