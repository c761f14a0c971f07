"""Every paper that was printed, copy by copy."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped

from models import clock
from models.base import columns as c
from models.base.orm import Base
from models.base.scope import Owned
from models.text import Label


class PaperPrint(Base):
    """One print of one paper of one record; ``copy_no`` 1 is the first, any other a reprint."""

    __tablename__ = "paper_print"
    __area__ = "papers"
    __label__ = Label("打印记录", "Printed paper")
    __family__ = "log"
    __scope__ = Owned("org_id", site="site_id")
    __title__ = "title"
    __audited__ = False
    __table_args__ = (
        UniqueConstraint("entity", "entity_id", "paper", "copy_no"),
        CheckConstraint("copy_no >= 1", name="copy_no_counts_from_one"),
        Index(None, "org_id", "printed_at"),
        Index(None, "site_id", "printed_at"),
    )

    printed_at: Mapped[datetime] = c.instant("打印时间", "Printed at", default=clock.now)
    paper: Mapped[str] = c.string(40, "材料代码", "Paper code")
    title: Mapped[str] = c.string(60, "材料", "Paper")
    entity: Mapped[str] = c.string(60, "对象类型", "Record type", names="table")
    entity_id: Mapped[int] = c.integer("对象编号", "Record ID")
    entity_text: Mapped[str] = c.string(200, "对象", "Record", names="record")
    copy_no: Mapped[int] = c.integer("第几次打印", "Copy", small=True)
    printed_by: Mapped[int | None] = c.ref("user_account.id", "打印人", "Printed by", null=True)
    org_id: Mapped[int | None] = c.ref("org.id", "机构", "Organisation", null=True, index=False)
    site_id: Mapped[int | None] = c.ref(
        "org.id", "确认点", "Confirmation site", null=True, index=False
    )
