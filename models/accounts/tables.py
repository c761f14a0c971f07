"""Users, roles, and which role a user holds over which organisation."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, relationship
from typing_extensions import override

from models.accounts.scope import Administered, GrantedBelow
from models.base import columns as c
from models.base.choices import Choice
from models.base.orm import Business, prefix_index
from models.reference.tables import Org
from models.text import Label


class AccountType(Choice):
    """Whom an account stands for."""

    staff = "staff", "工作人员", "Staff"
    applicant = "applicant", "申请人", "Applicant"
    teacher = "teacher", "教师", "Teacher"
    trainee = "trainee", "学员", "Trainee"


class AccountStatus(Choice):
    """Whether an account may sign in; locked is computed from ``locked_until`` (schema §3.5)."""

    active = "active", "启用", "Active", "green"
    disabled = "disabled", "停用", "Disabled", "grey"


class UserAccount(Business):
    """An account. ``org_id`` says who administers it; scope comes from its roles (reading 3)."""

    __tablename__ = "user_account"
    __area__ = "accounts"
    __label__ = Label("用户账号", "User account")
    __scope__ = Administered("org_id")
    __title__ = "username"
    __table_args__ = (
        CheckConstraint("failed_count >= 0", name="failed_count_not_negative"),
        prefix_index("ix_user_account_username", "username"),
        Index(None, "status"),
        Index(None, "locked_until"),
    )

    #: Stored as ``passwords.normalise_username`` returns it, so that uniqueness is the database's.
    username: Mapped[str] = c.string(64, "用户名", "User name", unique=True, search="prefix")
    display_name: Mapped[str] = c.string(60, "姓名", "Name", search="name")
    account_type: Mapped[str] = c.choice(
        AccountType, "账号类型", "Account type", default=AccountType.staff
    )
    org_id: Mapped[int | None] = c.ref("org.id", "管理机构", "Administered by", null=True)
    email: Mapped[str | None] = c.string(120, "电子邮箱", "E-mail", null=True, sensitive="email")
    mobile: Mapped[str | None] = c.string(20, "手机号码", "Mobile", null=True, sensitive="mobile")
    status: Mapped[str] = c.choice(
        AccountStatus, "状态", "Status", machine=True, default=AccountStatus.active
    )
    password_hash: Mapped[str] = c.string(255, "密码", "Password", sensitive="secret", system=True)
    password_changed_at: Mapped[datetime | None] = c.instant(
        "密码修改时间", "Password changed at", null=True, system=True
    )
    must_change_password: Mapped[bool] = c.boolean(
        "须修改密码", "Must change password", default=True, system=True
    )
    initial_password_pending: Mapped[bool] = c.boolean(
        "初始密码未改", "Initial password unchanged", default=True, system=True
    )
    failed_count: Mapped[int] = c.integer(
        "连续失败次数", "Failures in a row", small=True, default=0, system=True
    )
    first_failed_at: Mapped[datetime | None] = c.instant(
        "首次失败时间", "First failed at", null=True, system=True
    )
    locked_until: Mapped[datetime | None] = c.instant(
        "锁定至", "Locked until", null=True, system=True
    )
    last_login_at: Mapped[datetime | None] = c.instant(
        "最近登录时间", "Last signed in at", null=True, system=True
    )
    last_login_ip: Mapped[str | None] = c.string(
        45, "最近登录 IP", "Last signed in from", null=True, system=True
    )
    session_epoch: Mapped[int] = c.integer("会话代次", "Session epoch", default=0, system=True)

    org: Mapped[Org | None] = relationship()

    @override
    def is_in_use(self) -> bool:
        """Say whether somebody has signed in, which leaves the version as it is."""
        return self.last_login_at is not None


class Role(Business):
    """A role's code and labels; its rights are declared in ``accounts.permissions`` (reading 4)."""

    __tablename__ = "role"
    __area__ = "accounts"
    __label__ = Label("角色", "Role")
    __family__ = "reference"
    __title__ = "name"

    code: Mapped[str] = c.string(24, "代码", "Code", unique=True)
    name: Mapped[str] = c.string(60, "名称", "Name")
    name_en: Mapped[str] = c.string(60, "英文名称", "English name")
    description: Mapped[str | None] = c.paragraph("说明", "Description", 500, null=True)


class UserRole(Business):
    """A role that a user holds over one organisation and what lies below it [AUTH-10]."""

    __tablename__ = "user_role"
    __area__ = "accounts"
    __label__ = Label("用户角色", "Role of a user")
    __scope__ = GrantedBelow("user_account", "user_id")
    __title__ = "role_code"
    __part_of__ = "user_id"
    __removal__ = "free"
    __table_args__ = (UniqueConstraint("user_id", "role_code", "scope_org_id"),)

    user_id: Mapped[int] = c.ref("user_account.id", "用户", "User", index=False, ondelete="CASCADE")
    role_code: Mapped[str] = c.ref("role.code", "角色", "Role", type_=String(24), names="role")
    scope_org_id: Mapped[int] = c.ref("org.id", "管辖机构", "Over organisation")

    user: Mapped[UserAccount] = relationship()
    role: Mapped[Role] = relationship()
    scope_org: Mapped[Org] = relationship()
