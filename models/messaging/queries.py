"""Reads of notices for pages."""

from __future__ import annotations

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Session

from models import clock
from models.messaging.tables import Notice, NoticeKind

MOST_DOCUMENTS = 200
IS_DOCUMENT = and_(Notice.kind == NoticeKind.common_doc.value, Notice.attachment_id.is_not(None))


def current_notices(session: Session, limit: int) -> list[Notice]:
    """Return the published notices in force that the actor sees, pinned ones first; documents to
    download have a list of their own.
    """
    return list(session.scalars(_in_force().where(~IS_DOCUMENT).limit(limit)))


def common_documents(session: Session, limit: int = MOST_DOCUMENTS) -> list[Notice]:
    """Return the documents to download that the actor sees [CONF-23, MSG-05], pinned ones first."""
    return list(session.scalars(_in_force().where(IS_DOCUMENT).limit(limit)))


def is_in_force(notice: Notice) -> bool:
    """Say whether a notice is published now, and has not expired."""
    now, start, end = clock.now(), notice.published_at, notice.expires_at
    return start is not None and start <= now and (end is None or now < end)


def _in_force() -> Select[Notice]:
    now = clock.now()
    in_force = select(Notice).where(
        Notice.published_at <= now,
        or_(Notice.expires_at.is_(None), Notice.expires_at > now),
        ~Notice.is_deleted,
    )
    return in_force.order_by(Notice.pinned.desc(), Notice.published_at.desc(), Notice.id.desc())
