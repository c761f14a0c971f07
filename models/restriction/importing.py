"""Import of the restriction library: new entries, and corrections of what nobody has reviewed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from models.accounts.field_rights import may_fill
from models.base.actor import Actor
from models.base.session import ActorSession
from models.reference.tables import OrgKind
from models.restriction.checks import entry_faults, period_faults, settled
from models.restriction.tables import RestrictionEntry
from models.text import Message
from models.transfer.declaring import register
from models.transfer.upserting import Upsert


def _locked(entry: Any, _names: frozenset[str], _actor: Actor) -> Message | None:
    return settled(entry)


def _faults(
    _session: ActorSession, values: Any, _changed: frozenset[str]
) -> Iterable[tuple[str, Message]]:
    yield from entry_faults(values)
    yield from period_faults(values)


ENTRIES = Upsert(
    RestrictionEntry,
    columns="name id_type id_no cert_no type effective_from effective_to basis org_id",
    keys="org_id id_type id_no type effective_from",
    may=may_fill,
    locked=_locked,
    faults=_faults,
)
register(
    replace(
        ENTRIES.importer(),
        needed=frozenset({"name"}),
        listed={"org_id": lambda org: (org.kind != OrgKind.site.value,)},
    )
)
