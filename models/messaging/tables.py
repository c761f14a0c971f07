"""Messages and notices."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped

from models.base import columns as c
from models.base.choices import Choice
from models.base.orm import Business
from models.messaging.scope import Circulation, Correspondence
from models.text import Label


class MessageKind(Choice):
    """How a message is meant."""

    mail = "mail", "站内信", "Mail"
    note = "note", "纸条", "Note"
    forum = "forum", "论坛", "Forum"
    ticket = "ticket", "工单", "Ticket"
    consult = "consult", "咨询", "Enquiry"


class MessageState(Choice):
    """Whether a message still waits for an answer."""

    open = "open", "待回复", "Open", "amber"
    answered = "answered", "已回复", "Answered", "green"
    closed = "closed", "已关闭", "Closed", "grey"
    hidden = "hidden", "已隐藏", "Hidden", "red"


class Message(Business):
    """A message to a user, or from an office to an applicant about a record (reading 18)."""

    __tablename__ = "message"
    __area__ = "messaging"
    __label__ = Label("消息", "Message")
    __scope__ = Correspondence()
    __title__ = "subject"
    __table_args__ = (
        CheckConstraint(
            "recipient_id IS NULL OR recipient_person_id IS NULL", name="one_recipient"
        ),
        Index(None, "recipient_id", "read_at"),
        Index(None, "entity", "entity_id"),
    )

    kind: Mapped[str] = c.choice(MessageKind, "种类", "Kind", default=MessageKind.mail)
    thread_id: Mapped[int | None] = c.ref("message.id", "所属主题", "Thread", null=True)
    sender_id: Mapped[int | None] = c.ref("user_account.id", "发件人", "Sender", null=True)
    org_id: Mapped[int | None] = c.ref("org.id", "发件机构", "Sending organisation", null=True)
    recipient_id: Mapped[int | None] = c.ref(
        "user_account.id", "收件人", "Recipient", null=True, index=False
    )
    recipient_person_id: Mapped[int | None] = c.ref(
        "person.id", "收件申请人", "Applicant addressed", null=True
    )
    entity: Mapped[str | None] = c.string(60, "对象类型", "Record type", null=True, names="table")
    entity_id: Mapped[int | None] = c.integer("对象编号", "Record ID", null=True)
    board: Mapped[str | None] = c.string(60, "版块", "Board", null=True)
    subject: Mapped[str] = c.string(120, "主题", "Subject")
    body: Mapped[str] = c.paragraph("内容", "Body")
    state: Mapped[str] = c.choice(MessageState, "状态", "State", default=MessageState.open)
    read_at: Mapped[datetime | None] = c.instant("阅读时间", "Read at", null=True)
    sender_deleted: Mapped[bool] = c.boolean("发件人已删除", "Deleted by sender", system=True)
    recipient_deleted: Mapped[bool] = c.boolean("收件人已删除", "Deleted by recipient", system=True)


class NoticeKind(Choice):
    """What a notice is."""

    notice = "notice", "通知公告", "Notice"
    superior = "superior", "上级部门通知", "Notice from above"
    common_doc = "common_doc", "常用文件", "Document"
    faq = "faq", "常见问题", "FAQ"


class NoticeTarget(Choice):
    """Who below the office sees a notice once it is published."""

    subtree = "subtree", "下级全部", "Everyone below"
    sites = "sites", "确认点", "Confirmation sites"
    schools = "schools", "学校", "Schools"
    public = "public", "公开", "Public"


class Notice(Business):
    """A notice of an office; seen below it once published [AUTH-08]."""

    __tablename__ = "notice"
    __area__ = "messaging"
    __label__ = Label("通知公告", "Notice")
    __scope__ = Circulation()
    __title__ = "title"
    __removal__ = "trash"
    __table_args__ = (
        Index(None, "org_id", "published_at"),
        CheckConstraint("expires_at > published_at", name="expires_after_publication"),
        CheckConstraint("read_count >= 0", name="read_count_not_negative"),
    )

    title: Mapped[str] = c.string(120, "标题", "Title", search="prefix")
    kind: Mapped[str] = c.choice(NoticeKind, "种类", "Kind", default=NoticeKind.notice)
    org_id: Mapped[int] = c.ref("org.id", "发布机构", "Published by", index=False)
    target_scope: Mapped[str] = c.choice(
        NoticeTarget, "发布范围", "Published to", default=NoticeTarget.subtree
    )
    body: Mapped[str] = c.paragraph("内容", "Body")
    published_at: Mapped[datetime | None] = c.instant(
        "发布时间",
        "Published at",
        null=True,
        help=Label("空为尚未发布，下级看不到。", "Empty: not published, nobody below sees it."),
    )
    expires_at: Mapped[datetime | None] = c.instant(
        "失效时间", "Expires at", typed="end", null=True
    )
    pinned: Mapped[bool] = c.boolean("置顶", "Pinned")
    attachment_id: Mapped[int | None] = c.ref("attachment.id", "附件", "Attachment", null=True)
    read_count: Mapped[int] = c.integer("阅读次数", "Times read", default=0, system=True)
    is_deleted: Mapped[bool] = c.boolean("已删除", "Deleted", system=True)
