"""Records of the restriction library: numbers that can match somebody, free until reviewed."""

from __future__ import annotations

from collections.abc import Iterable

from typing_extensions import override

from models import clock
from models.base.actor import Actor
from models.certification.checks import ID_PROBLEMS
from models.people.certificate_numbers import decode_certificate_no
from models.people.rules import check_id
from models.restriction.choices import ReviewState
from models.restriction.tables import RestrictionEntry
from models.text import Message, msg
from views.base.form import Editable
from views.base.record import RecordPages


class RestrictionRecord(RecordPages[RestrictionEntry]):
    """An entry: what was reviewed is what bites, so nothing of it is rewritten afterwards."""

    @override
    def editable_fields(self, record: RestrictionEntry, who: Actor) -> Editable:
        usual = super().editable_fields(record, who)
        if not usual.names or record.review_state == ReviewState.pending:
            return usual
        state = ReviewState[record.review_state]
        return Editable(
            frozenset(),
            msg(
                "The entry is “%(state)s”: it stays as it was reviewed."
                " Lift it, or enter a new one.",
                state=state.label,
            ),
        )

    @override
    def faults(self, record: RestrictionEntry, who: Actor) -> Iterable[tuple[str | None, Message]]:
        check = check_id(record.id_type, record.id_no or "", clock.today())
        if not check.ok:
            yield "id_no", ID_PROBLEMS[str(check.problem)]
        if record.cert_no and not _is_certificate_no(record.cert_no):
            yield "cert_no", msg("This is no certificate number of 15 or 17 digits.")


def _is_certificate_no(text: str) -> bool:
    try:
        decode_certificate_no(text, last_year=clock.today().year)
    except ValueError:
        return False
    return True
