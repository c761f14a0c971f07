"""Entering judged rows of a workbook: tried set-wise and forgotten, or made and submitted."""

from __future__ import annotations

from typing import Any

from sqlalchemy import insert

from models.base.actor import Actor
from models.base.session import ActorSession
from models.batch.operations import commit, pin_ids, preview
from models.batch.queries import refusals
from models.batch.tables import Batch
from models.certification.choices import DataSource
from models.certification.entry import person_values
from models.certification.import_rows import Candidate
from models.certification.states import MACHINE
from models.certification.tables import CertificationApplication
from models.certification.tables_parts import ApplicationResume
from models.errors import Conflict
from models.people.tables import Person
from models.text import Message, msg
from models.transfer.keeping import keep_beside, keep_moved

TRIAL = {"unscoped": "import: rows to be judged, rolled back at once"}
SOURCE = DataSource["import"].value


def try_rows(
    session: ActorSession, actor: Actor, candidates: list[Candidate], file_name: str
) -> dict[int, Message]:
    """Say which rows the submission refuses, by row number, and leave nothing behind.

    The guards read tables, so the rows are put there inside a savepoint: set-wise, because nobody
    will ever see them, and the trail must not tell of what was not done.
    """
    trial = session.begin_nested()
    ids = _insert(session, CertificationApplication, _trial_values(session, candidates))
    rows = dict(zip(ids, (candidate.row for candidate in candidates), strict=True))
    _, refused = _judge(session, actor, rows, file_name)
    trial.rollback()
    return refused


def save_rows(
    session: ActorSession, actor: Actor, candidates: list[Candidate], kept: Batch, file_name: str
) -> int:
    """Make the drafts and submit them; ``kept`` is the import that may take them back. Return the
    batch of the submission.

    :raises Conflict: when one of them is refused after all; nothing must be kept then.
    """
    persons = {c.person_key: c for c in candidates if c.values["person_id"] is None}
    new = {key: Person(**person_values(candidate.values)) for key, candidate in persons.items()}
    drafts = {_draft(c, new.get(c.person_key)): c.row for c in candidates}
    session.add_all(drafts)
    session.flush()
    rows = {draft.id: row for draft, row in drafts.items()}
    made = _with_persons(list(drafts), {person.id for person in new.values()})
    batch, refused = _judge(session, actor, rows, file_name)
    if refused or commit(session, batch, {}).done_count != len(candidates):
        raise Conflict(msg("The data changed during the import. Nothing was saved; start again."))
    keep_moved(session, kept, batch.id)
    keep_beside(session, kept, Person, made)
    return int(batch.id)


def _with_persons(drafts: list[CertificationApplication], persons: set[int]) -> dict[int, int]:
    """Return application → person for each new person's first application, taken back last."""
    first = {draft.person_id: draft.id for draft in reversed(drafts)}
    return {draft: person for person, draft in first.items() if person in persons}


def _judge(
    session: ActorSession, actor: Actor, rows: dict[int, int], file_name: str
) -> tuple[Batch, dict[int, Message]]:
    """Preview the submission of drafts (id → row); return the batch and the refused rows."""
    batch = pin_ids(session, actor, MACHINE, "submit", list(rows), source=file_name)
    preview(session, batch, {})
    return batch, {rows[key]: reason for key, reason in refusals(session, batch).items()}


def _insert(session: ActorSession, cls: Any, values: list[dict[str, Any]]) -> list[int]:
    """Insert rows without making objects; return their ids in the order of ``values``."""
    if not values:
        return []
    made = insert(cls).returning(cls.id, sort_by_parameter_order=True)
    return list(session.scalars(made, values, execution_options=TRIAL))


def _trial_values(session: ActorSession, candidates: list[Candidate]) -> list[dict[str, Any]]:
    new = [c for c in candidates if c.values["person_id"] is None]
    persons: dict[tuple[str, str], Candidate] = {c.person_key: c for c in new}
    ids = _insert(session, Person, [person_values(c.values) for c in persons.values()])
    person_of = dict(zip(persons, ids, strict=True))
    return [
        c.values
        | {"person_id": person_of.get(c.person_key, c.values["person_id"]), "data_source": SOURCE}
        for c in candidates
    ]


def _draft(candidate: Candidate, new: Person | None) -> CertificationApplication:
    values = dict(candidate.values)
    if new is not None:
        del values["person_id"]
        values["person"] = new
    lines = [
        ApplicationResume(sort=number, **line) for number, line in enumerate(candidate.resume, 1)
    ]
    return CertificationApplication(data_source=SOURCE, resumes=lines, **values)
