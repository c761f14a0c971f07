"""Import of online applications from a workbook (reading 19).

Every row enters through the same two steps as at the counter: ``create`` makes a draft, ``submit``
moves it. All rows are judged first, then tried and forgotten again; only those that passed are
saved. So a dry run is the first half of a real one, refused rows leave nothing, and no number is
wasted on them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from models import clock
from models.base.actor import Actor
from models.base.session import ActorSession
from models.batch.tables import Batch
from models.certification.import_entering import save_rows, try_rows
from models.certification.import_fields import FIELDS
from models.certification.import_lookups import Lookups, load_lookups
from models.certification.import_numbers import judge_numbers
from models.certification.import_people import judge_people
from models.certification.import_rows import Candidate, RowJudge, fillable
from models.certification.tables import CertificationApplication
from models.transfer.declaring import Importer, bounded_rows, check_headings, register
from models.transfer.importing import Problem, Report
from models.transfer.keeping import finish, open_import, record_import
from models.transfer.readers import Row, Sheet

CREATE = "certification:certification_application:create"
SUBMIT = "certification:certification_application:submit"


def import_applications(
    session: ActorSession,
    actor: Actor,
    sheet: Sheet,
    *,
    file_name: str,
    dry_run: bool = False,
    all_or_nothing: bool = False,
    seen: Mapping[int, int] | None = None,
    batch: Batch | None = None,
) -> Report:
    """Judge every row of ``sheet`` and save those that pass; nothing of the others.

    Rows are submitted in a batch of their own, which the report names, and kept under ``batch``
    too, or a new one, by which they can be taken back.

    :raises Forbidden: when the role may not create and submit applications.
    :raises BadInput: when mandatory headings are missing or unknown ones stand there.
    """
    actor.require(CREATE)
    actor.require(SUBMIT)
    check_headings(APPLICATIONS, sheet.headings, actor)
    report = Report(dry_run=dry_run, headings=sheet.headings)
    rows: dict[int, Row] = {}
    lookups, sent = load_lookups(session, actor), bounded_rows(APPLICATIONS, sheet.rows)
    candidates = judge_people(session, _judge_rows(lookups, sent, rows, report), report)
    candidates = judge_numbers(session, lookups, candidates, report)
    refused = try_rows(session, actor, candidates, file_name) if candidates else {}
    report.problems += [Problem(row, "", reason) for row, reason in refused.items()]
    passing = {each.row: each for each in candidates if each.row not in refused}
    candidates = [passing[row] for row in report.note_new(passing, seen)]
    if report.keeps(len(candidates), all_or_nothing=all_or_nothing):
        kept = batch or open_import(session, actor, CertificationApplication, file_name)
        report.batch_id = save_rows(session, actor, candidates, kept, file_name)
        finish(session, kept, report)
    report.problems.sort(key=lambda problem: problem.row)
    report.rows = [rows[number] for number in sorted({p.row for p in report.problems})]
    record_import(session, CertificationApplication, report, file_name)
    return report


def _judge_rows(
    lookups: Lookups, rows: Iterable[Row], kept: dict[int, Row], report: Report
) -> list[Candidate]:
    """Judge each row by itself; ``kept`` holds them by number for the returned workbook."""
    today, now = clock.today(), clock.now()
    found: list[Candidate] = []
    for row in rows:
        report.total += 1
        kept[row.number] = row
        judge = RowJudge(row, lookups, today, now)
        report.problems += judge.problems
        if judge.candidate:
            found.append(judge.candidate)
    return found


APPLICATIONS = register(
    Importer(CertificationApplication, FIELDS, ("create",), import_applications, fillable)
)
