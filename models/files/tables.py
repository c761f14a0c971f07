"""Attachments."""

from __future__ import annotations

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped

from models.base import columns as c
from models.base.choices import Choice
from models.base.orm import Business
from models.base.scope import Owned
from models.text import Label


class AttachmentKind(Choice):
    """What an attachment shows."""

    photo = "photo", "证件照", "Photograph"
    credential = "credential", "证明材料", "Credential"
    evidence = "evidence", "依据材料", "Evidence"
    document = "document", "文件", "Document"


class Attachment(Business):
    """An uploaded file: its digest, name and place. The same bytes are stored once."""

    __tablename__ = "attachment"
    __area__ = "files"
    __label__ = Label("附件", "Attachment")
    __scope__ = Owned("org_id")
    __title__ = "file_name"
    __table_args__ = (CheckConstraint("size_bytes > 0", name="size_positive"),)

    file_name: Mapped[str] = c.string(200, "文件名", "File name")
    kind: Mapped[str] = c.choice(AttachmentKind, "种类", "Kind")
    mime: Mapped[str] = c.string(100, "类型", "Media type")
    size_bytes: Mapped[int] = c.integer("大小(字节)", "Size in bytes")
    sha256: Mapped[str] = c.string(64, "摘要", "SHA-256", index=True)
    storage_path: Mapped[str] = c.string(200, "存储位置", "Place in storage", system=True)
    org_id: Mapped[int | None] = c.ref("org.id", "机构", "Organisation", null=True)
    uploaded_by: Mapped[int | None] = c.ref("user_account.id", "上传人", "Uploaded by", null=True)
