"""What signing in leaves behind: sessions, attempts, one-time tokens and second factors."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, relationship

from models import clock
from models.accounts.tables import UserAccount, UserRole
from models.base import columns as c
from models.base.choices import Choice
from models.base.orm import Base
from models.base.scope import Hidden, Own
from models.text import Label


class UserSession(Base):
    """A signed-in browser. Only the digest of its token is kept; signing in and out is audited."""

    __tablename__ = "user_session"
    __area__ = "accounts"
    __label__ = Label("登录会话", "Session")
    __family__ = "log"
    __scope__ = Own("user_id")
    __title__ = "created_at"
    __audited__ = False

    token_hash: Mapped[str] = c.string(
        64, "令牌摘要", "Digest of the token", unique=True, sensitive="secret", system=True
    )
    user_id: Mapped[int] = c.ref("user_account.id", "用户", "User", ondelete="CASCADE")
    user_role_id: Mapped[int | None] = c.ref(
        "user_role.id", "所用角色", "Role acted as", null=True, ondelete="CASCADE"
    )
    epoch: Mapped[int] = c.integer("会话代次", "Session epoch", default=0, system=True)
    created_at: Mapped[datetime] = c.instant("登录时间", "Signed in at", default=clock.now)
    seen_at: Mapped[datetime] = c.instant("最近活动时间", "Last seen at", default=clock.now)
    expires_at: Mapped[datetime] = c.instant("到期时间", "Expires at", index=True)
    revoked_at: Mapped[datetime | None] = c.instant("注销时间", "Revoked at", null=True)
    ip: Mapped[str | None] = c.string(45, "IP 地址", "IP address", null=True)
    user_agent: Mapped[str | None] = c.string(200, "浏览器", "Browser", null=True)
    reveal_purpose: Mapped[str | None] = c.string(
        200, "查看个人信息事由", "Purpose of viewing personal data", null=True
    )

    user: Mapped[UserAccount] = relationship()
    user_role: Mapped[UserRole | None] = relationship()


class LoginOutcome(Choice):
    """How a sign-in ended."""

    ok = "ok", "成功", "Signed in", "green"
    failed = "failed", "失败", "Failed", "red"
    locked = "locked", "已锁定", "Locked", "orange"
    disabled = "disabled", "已停用", "Disabled", "grey"
    throttled = "throttled", "过于频繁", "Throttled", "orange"
    link = "link", "索取密码链接", "Asked for a link", "blue"


class LoginAttempt(Base):
    """One try to sign in: the throttle per address counts these (reading 28)."""

    __tablename__ = "login_attempt"
    __area__ = "accounts"
    __label__ = Label("登录尝试", "Sign-in attempt")
    __family__ = "log"
    __scope__ = Hidden()
    __title__ = "username_tried"
    __audited__ = False
    __table_args__ = (Index(None, "ip", "at"), Index(None, "username_tried", "at"))

    at: Mapped[datetime] = c.instant("时间", "At", default=clock.now)
    ip: Mapped[str | None] = c.string(45, "IP 地址", "IP address", null=True)
    username_tried: Mapped[str] = c.string(64, "所填用户名", "User name tried")
    user_id: Mapped[int | None] = c.ref("user_account.id", "用户", "User", null=True)
    outcome: Mapped[str] = c.choice(LoginOutcome, "结果", "Outcome")


class TokenKind(Choice):
    """What a one-time token is for."""

    reset = "reset", "重置密码", "Reset"
    initial = "initial", "设置初始密码", "First password"


class PasswordToken(Base):
    """A one-time right to set a password; only the digest is kept. Its trail is the account's."""

    __tablename__ = "password_token"
    __area__ = "accounts"
    __label__ = Label("密码令牌", "Password token")
    __family__ = "log"
    __scope__ = Hidden()
    __title__ = "kind"
    __audited__ = False

    user_id: Mapped[int] = c.ref("user_account.id", "用户", "User", ondelete="CASCADE")
    kind: Mapped[str] = c.choice(TokenKind, "用途", "Purpose")
    token_hash: Mapped[str] = c.string(
        64, "令牌摘要", "Digest of the token", unique=True, sensitive="secret"
    )
    created_at: Mapped[datetime] = c.instant("创建时间", "Created at", default=clock.now)
    expires_at: Mapped[datetime] = c.instant("到期时间", "Expires at")
    used_at: Mapped[datetime | None] = c.instant("使用时间", "Used at", null=True)


class TotpSecret(Base):
    """A second factor by time; ``last_step`` keeps a code from being used twice.

    Like recovery codes, its trail is the account's.
    """

    __tablename__ = "totp_secret"
    __area__ = "accounts"
    __label__ = Label("动态口令", "Second factor")
    __family__ = "log"
    __scope__ = Hidden()
    __title__ = "user_id"
    __audited__ = False

    user_id: Mapped[int] = c.ref(
        "user_account.id", "用户", "User", ondelete="CASCADE", index=False, unique=True
    )
    secret: Mapped[str] = c.string(255, "密钥", "Secret", sensitive="secret")
    created_at: Mapped[datetime] = c.instant("创建时间", "Created at", default=clock.now)
    confirmed_at: Mapped[datetime | None] = c.instant("确认时间", "Confirmed at", null=True)
    last_step: Mapped[int | None] = c.integer("已用时间步", "Last step used", null=True)


class RecoveryCode(Base):
    """A single-use code for a lost second factor [ACCT-22]; only the digest is kept."""

    __tablename__ = "recovery_code"
    __area__ = "accounts"
    __label__ = Label("恢复码", "Recovery code")
    __family__ = "log"
    __scope__ = Hidden()
    __title__ = "user_id"
    __audited__ = False
    __table_args__ = (UniqueConstraint("user_id", "code_hash"),)

    user_id: Mapped[int] = c.ref("user_account.id", "用户", "User", ondelete="CASCADE", index=False)
    code_hash: Mapped[str] = c.string(64, "摘要", "Digest", sensitive="secret")
    created_at: Mapped[datetime] = c.instant("创建时间", "Created at", default=clock.now)
    used_at: Mapped[datetime | None] = c.instant("使用时间", "Used at", null=True)


class KeptForm(Base):
    """What a form carried that came after its session had ended: sealed, for its sender alone."""

    __tablename__ = "kept_form"
    __area__ = "accounts"
    __label__ = Label("暂存表单", "Kept form")
    __family__ = "log"
    __scope__ = Hidden()
    __title__ = "created_at"
    __audited__ = False

    user_id: Mapped[int] = c.ref("user_account.id", "用户", "User", ondelete="CASCADE")
    token_hash: Mapped[str] = c.string(
        64, "令牌摘要", "Digest of the token", unique=True, sensitive="secret"
    )
    sealed: Mapped[str] = c.paragraph("内容", "Content", sensitive="secret")
    created_at: Mapped[datetime] = c.instant("创建时间", "Created at", default=clock.now)
    expires_at: Mapped[datetime] = c.instant("到期时间", "Expires at", index=True)
