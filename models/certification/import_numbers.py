"""Judging the application numbers that rows of a workbook bring along (reading 19)."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from models.certification.import_known import Counter, last_serials, taken_numbers
from models.certification.import_lookups import Lookups
from models.certification.import_rows import Candidate
from models.certification.rules import ApplicationNo, decode_application_no
from models.planning.tables import WorkPlan
from models.text import Message, msg
from models.transfer.importing import Problem, Report

#: How far beyond the counter, and the rows of the file, a serial may lie: the counter passes kept
#: numbers by, so that one mistyped digit could use up the numbers of a plan.
MARGIN = 10_000


@dataclass(slots=True)
class Numbers:
    """What given numbers are judged by: those in use, counters, and how many may be passed."""

    taken: set[str]
    last: dict[Counter, int]
    ahead: int
    lookups: Lookups

    def refusal(self, text: str, plan: WorkPlan) -> Message | None:
        """Say why a number cannot be kept, or None."""
        number = _decoded(text)
        if number is None:
            return msg(
                "An application number is B and 17 digits. Leave it empty to have one issued."
            )
        if not text.startswith(self.lookups.number_head(plan)):
            return msg(
                "This number is not of this authority and plan: those begin with %(head)s.",
                head=self.lookups.number_head(plan),
            )
        last = self.last.get((plan.org_id, plan.year, plan.batch_no), 0)
        if number.serial > last + self.ahead:
            return msg(
                "This number lies far beyond the last one of the plan, which is %(last)s."
                " Leave it empty to have one issued.",
                last=f"{last:06d}",
            )
        return msg("This application number is taken.") if text in self.taken else None


def _decoded(text: str) -> ApplicationNo | None:
    try:
        number = decode_application_no(text)
    except ValueError:
        return None
    return number if number.serial else None


def judge_numbers(
    session: Session, lookups: Lookups, candidates: list[Candidate], report: Report
) -> list[Candidate]:
    """Keep a given number if it is of the row's own plan, near its counter, and free."""
    given = [candidate for candidate in candidates if candidate.values["apply_no"]]
    numbers = Numbers(
        taken_numbers(session, (candidate.values["apply_no"] for candidate in given)),
        last_serials(session, (candidate.plan.org_id for candidate in given)),
        report.total + MARGIN,
        lookups,
    )
    refused = set()
    for candidate in given:
        text = candidate.values["apply_no"]
        refusal = numbers.refusal(text, candidate.plan)
        if refusal:
            refused.add(candidate.row)
            report.problems.append(Problem(candidate.row, "报名号", refusal))
        numbers.taken.add(text)
    return [candidate for candidate in candidates if candidate.row not in refused]
