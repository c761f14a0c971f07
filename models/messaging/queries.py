"""Reads of notices for pages."""

from __future__ import annotations

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from models import clock
from models.messaging.tables import Notice


def current_notices(session: Session, limit: int) -> list[Notice]:
    """Return the published notices in force that the actor sees, pinned ones first."""
    now = clock.now()
    statement = (
        select(Notice)
        .where(
            Notice.published_at <= now,
            or_(Notice.expires_at.is_(None), Notice.expires_at > now),
            ~Notice.is_deleted,
        )
        .order_by(Notice.pinned.desc(), Notice.published_at.desc(), Notice.id.desc())
        .limit(limit)
    )
    return list(session.scalars(statement))
