"""What is wrong with the values of an application, typed or imported: column and sentence."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from models.people.checks import person_faults
from models.text import Message, msg


def faults_of(values: Any, changed: frozenset[str], today: date) -> Iterator[tuple[str, Message]]:
    """Yield the faults of what was changed: what was stored before is not refused now.

    ``values`` has the columns of an application; ``today`` is the Shanghai date.
    """
    yield from person_faults(values, changed, today)
    if "graduated_on" in changed and _graduated_unborn(values):
        yield "graduated_on", msg("The graduation lies before the birth.")


def _graduated_unborn(values: Any) -> bool:
    born, graduated = values.birth_date, values.graduated_on
    return bool(born and graduated and graduated < born)
