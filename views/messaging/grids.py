"""Notices to the offices below, and messages."""

from __future__ import annotations

from models.messaging.tables import Message, Notice
from views.base import menu
from views.base.grid import Grid, Section
from views.messaging.documents import CommonDocuments
from views.messaging.records import MessageRecord


class Notices(CommonDocuments, Grid[Notice]):
    category = menu.MESSAGING
    columns = "title kind org target_scope published_at expires_at pinned"
    facets = "kind"
    sections = (
        Section("通知", "Notice", "title kind body"),
        Section("发布", "Publication", "org target_scope published_at expires_at pinned"),
    )


class Messages(MessageRecord, Grid[Message]):
    category = menu.MESSAGING
    columns = "subject kind sender_id recipient_id recipient_person_id state read_at created_at"
    facets = "state"
    sections = (
        Section("往来", "Correspondence", "kind sender_id org_id recipient_id recipient_person_id"),
        Section("内容", "Content", "subject body"),
        Section("阅读与关联", "Links", "state read_at board thread_id entity entity_id"),
    )
    sort = "-id"
    # What was sent stays as it was sent.
    can_edit = False


GRIDS = (Notices, Messages)
