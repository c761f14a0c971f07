"""Import of online applications from a workbook (reading 19).

Every row enters through the same two steps as at the counter: ``create`` makes a draft, ``submit``
moves it. First all rows are tried inside a savepoint that is rolled back; then only those that
passed are saved. So a dry run is the first half of a real one, refused rows leave nothing, and no
number is wasted on them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from models import clock
from models.audit.recorder import record
from models.base.actor import Actor
from models.base.session import ActorSession
from models.batch.operations import commit, pin_ids, preview
from models.batch.queries import refusals
from models.certification.choices import DataSource
from models.certification.import_lookups import (
    Lookups,
    known_applications,
    known_persons,
    load_lookups,
    taken_numbers,
)
from models.certification.import_rows import Candidate, RowJudge, check_headings
from models.certification.rules import decode_application_no
from models.certification.states import MACHINE
from models.certification.tables import CertificationApplication
from models.certification.tables_parts import ApplicationResume
from models.errors import BadInput, Conflict
from models.people.choices import IdCheckState
from models.people.rules import RESIDENT_ID
from models.people.tables import Person
from models.text import Message, msg
from models.transfer.importing import Problem, Report
from models.transfer.readers import Row, Sheet

CREATE = "certification:certification_application:create"
SUBMIT = "certification:certification_application:submit"
MAX_IMPORT_ROWS = 20_000


def import_applications(
    session: ActorSession, actor: Actor, sheet: Sheet, *, file_name: str, dry_run: bool = False
) -> Report:
    """Judge every row of ``sheet`` and save those that pass; nothing of the others.

    :raises Forbidden: when the role may not create and submit applications.
    :raises BadInput: when mandatory headings are missing or unknown ones stand there.
    """
    actor.require(CREATE)
    actor.require(SUBMIT)
    check_headings(sheet.headings)
    report = Report(dry_run=dry_run)
    candidates = _judge_rows(load_lookups(session), sheet.rows, report)
    candidates = _judge_numbers(session, _judge_people(session, candidates, report), report)
    refused = _try(session, actor, candidates, file_name) if candidates else {}
    report.problems += [Problem(row, "", reason) for row, reason in refused.items()]
    candidates = [candidate for candidate in candidates if candidate.row not in refused]
    report.saved = len(candidates)
    if not dry_run and candidates:
        report.batch_id = _save(session, actor, candidates, file_name)
    report.problems.sort(key=lambda problem: problem.row)
    _record(session, report, file_name)
    return report


def _judge_rows(lookups: Lookups, rows: Iterable[Row], report: Report) -> list[Candidate]:
    today, now = clock.today(), clock.now()
    found = []
    for row in rows:
        report.total += 1
        if report.total > MAX_IMPORT_ROWS:
            raise BadInput(
                msg("The file has more than %(count)s rows. Split it.", count=MAX_IMPORT_ROWS)
            )
        judge = RowJudge(row, lookups, today, now)
        report.problems += judge.problems
        if judge.candidate:
            found.append(judge.candidate)
    return found


def _judge_people(
    session: ActorSession, candidates: list[Candidate], report: Report
) -> list[Candidate]:
    """Refuse a second application in the plan, and a known document that names somebody else."""
    keys = {candidate.person_key for candidate in candidates}
    persons = known_persons(session, keys)
    plans = {candidate.values["plan_id"] for candidate in candidates}
    there = known_applications(session, plans, keys)
    first: dict[tuple[int, str, str], int] = {}
    good = []
    for candidate in candidates:
        refusal = _person_refusal(candidate, persons.get(candidate.person_key))
        if candidate.plan_key in there:
            refusal = msg(
                "This person already has an application in the plan: %(number)s.",
                number=there[candidate.plan_key] or "网报未完成",
            )
        elif candidate.plan_key in first:
            refusal = msg(
                "The same person stands in row %(row)s already.", row=first[candidate.plan_key]
            )
        if refusal:
            report.problems.append(Problem(candidate.row, "证件号码", refusal))
            continue
        first[candidate.plan_key] = candidate.row
        person = persons.get(candidate.person_key)
        candidate.values["person_id"] = person.id if person else None
        good.append(candidate)
    return good


def _person_refusal(candidate: Candidate, person: Any) -> Message | None:
    if person is None:
        return None
    values = candidate.values
    differs = [
        word
        for word, known, given in (
            ("姓名", person.name, values["name"]),
            ("性别", person.sex, values["sex"]),
            ("出生日期", person.birth_date, values["birth_date"]),
        )
        if known != given
    ]
    if not differs:
        return None
    return msg(
        "This document is on record with another %(what)s. Check it against the original.",
        what="、".join(differs),
    )


def _judge_numbers(
    session: ActorSession, candidates: list[Candidate], report: Report
) -> list[Candidate]:
    """Keep a given application number if it is well formed and free (reading 19)."""
    taken = taken_numbers(
        session, (c.values["apply_no"] for c in candidates if c.values["apply_no"])
    )
    good = []
    for candidate in candidates:
        number = candidate.values["apply_no"]
        refusal = _number_refusal(number, taken) if number else None
        if refusal:
            report.problems.append(Problem(candidate.row, "报名号", refusal))
            continue
        if number:
            taken.add(number)
        good.append(candidate)
    return good


def _number_refusal(number: str, taken: set[str]) -> Message | None:
    try:
        decode_application_no(number)
    except ValueError:
        return msg("An application number is B and 17 digits. Leave it empty to have one issued.")
    return msg("This application number is taken.") if number in taken else None


def _enter(
    session: ActorSession, actor: Actor, candidates: list[Candidate], file_name: str
) -> tuple[Any, dict[int, Message]]:
    """Create the drafts and preview their submission; return the batch and the refused rows."""
    drafts = {_draft(session, candidate): candidate.row for candidate in candidates}
    session.flush()
    rows = {draft.id: row for draft, row in drafts.items()}
    batch = pin_ids(session, actor, MACHINE, "submit", list(rows), source=file_name)
    preview(session, batch, {})
    return batch, {rows[key]: reason for key, reason in refusals(session, batch).items()}


def _try(
    session: ActorSession, actor: Actor, candidates: list[Candidate], file_name: str
) -> dict[int, Message]:
    """Enter the rows inside a savepoint, only to hear which ones the submission refuses."""
    trial = session.begin_nested()
    _, refused = _enter(session, actor, candidates, file_name)
    trial.rollback()
    return refused


def _draft(session: ActorSession, candidate: Candidate) -> CertificationApplication:
    values = dict(candidate.values)
    if values.pop("person_id") is None:
        values["person"] = _person(candidate)
    else:
        values["person_id"] = candidate.values["person_id"]
    lines = [
        ApplicationResume(sort=number, **line) for number, line in enumerate(candidate.resume, 1)
    ]
    draft = CertificationApplication(data_source=DataSource["import"], resumes=lines, **values)
    session.add(draft)
    return draft


def _person(candidate: Candidate) -> Person:
    copied = (
        "name", "id_type", "id_no", "sex", "birth_date", "ethnic_code", "political_code",
        "address", "zip_code", "mobile", "email",
    )  # fmt: skip
    warned = candidate.check.warning is not None
    passed = IdCheckState.region_warn if warned else IdCheckState.ok
    state = passed if candidate.values["id_type"] == RESIDENT_ID else IdCheckState.unchecked
    return Person(id_check=state, **{name: candidate.values[name] for name in copied})


def _save(session: ActorSession, actor: Actor, candidates: list[Candidate], file_name: str) -> int:
    batch, refused = _enter(session, actor, candidates, file_name)
    if refused:
        raise Conflict(msg("The data changed during the import. Nothing was saved; start again."))
    done = commit(session, batch, {})
    if done.done_count != len(candidates):
        raise Conflict(msg("The data changed during the import. Nothing was saved; start again."))
    return int(batch.id)


def _record(session: ActorSession, report: Report, file_name: str) -> None:
    if report.dry_run:
        return
    record(
        session,
        "certification:certification_application:import",
        entity="certification_application",
        entity_text=file_name[:120],
        changes={
            "rows": [None, report.total],
            "saved": [None, report.saved],
            "refused": [None, report.refused],
        },
        batch_id=report.batch_id,
    )
