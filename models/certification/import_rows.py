"""Judging one row of a workbook of applications by itself: cells, document, look-ups."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from types import SimpleNamespace
from typing import Any

from models.accounts.field_rights import may_fill
from models.base.actor import Actor
from models.certification.checks import faults_of
from models.certification.import_fields import (
    BY_NAME,
    FIELDS,
    RESUME,
    Field,
    read_cell,
)
from models.certification.import_lookups import Lookups
from models.certification.import_resume import read_resume
from models.certification.tables import CertificationApplication
from models.errors import BadInput
from models.people.checks import IDENTITY
from models.people.rules import IdCheck, check_id
from models.planning.tables import WorkPlan
from models.reference.subjects import TaughtSubject
from models.text import Message, msg
from models.transfer.importing import Problem
from models.transfer.readers import Row


@dataclass(slots=True)
class Candidate:
    """A row whose cells are good: the values of the draft and the lines of the résumé."""

    row: int
    values: dict[str, Any]
    resume: list[dict[str, Any]]
    plan: WorkPlan

    @property
    def person_key(self) -> tuple[str, str]:
        """The document that identifies the person."""
        return self.values["id_type"], self.values["id_no"]

    @property
    def plan_key(self) -> tuple[int, str, str]:
        """What may stand only once: plan and document."""
        return self.values["plan_id"], *self.person_key


def fillable(actor: Actor) -> frozenset[str]:
    """Return the fields that the actor's role may fill."""
    return frozenset(field.name for field in FIELDS if _may_fill(actor, field))


def _may_fill(actor: Actor, field: Field) -> bool:
    return field is RESUME or may_fill(actor, CertificationApplication, field.name)


class RowJudge:
    """Judges one row by itself and collects every problem, not only the first."""

    def __init__(self, row: Row, lookups: Lookups, today: date, now: datetime) -> None:
        self.row = row
        self.lookups = lookups
        self.problems: list[Problem] = []
        self.values = {field.name: self._read(field) for field in FIELDS}
        self.plan: WorkPlan | None = None
        check = self._complete_identity(today)
        self.subject = self._find_subject()
        self._judge_fields(check, today)
        self._resolve(now)
        resume = self._try(RESUME, lambda: read_resume(self.values.pop(RESUME.name))) or []
        self.candidate = (
            Candidate(row.number, self.values, resume, self.plan)
            if check and self.plan and not self.problems
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

    def _complete_identity(self, today: date) -> IdCheck | None:
        """Take sex and birth date from the document where the sheet is silent [REG-07]."""
        values = self.values
        if not values["id_type"] or not values["id_no"]:
            return None
        check = check_id(values["id_type"], values["id_no"], today)
        for name in ("sex", "birth_date"):
            values[name] = values[name] or getattr(check, name)
            if check.ok and values[name] is None and BY_NAME[name].heading not in self._headings():
                self._problem(BY_NAME[name], msg("This must be filled in for such a document."))
        return check

    def _find_subject(self) -> TaughtSubject | None:
        """Replace the name of the subject by its key."""
        text, kind = self.values["subject_id"], self.values["qualification_type"]
        read = partial(self.lookups.subject, text, kind)
        found = self._try(BY_NAME["subject_id"], read) if text else None
        self.values["subject_id"] = found and found.id
        return found

    def _judge_fields(self, check: IdCheck | None, today: date) -> None:
        """Judge what was read as the form does; what could not be read has been refused."""
        unread = self._headings()
        names = {field.name for field in FIELDS if field.heading not in unread}
        if check is None:
            names -= set(IDENTITY)
        values = SimpleNamespace(**self.values)
        for name, message in faults_of(values, frozenset(names), today, self.subject):
            self._problem(BY_NAME[name], message)

    def _headings(self) -> set[str]:
        return {problem.heading for problem in self.problems}

    def _resolve(self, now: datetime) -> None:
        """Replace the names of authority, plan and site by their keys."""
        values, look = self.values, self.lookups
        values["submitted_at"] = values["submitted_at"] or now
        if values["submitted_at"] > now:
            self._problem(BY_NAME["submitted_at"], msg("This time lies ahead."))
        org, plan, site = values["org_id"], values.pop("plan_id"), values.pop("site_id")
        if org:
            values["org_id"] = org = self._try(BY_NAME["org_id"], lambda: look.authority(org))
        if org:
            at = values["submitted_at"]
            found = self._try(BY_NAME["plan_id"], lambda: look.plan(org, plan, at))
            self._place(org, found, site)

    def _place(self, org: int, plan: Any, site: str | None) -> None:
        field = BY_NAME["site_id"]
        site_id = self._try(field, lambda: self.lookups.site(org, site)) if site else None
        if not plan or not site_id:
            return
        arrangement = self.lookups.arrangements.get((plan.id, site_id))
        if arrangement is None:
            self._problem(field, msg("This site does not confirm in the plan."))
        self.plan = plan
        self.values |= {
            "plan_id": plan.id,
            "site_id": site_id,
            "arrangement_id": arrangement,
        }
