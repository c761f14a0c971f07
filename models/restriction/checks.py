"""What is wrong with an entry of the restriction library, and when nothing of it may change."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from models import clock
from models.people.certificate_numbers import decode_certificate_no
from models.people.checks import ID_PROBLEMS
from models.people.rules import check_id
from models.restriction.choices import RestrictionType, ReviewState
from models.text import Message, msg


def settled(entry: Any) -> Message | None:
    """Return why nothing of an entry is rewritten any more; None while nobody has reviewed it."""
    if entry.review_state == ReviewState.pending:
        return None
    return msg(
        "The entry is “%(state)s”: it stays as it was reviewed. Lift it, or enter a new one.",
        state=ReviewState[entry.review_state].label,
    )


def entry_faults(values: Any) -> Iterator[tuple[str, Message]]:
    """Yield what is wrong with the numbers of an entry: column and sentence."""
    check = check_id(values.id_type, values.id_no or "", clock.today())
    if not check.ok:
        yield "id_no", ID_PROBLEMS[str(check.problem)]
    if values.cert_no and not _is_certificate_no(values.cert_no):
        yield "cert_no", msg("This is no certificate number of 15 or 17 digits.")


def period_faults(values: Any) -> Iterator[tuple[str, Message]]:
    """Yield what is wrong with the days of an entry, before the database says it."""
    start, end = values.effective_from, values.effective_to
    if end is not None and values.type == RestrictionType.forfeited:
        yield "effective_to", msg("A forfeited qualification is lost for life: leave this empty.")
    elif start is not None and end is not None and end < start:
        yield "effective_to", msg("The restriction must not end before it begins.")


def _is_certificate_no(text: str) -> bool:
    try:
        decode_certificate_no(text, last_year=clock.today().year)
    except ValueError:
        return False
    return True
