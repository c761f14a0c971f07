"""Exporting both logs as JSON lines, row by row, in canonical form."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from models.audit.canonical import read_rows, table_of, text_of
from models.audit.triggers import LOGS
from models.base.session import ActorSession

EXPORTED = "audit:audit_log:export"


def export_lines(
    session: ActorSession, since: datetime | None, until: datetime | None
) -> Iterator[tuple[str, str]]:
    """Yield (log, line) for the rows at ``since`` or later and before ``until``; None is open."""
    for log in LOGS:
        at = table_of(log).c.at
        bounds = [at >= since] if since else []
        if until:
            bounds.append(at < until)
        for row in read_rows(session, log, *bounds):
            yield log, text_of({"log": log, "id": row.id, **row.values})
