"""Import of accounts from a workbook [ACCT-01, TIMS-02]: every row judged, the good ones made.

Their initial passwords come from one reset over all of them, and are handed over as those of any
reset are: a dry run makes neither.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from models.accounts.entry import (
    NewAccount,
    Offices,
    completed,
    enter_judged,
    faults_of,
    taken_names,
    why_taken,
)
from models.accounts.import_offices import NamedOffices, load_offices
from models.accounts.import_roles import NamedRoles, load_roles
from models.accounts.permissions import RoleCode, permission
from models.accounts.states import MOST_PASSWORDS, RESET_PASSWORD
from models.accounts.tables import UserAccount, UserRole
from models.base.actor import Actor
from models.base.columns import meta
from models.base.session import ActorSession
from models.batch.tables import Batch
from models.errors import BadInput
from models.text import Label, Message, msg
from models.transfer.cells import bounded, choice_reader, read_number_text, read_text
from models.transfer.declaring import (
    Importer,
    ImportField,
    Sequel,
    bounded_rows,
    check_headings,
    register,
)
from models.transfer.importing import NEW, Change, Example, Problem, Report
from models.transfer.keeping import finish, keep_moved, open_import, record_import
from models.transfer.readers import Row, Sheet

_ACCOUNT: Any = UserAccount.__table__.c
_ROLE: Any = UserRole.__table__.c
_NUMBERS: Final = frozenset({"mobile"})
_COLUMNS: Final[dict[str, Any]] = {
    **{
        name: _ACCOUNT[name]
        for name in ("username", "display_name", "account_type", "org_id", "email", "mobile")
    },
    **{name: _ROLE[name] for name in ("role_code", "scope_org_id")},
}
#: Column → its heading, which is its label.
HEADINGS: Final = {name: meta(column).label.zh for name, column in _COLUMNS.items()}
NEEDED: Final = ("username", "display_name")
Readers = Mapping[str, Callable[[Any], Any]]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A row whose cells are good."""

    row: int
    new: NewAccount


def import_accounts(
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
    """Judge every row of ``sheet`` and make the accounts that pass; nothing of the others.

    Rows are kept under ``batch``, or a new one, by which they can be taken back.

    ``batch_id`` of the report is the reset in which the initial passwords can be seen once.

    :raises Forbidden: when the role may not make accounts, give roles and reset passwords.
    :raises BadInput: when headings are missing or unknown, or there are too many rows.
    """
    for cls, act in ((UserAccount, "create"), (UserAccount, RESET_PASSWORD.name)):
        actor.require(permission(cls, act))
    check_headings(ACCOUNTS, sheet.headings, actor)
    report = Report(dry_run=dry_run, headings=sheet.headings)
    rows = _read(sheet, report)
    passing = {each.row: each for each in _judge(session, actor, rows, report)}
    found = (Example(row, NEW, c.new.username, _told(c.new)) for row, c in passing.items())
    candidates = [passing[row] for row in report.note_new(found, seen)]
    if report.keeps(len(candidates), all_or_nothing=all_or_nothing):
        new = [candidate.new for candidate in candidates]
        kept = batch or open_import(session, actor, UserAccount, file_name)
        report.batch_id = enter_judged(session, actor, new, source=file_name).id
        keep_moved(session, kept, report.batch_id)
        finish(session, kept, report)
    report.problems.sort(key=lambda problem: problem.row)
    refused = {problem.row for problem in report.problems}
    report.rows = [row for row in rows if row.number in refused]
    record_import(session, UserAccount, report, file_name)
    return report


def _told(new: NewAccount) -> tuple[Change, ...]:
    """Return what a preview tells of an account."""
    role = RoleCode[new.role_code].label.zh if new.role_code else None
    told = {"display_name": new.display_name, "role_code": role}
    return tuple(Change(HEADINGS[name], None, value) for name, value in told.items())


def _read(sheet: Sheet, report: Report) -> list[Row]:
    rows = list(bounded_rows(ACCOUNTS, sheet.rows))
    report.total = len(rows)
    return rows


def _judge(
    session: ActorSession, actor: Actor, rows: Sequence[Row], report: Report
) -> list[Candidate]:
    offices, roles = load_offices(session, actor), load_roles(session, actor)
    readers = _readers(offices, roles)
    judged = [_judge_row(row, actor, offices.kinds, readers, report) for row in rows]
    found = [each for each in judged if each is not None]
    taken = taken_names(session, [candidate.new.username for candidate in found])
    for candidate in found:
        if candidate.new.username in taken:
            _note(report, candidate.row, "username", why_taken(candidate.new.username))
    _refuse_doubles(found, report)
    refused = {problem.row for problem in report.problems}
    return [candidate for candidate in found if candidate.row not in refused]


def _note(report: Report, row: int, name: str, message: Message) -> None:
    report.problems.append(Problem(row, HEADINGS[name], message))


def _judge_row(
    row: Row, actor: Actor, kinds: Offices, readers: Readers, report: Report
) -> Candidate | None:
    """Judge a row by itself; a row that cannot be read still takes part in the search for doubles
    if its user name can.
    """
    before = len(report.problems)
    values: dict[str, Any] = {}
    for name, read in readers.items():
        try:
            values[name] = bounded(read(row.cells.get(HEADINGS[name])), _length(name))
        except BadInput as refusal:
            _note(report, row.number, name, refusal.message)
    unread = {problem.heading for problem in report.problems[before:]}
    if HEADINGS["org_id"] in unread:  # over which a role is held by default
        unread.add(HEADINGS["scope_org_id"])
    given = {name: value for name, value in values.items() if value is not None}
    new = completed(NewAccount(**{"username": "", "display_name": ""} | given), actor)
    for name, message in faults_of(new, actor, kinds):
        if HEADINGS[name] not in unread:
            _note(report, row.number, name, message)
    return Candidate(row.number, new) if new.username else None


def _readers(offices: NamedOffices, roles: NamedRoles) -> Readers:
    found = {"org_id": offices.find, "scope_org_id": offices.find, "role_code": roles.find}
    return {name: _named(found[name]) if name in found else _reader(name) for name in HEADINGS}


def _named(find: Callable[[str], Any]) -> Callable[[Any], Any]:
    return lambda cell: find(text) if (text := read_text(cell)) else None


def _reader(name: str) -> Callable[[Any], Any]:
    if name == "account_type":
        return choice_reader(_COLUMNS[name])
    return read_number_text if name in _NUMBERS else read_text


def _length(name: str) -> int | None:
    length: int | None = getattr(_COLUMNS[name].type, "length", None)
    return length


def _refuse_doubles(candidates: Sequence[Candidate], report: Report) -> None:
    """Refuse every row whose user name stands in an earlier one that passes."""
    refused = {problem.row for problem in report.problems}
    first: dict[str, int] = {}
    for candidate in candidates:
        name = candidate.new.username
        if name in first:
            said = msg("The user name stands in row %(row)s already.", row=first[name])
            _note(report, candidate.row, "username", said)
        elif candidate.row not in refused:
            first[name] = candidate.row


ACCOUNTS = register(
    Importer(
        UserAccount,
        tuple(
            ImportField(name, meta(column).label, name in NEEDED, column)
            for name, column in _COLUMNS.items()
        ),
        ("create",),
        import_accounts,
        lambda _actor: frozenset(HEADINGS),
        most_rows=MOST_PASSWORDS,
        needed=frozenset({"role_code"}),
        notes={
            "org_id": Label("留空即本机构", "Your own organisation where it is empty"),
            "scope_org_id": Label(
                "角色的管辖范围；留空即管理机构",
                "Over which the role is held; the organisation above where it is empty",
            ),
        },
        listed=dict.fromkeys(("org_id", "scope_org_id"), lambda _org: ()),
        sequel=Sequel(
            msg(
                "The new accounts have initial passwords. They are shown once, within 24 hours, in"
                " the batch that made them: hand them out from there."
            ),
            Label("查看初始密码", "To the initial passwords"),
        ),
        offers={"role_code": {role.value: role.label for role in RoleCode}},
    )
)
