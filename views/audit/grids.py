"""The audit trail: newest first, never changed."""

from __future__ import annotations

from models.audit.tables import AuditLog
from views.base import menu
from views.base.grid import Grid, Section


class AuditTrail(Grid[AuditLog]):
    category = menu.AUDIT
    columns = "at username role org event entity entity_text result ip"
    filters = "at entity batch_id org user result"
    narrowed = "username event"
    facets = "result"
    sort = "-at"
    sections = (
        Section("何时何人", "When and who", "at username role org ip os_user request_id"),
        Section("何事", "What", "event entity entity_id entity_text result reason batch_id"),
        Section("变更", "Changes", "changes"),
    )
    large = True


GRIDS = (AuditTrail,)
