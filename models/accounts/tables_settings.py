"""What a user keeps for comfort: saved views and preferences. No fact of the office: unaudited."""

from __future__ import annotations

from typing import Any

from sqlalchemy import CheckConstraint, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped

from models.accounts.scope import SharedWithRole
from models.base import columns as c
from models.base.orm import Business
from models.base.scope import Own
from models.text import Label


class SavedView(Business):
    """A list's query under a name; ``shared_role`` None keeps it to its owner, else whoever acts
    in that role for the organisation ``org_id`` sees it too.
    """

    __tablename__ = "saved_view"
    __area__ = "accounts"
    __label__ = Label("常用视图", "Saved view")
    __scope__ = SharedWithRole("user_id")
    __title__ = "name"
    __audited__ = False
    __table_args__ = (
        UniqueConstraint("user_id", "table_name", "name"),
        Index(
            "uq_saved_view_default",
            "user_id",
            "table_name",
            unique=True,
            postgresql_where=text("is_default"),
            sqlite_where=text("is_default"),
        ),
        CheckConstraint(
            "shared_role IS NULL OR org_id IS NOT NULL", name="shared_within_organisation"
        ),
    )

    user_id: Mapped[int] = c.ref("user_account.id", "用户", "User", ondelete="CASCADE", index=False)
    table_name: Mapped[str] = c.string(60, "列表", "List", names="table")
    name: Mapped[str] = c.string(60, "名称", "Name")
    query: Mapped[str] = c.paragraph("列表条件", "Query of the list", 4000)
    shared_role: Mapped[str | None] = c.ref(
        "role.code", "共享给角色", "Shared with role", type_=String(24), null=True
    )
    org_id: Mapped[int | None] = c.ref(
        "org.id", "共享范围", "Shared within", null=True, index=False
    )
    is_default: Mapped[bool] = c.boolean("默认", "Default")


class UserPreference(Business):
    """One setting of one user, such as the columns and density of a list."""

    __tablename__ = "user_preference"
    __area__ = "accounts"
    __label__ = Label("个人设置", "Preference")
    __scope__ = Own("user_id")
    __title__ = "key"
    __audited__ = False
    __table_args__ = (UniqueConstraint("user_id", "key"),)

    user_id: Mapped[int] = c.ref("user_account.id", "用户", "User", ondelete="CASCADE", index=False)
    key: Mapped[str] = c.string(80, "设置项", "Key")
    value: Mapped[Any | None] = c.json("值", "Value", null=True)
