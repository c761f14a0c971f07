"""The audit trail: newest first, never changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, String, func

from models.audit.tables import AuditLog
from models.text import Label
from views.base import menu, wording
from views.base.columns import Computed
from views.base.grid import Grid, Section


#: All of an event behind its last colon; both databases trim a set of characters.
def _act(log: Any) -> Any:
    before = func.rtrim(log.event, func.replace(log.event, ":", ""))
    return func.replace(log.event, before, "", type_=String())


def _of_acts(log: Any, acts: Sequence[str]) -> ColumnElement[bool]:
    events = [event for act in acts for event in wording.events_of(act)]
    found: ColumnElement[bool] = log.event.in_(events)
    return found


class AuditTrail(Grid[AuditLog]):
    category = menu.AUDIT
    columns = "at username role org event entity_text result reason ip"
    filters = "at act entity user role org result batch_id ip"
    narrowed = "entity_id username request_id event"
    facets = "result"
    sort = "-at"
    computed = {  # noqa: RUF012 -- declared once, never changed
        "act": Computed(Label("操作", "Act"), _act, choices=wording.acts(), served=_of_acts)
    }
    sections = (
        Section("何时何人", "When and who", "at user username role org ip os_user request_id"),
        Section("何事", "What", "event entity entity_id entity_text result reason batch_id"),
        Section("变更", "Changes", "changes"),
    )
    large = True


GRIDS = (AuditTrail,)
