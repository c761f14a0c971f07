"""Records of the restriction library: numbers that can match somebody, free until reviewed."""

from __future__ import annotations

from collections.abc import Iterable

from typing_extensions import override

from models.base.actor import Actor
from models.restriction.checks import entry_faults, settled
from models.restriction.tables import RestrictionEntry
from models.text import Message
from views.base.form import Editable
from views.base.record import RecordPages


class RestrictionRecord(RecordPages[RestrictionEntry]):
    """An entry: what was reviewed is what bites, so nothing of it is rewritten afterwards."""

    @override
    def editable_fields(self, record: RestrictionEntry, who: Actor) -> Editable:
        usual = super().editable_fields(record, who)
        why_not = settled(record)
        if not usual.names or why_not is None:
            return usual
        return Editable(frozenset(), why_not)

    @override
    def faults(self, record: RestrictionEntry, who: Actor) -> Iterable[tuple[str | None, Message]]:
        return entry_faults(record)
