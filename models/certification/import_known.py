"""What is stored already that a row of a workbook must agree with: persons, applications,
numbers.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from models.certification.tables import CertificationApplication
from models.people.tables import Person
from models.workflow.tables import NumberSequence, SequenceKind

#: Applications and persons are judged against everybody's, whoever imports (reading 1).
EVERYBODY = {"unscoped": "uniqueness is judged over all offices"}
#: Pairs in one IN list; SQLite allows 32,766 variables a statement.
PAIRS = 5_000

Key = tuple[str, str]
#: Authority, year and batch number, which one counter of application numbers serves.
Counter = tuple[int, int, int]


def known_persons(session: Session, keys: Iterable[Key]) -> dict[Key, Any]:
    """Return persons of any office by (id_type, id_no): id, name, sex, birth_date."""
    found: dict[Key, Any] = {}
    for part in _parts(keys):
        rows = session.execute(
            select(
                Person.id, Person.id_type, Person.id_no, Person.name, Person.sex, Person.birth_date
            ).where(tuple_(Person.id_type, Person.id_no).in_(part)),
            execution_options=EVERYBODY,
        )
        found.update({(row.id_type, row.id_no): row for row in rows})
    return found


def known_applications(
    session: Session, plan_ids: Iterable[int], keys: Iterable[Key]
) -> dict[tuple[int, str, str], str | None]:
    """Return (plan, id_type, id_no) → application number of what is there already."""
    app = CertificationApplication
    plans = list(plan_ids)
    found: dict[tuple[int, str, str], str | None] = {}
    for part in _parts(keys):
        rows = session.execute(
            select(app.plan_id, app.id_type, app.id_no, app.apply_no).where(
                app.plan_id.in_(plans), tuple_(app.id_type, app.id_no).in_(part)
            ),
            execution_options=EVERYBODY,
        )
        found.update({(row.plan_id, row.id_type, row.id_no): row.apply_no for row in rows})
    return found


def taken_numbers(session: Session, numbers: Iterable[str]) -> set[str]:
    """Return which application numbers are in use."""
    found: set[str] = set()
    wanted = sorted(set(numbers))
    for start in range(0, len(wanted), PAIRS):
        part = wanted[start : start + PAIRS]
        found.update(
            number
            for number in session.scalars(
                select(CertificationApplication.apply_no).where(
                    CertificationApplication.apply_no.in_(part)
                ),
                execution_options=EVERYBODY,
            )
            if number
        )
    return found


def last_serials(session: Session, org_ids: Iterable[int]) -> dict[Counter, int]:
    """Return the last serial of each counter of application numbers of these authorities."""
    sequence = NumberSequence
    found: dict[Counter, int] = {}
    wanted = sorted(set(org_ids))
    for start in range(0, len(wanted), PAIRS):
        rows = session.execute(
            select(sequence.org_id, sequence.year, sequence.batch_no, sequence.last_serial).where(
                sequence.kind == SequenceKind.application.value,
                sequence.org_id.in_(wanted[start : start + PAIRS]),
            ),
            execution_options=EVERYBODY,
        )
        found.update({(row.org_id, row.year, row.batch_no): row.last_serial for row in rows})
    return found


def _parts(keys: Iterable[Key]) -> Iterable[list[Key]]:
    wanted = sorted(set(keys))
    return (wanted[start : start + PAIRS] for start in range(0, len(wanted), PAIRS))
