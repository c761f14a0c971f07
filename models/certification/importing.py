"""Import of online applications from a workbook (reading 19).

Every row enters through the same two steps as at the counter: ``create`` makes a draft, ``submit``
moves it. All rows are judged first, then tried and forgotten again; only those that passed are
saved. So a dry run is the first half of a real one, refused rows leave nothing, and no number is
wasted on them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from models import clock
from models.base.actor import Actor
from models.base.session import ActorSession
from models.batch.tables import Batch
from models.certification.import_entering import save_rows, try_rows
from models.certification.import_fields import BY_NAME, FIELDS
from models.certification.import_lookups import Lookups, load_lookups
from models.certification.import_numbers import judge_numbers
from models.certification.import_people import judge_people
from models.certification.import_rows import Candidate, RowJudge, fillable
from models.certification.tables import CertificationApplication
from models.planning.arranging import OVER
from models.reference.tables import OrgKind
from models.text import Label
from models.transfer.declaring import Importer, bounded_rows, check_headings, register
from models.transfer.importing import NEW, Change, Example, Problem, Report
from models.transfer.keeping import finish, open_import, record_import
from models.transfer.readers import Row, Sheet

CREATE = "certification:certification_application:create"
SUBMIT = "certification:certification_application:submit"
PLAN = BY_NAME["plan_id"].heading


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
    candidates = [passing[row] for row in report.note_new(map(_new, passing.values()), seen)]
    if report.keeps(len(candidates), all_or_nothing=all_or_nothing):
        kept = batch or open_import(session, actor, CertificationApplication, file_name)
        report.batch_id = save_rows(session, actor, candidates, kept, file_name)
        finish(session, kept, report)
    report.problems.sort(key=lambda problem: problem.row)
    report.rows = [rows[number] for number in sorted({p.row for p in report.problems})]
    record_import(session, CertificationApplication, report, file_name)
    return report


def _new(candidate: Candidate) -> Example:
    """Return what a preview tells of a row: its plan too, which the file need not name."""
    plan = Change(PLAN, None, candidate.plan.name)
    return Example(candidate.row, NEW, candidate.values["name"], (plan,))


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


_UNLESS_READ: Final = Label(
    "居民身份证可留空，从证件号码读取；其他证件必填",
    "May be empty for a resident identity card, whose number tells it; other documents need it",
)
NOTES: Final[Mapping[str, Label]] = {
    "apply_no": Label(
        "留空则自动编号；填写时须是该计划尚未使用的报名号。本导入只新增申请，不修改已有的申请",
        "Given when it is empty; else one that the plan has not used. Only new applications are"
        " made: none that is there already is changed",
    ),
    "plan_id": Label(
        "留空则取认定机构在提交时间接受网报的计划；同时有多个时须填写",
        "Where it is empty, the plan that takes applications at the time of submission; needed"
        " where there are several",
    ),
    "sex": _UNLESS_READ,
    "birth_date": _UNLESS_READ,
    "resume": Label(
        "每段写作：起~止|单位|职务|证明人，如 2016-09~2020-06|某师范大学|学生|李老师；"
        "多段以分号或换行分隔，至今写“今”，职务和证明人可省略",
        "Each part as from~to|school or unit|position|witness, such as"
        " 2016-09~2020-06|school|student|witness; parts are parted by semicolons or line breaks,"
        " 今 means until now, position and witness may be left out",
    ),
}
APPLICATIONS = register(
    Importer(
        CertificationApplication,
        FIELDS,
        ("create",),
        import_applications,
        fillable,
        notes=NOTES,
        listed={
            "plan_id": lambda plan: (plan.status.not_in(OVER),),
            "org_id": lambda org: (org.kind != OrgKind.site.value,),
            "site_id": lambda org: (org.kind == OrgKind.site.value,),
            "subject_id": lambda subject: (subject.is_leaf,),
        },
    )
)
