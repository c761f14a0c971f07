"""Reads of notices for pages."""

from __future__ import annotations

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from models import clock
from models.messaging.tables import Notice, NoticeKind

MOST_DOCUMENTS = 200


def current_notices(session: Session, limit: int) -> list[Notice]:
    """Return the published notices in force that the actor sees, pinned ones first."""
    statement = (
        _in_force()
        .order_by(Notice.pinned.desc(), Notice.published_at.desc(), Notice.id.desc())
        .limit(limit)
    )
    return list(session.scalars(statement))


def common_documents(session: Session) -> list[Notice]:
    """Return the documents to download that the actor sees [CONF-23, MSG-05], pinned ones first."""
    documents = Notice.kind == NoticeKind.common_doc.value
    statement = (
        _in_force()
        .where(documents, Notice.attachment_id.is_not(None))
        .order_by(Notice.pinned.desc(), Notice.published_at.desc(), Notice.id.desc())
        .limit(MOST_DOCUMENTS)
    )
    return list(session.scalars(statement))


def _in_force() -> Select[Notice]:
    now = clock.now()
    return select(Notice).where(
        Notice.published_at <= now,
        or_(Notice.expires_at.is_(None), Notice.expires_at > now),
        ~Notice.is_deleted,
    )
