"""Judging one row of a workbook of applications by itself: cells, document, look-ups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from models.certification.import_fields import (
    BY_HEADING,
    FIELDS,
    RESUME,
    Field,
    read_cell,
)
from models.certification.import_lookups import Lookups
from models.certification.import_resume import read_resume
from models.errors import BadInput
from models.people.rules import IdCheck, check_id
from models.text import Message, msg
from models.transfer.importing import ADDED_HEADINGS, Problem
from models.transfer.readers import Row

ID_PROBLEMS: dict[str, Message] = {
    "length": msg("A resident ID number has 18 characters."),
    "digits": msg("An ID number holds digits only, the last may be X."),
    "birth_date": msg("The date of birth inside the ID number does not exist or lies ahead."),
    "checksum": msg("The check digit is wrong: the number was mistyped."),
    "province": msg("The ID number begins with an unknown province."),
    "format": msg("The number does not have the form of this document."),
    "type": msg("This type of document is not known."),
}


@dataclass(slots=True)
class Candidate:
    """A row whose cells are good: the values of the draft and the lines of the résumé."""

    row: int
    values: dict[str, Any]
    resume: list[dict[str, Any]]
    check: IdCheck

    @property
    def person_key(self) -> tuple[str, str]:
        """The document that identifies the person."""
        return self.values["id_type"], self.values["id_no"]

    @property
    def plan_key(self) -> tuple[int, str, str]:
        """What may stand only once: plan and document."""
        return self.values["plan_id"], *self.person_key


def check_headings(headings: Sequence[str]) -> None:
    """Refuse a sheet that lacks a mandatory heading or has one that nobody knows.

    :raises BadInput: naming them.
    """
    missing = [f.heading for f in FIELDS if f.required and f.heading not in headings]
    if missing:
        raise BadInput(msg("Headings are missing: %(names)s", names="、".join(missing)))
    unknown = [
        name for name in headings if name and name not in BY_HEADING and name not in ADDED_HEADINGS
    ]
    if unknown:
        raise BadInput(
            msg("Unknown headings: %(names)s. Remove or rename them.", names="、".join(unknown))
        )


class RowJudge:
    """Judges one row by itself and collects every problem, not only the first."""

    def __init__(self, row: Row, lookups: Lookups, today: date, now: datetime) -> None:
        self.row = row
        self.lookups = lookups
        self.problems: list[Problem] = []
        self.values = {field.name: self._read(field) for field in FIELDS}
        check = self._judge_document(today)
        self._resolve(now)
        resume = self._try(RESUME, lambda: read_resume(self.values.pop(RESUME.name))) or []
        self.candidate = (
            Candidate(row.number, self.values, resume, check)
            if check and not self.problems
            else None
        )

    def _problem(self, field: Field, message: Message) -> None:
        self.problems.append(Problem(self.row.number, field.heading, message))

    def _try(self, field: Field, read: Any) -> Any:
        try:
            return read()
        except BadInput as refusal:
            self._problem(field, refusal.message)
            return None

    def _read(self, field: Field) -> Any:
        before = len(self.problems)
        cell = self.row.cells.get(field.heading)
        value = self._try(field, lambda: read_cell(field, cell, self.lookups.codes))
        if value is None and field.required and len(self.problems) == before:
            self._problem(field, msg("This must be filled in."))
        return value

    def _field(self, name: str) -> Field:
        return next(field for field in FIELDS if field.name == name)

    def _judge_document(self, today: date) -> IdCheck | None:
        id_type, id_no = self.values["id_type"], self.values["id_no"]
        if not id_type or not id_no:
            return None
        check = check_id(id_type, id_no, today)
        if not check.ok:
            self._problem(self._field("id_no"), ID_PROBLEMS[str(check.problem)])
            return None
        self._agree("sex", check.sex, msg("The ID number says another sex."))
        self._agree("birth_date", check.birth_date, msg("The ID number says another birth date."))
        return check

    def _agree(self, name: str, known: Any, message: Message) -> None:
        """Take what the document says; the document prevails, a contradiction is refused
        [REG-07].
        """
        field = self._field(name)
        given = self.values[name]
        if known is None and given is None:
            if not any(problem.heading == field.heading for problem in self.problems):
                self._problem(field, msg("This must be filled in for such a document."))
        elif known is not None and given is not None and known != given:
            self._problem(field, message)
        elif known is not None:
            self.values[name] = known

    def _resolve(self, now: datetime) -> None:
        """Replace the names of authority, plan, site and subject by their keys."""
        values, look = self.values, self.lookups
        values["submitted_at"] = values["submitted_at"] or now
        if values["submitted_at"] > now:
            self._problem(self._field("submitted_at"), msg("This time lies ahead."))
        org, plan, site = values["org_id"], values.pop("plan_id"), values.pop("site_id")
        subject, kind = values.pop("subject_id"), values["qualification_type"]
        if org:
            values["org_id"] = org = self._try(self._field("org_id"), lambda: look.authority(org))
        if org:
            at = values["submitted_at"]
            found = self._try(self._field("plan_id"), lambda: look.plan(org, plan, at))
            self._place(org, found, site)
        if subject and kind:
            values["subject_id"] = self._try(
                self._field("subject_id"), lambda: look.subject(subject, kind)
            )

    def _place(self, org: int, plan: Any, site: str | None) -> None:
        field = self._field("site_id")
        site_id = self._try(field, lambda: self.lookups.site(org, site)) if site else None
        if not plan or not site_id:
            return
        arrangement = self.lookups.arrangements.get((plan.id, site_id))
        if arrangement is None:
            self._problem(field, msg("This site does not confirm in the plan."))
        self.values |= {
            "plan_id": plan.id,
            "site_id": site_id,
            "arrangement_id": arrangement,
        }
