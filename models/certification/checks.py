"""What is wrong with the values of an application, typed or imported: column and sentence."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from models.base.choices import QUALIFICATION_TYPE
from models.people.checks import person_faults
from models.reference.subjects import TaughtSubject
from models.text import Message, msg


def faults_of(
    values: Any, changed: frozenset[str], today: date, subject: TaughtSubject | None
) -> Iterator[tuple[str, Message]]:
    """Yield the faults of what was changed: what was stored before is not refused now.

    ``values`` has the columns of an application, whose ``subject_id`` is ``subject``; ``today`` is
    the Shanghai date.
    """
    yield from person_faults(values, changed, today)
    if "graduated_on" in changed and _graduated_unborn(values):
        yield "graduated_on", msg("The graduation lies before the birth.")
    if subject and {"subject_id", "qualification_type"} & changed:
        fault = subject_fault(subject, values.qualification_type)
        if fault is not None:
            yield "subject_id", fault


def _graduated_unborn(values: Any) -> bool:
    born, graduated = values.birth_date, values.graduated_on
    return bool(born and graduated and graduated < born)


def subject_fault(subject: TaughtSubject, type_: int | None) -> Message | None:
    """Return why a subject cannot be applied for with a type, None where it can."""
    if type_ is None or subject.is_of(type_):
        return None
    return msg(
        "The subject “%(subject)s” does not belong to the qualification type “%(type)s”."
        " Choose another subject or type.",
        subject=subject.name,
        type=QUALIFICATION_TYPE[str(type_)],
    )
