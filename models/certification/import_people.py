"""Judging whom the rows of a workbook are about: known documents, second applications."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from models.certification.entry import AGREES, disagreement
from models.certification.import_known import Key, known_applications, known_persons
from models.certification.import_rows import Candidate
from models.text import Message, msg
from models.transfer.importing import Problem, Report


def judge_people(session: Session, candidates: list[Candidate], report: Report) -> list[Candidate]:
    """Refuse a second application in the plan, and a known document that names somebody else."""
    keys = {candidate.person_key for candidate in candidates}
    persons = known_persons(session, keys)
    plans = {candidate.values["plan_id"] for candidate in candidates}
    there = known_applications(session, plans, keys)
    first: dict[tuple[int, str, str], int] = {}
    named: dict[Key, Candidate] = {}
    good = []
    for candidate in candidates:
        person = persons.get(candidate.person_key)
        refusal = _person_refusal(candidate, person) or _row_refusal(
            candidate, named.get(candidate.person_key, candidate)
        )
        if candidate.plan_key in there:
            refusal = msg(
                "This person already has an application in the plan: %(number)s. An import only"
                " adds applications: to change this one, correct it on its page.",
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
        named.setdefault(candidate.person_key, candidate)
        candidate.values["person_id"] = person.id if person else None
        good.append(candidate)
    return good


def _person_refusal(candidate: Candidate, person: Any) -> Message | None:
    if person is None:
        return None
    known = {name: getattr(person, name) for name in AGREES}
    differs = _differing(candidate, known)
    return disagreement(differs) if differs else None


def _row_refusal(candidate: Candidate, first: Candidate) -> Message | None:
    """Refuse who applies in another plan of the same file under another name."""
    differs = _differing(candidate, first.values)
    if not differs:
        return None
    return msg("Row %(row)s gives this document another %(what)s.", row=first.row, what=differs)


def _differing(candidate: Candidate, known: Mapping[str, Any]) -> str:
    values = candidate.values
    return "、".join(label.zh for name, label in AGREES.items() if known[name] != values[name])
