"""Who has seen the personal data of a record, when, and for which purpose."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from models.audit.tables import AuditLog
from models.base.actor import Actor
from models.text import Label
from views.base import told
from views.base.changes import Change, changes_of
from views.base.columns import class_named
from views.base.declaration import Declared
from views.base.reveal import personal_columns
from views.base.shown import account_names
from views.base.wording import act_label, role_label

#: Name in the address of a record's page: behind which row the list goes on.
SEEN = "seen"
SIGHTS_SHOWN = 10
READ_TRAIL = "audit:audit_log:list"


@dataclass(frozen=True, slots=True)
class Sight:
    """One time that somebody saw personal data: which columns, and the purpose stated then."""

    at: datetime
    act: Label | str
    who: str
    role: Label | None
    purpose: str
    what: list[Change]


@dataclass(frozen=True, slots=True)
class Sights:
    """One page of them, the latest first; ``earlier`` is where the next begins."""

    sights: list[Sight]
    earlier: int | None
    is_first: bool


def seen_by(view: Declared[Any], record: Any, who: Actor) -> Sights | None:
    """Return who saw the personal data of a record and of its parts; None where there are none,
    and for roles that may neither see such data nor read the trail.
    """
    if not personal_columns(type(record)):
        return None
    if not (view.may(who, "reveal") or who.can(READ_TRAIL)):
        return None
    behind = told.asked_place(SEEN)
    found = told.page_of(AuditLog, told.entries(record, told.is_sight()), behind, SIGHTS_SHOWN)
    names = account_names({row.user_id for row in found.rows})
    sights = [
        Sight(
            at=row.at,
            act=act_label(row.entity, row.event.rpartition(":")[2]),
            who=names.get(row.user_id, row.username),
            role=role_label(row.role),
            purpose=row.reason or "",
            what=changes_of(class_named(row.entity), row.changes or {}),
        )
        for row in found.rows
    ]
    return Sights(sights, found.earlier, behind is None)
