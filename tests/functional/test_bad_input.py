"""Bad input in general, over every grid: a clear page with the right status, nothing changed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy import event, func, select, update
from sqlalchemy.orm import configure_mappers
from werkzeug.test import TestResponse

import views
from models.accounts.tables_sign_in import UserSession
from models.audit.tables import AuditLog
from models.base.session import ActorSession
from models.batch.tables import Batch
from models.certification.choices import CertStatus
from models.certification.tables import CertificationApplication
from models.workflow.registry import machine_of
from models.workflow.tables import WorkflowLog
from tests.factories.main_job import Job
from tests.support.forms import form_of
from tests.support.main_job import ACTION, BATCH_FORM, LIST, press, sentence, states
from tests.support.record_pages import Ask, SignIn, Staff

configure_mappers()
TABLES = [grid.mapped.__tablename__ for grid in views.GRIDS]
JUNK_IDS = (
    "",
    "abc",
    "0",
    "-1",
    "²",
    "1.0",
    "1;DROP TABLE person",
    "9" * 20,
    "999999",
    "%00",
    "%FF",
)
JUNK_QUERIES = (
    "filter=",
    "filter=status",
    "filter=nothing:eq:1",
    "filter=id:like:1",
    "filter=id:eq:' OR 1=1 --",
    "filter=id:between:1",
    "filter=created_at:gt:soon",
    "filter=%00",
    "filter_group=((((",
    "sort=password_hash",
    "sort=-nothing,,;",
    "cols=nothing,id",
    "after=junk",
    "after=WzFd&before=WzFd",
    "size=-1",
    "size=9999999999999999999999",
    "q=%00%FF",
    "q=" + "x" * 5000,
    "unknown=1&filter=id:eq:1&filter=id:eq:2",
)
#: What an answer must not show: SQL, traces, paths, names of exceptions.
LEAKS = re.compile(
    r"Traceback|sqlalchemy|sqlite3|psycopg|\bSELECT\b.+\bFROM\b|\bINSERT INTO\b|UPDATE \w+ SET"
    r"|IntegrityError|StatementError|/site-packages/|\.py\b",
    re.DOTALL,
)
REFUSED = (400, 403, 404, 409)
Written = Callable[[], list[str]]


def check(answer: TestResponse, *statuses: int, where: object = "") -> None:
    """Demand one of the statuses and a body that tells nothing of the machinery."""
    assert answer.status_code in statuses, (where, answer.status_code)
    found = LEAKS.search(answer.text)
    assert found is None, (where, found)
    if answer.status_code >= 400:
        assert "<h1" in answer.text, where


@pytest.fixture
def centre(at_desk: SignIn) -> Staff:
    """Return the member of staff who may do everything: nothing is refused for want of a right."""
    return at_desk("centre")


@pytest.fixture
def quiet(app: Flask) -> Iterator[Written]:
    """Return a function that tells the writing statements since, apart from sign-in and trail."""
    from admin_app.extensions import db

    written: list[str] = []
    own = (
        "user_session",
        "login_attempt",
        "audit_log",
        "UPDATE user_account SET failed_count",
        "UPDATE initial_password",  # each sign-in throws away those that are too old
    )

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        words = statement.lower().split(maxsplit=3)
        if words[0] in ("insert", "update", "delete") and not any(t in statement for t in own):
            written.append(statement)

    with app.app_context():
        engine = db.engine
        event.listen(engine, "before_cursor_execute", note)
    yield lambda: written
    event.remove(engine, "before_cursor_execute", note)


@pytest.mark.parametrize("table", TABLES)
def test_junk_in_a_grids_addresses_is_answered_and_changes_nothing(
    centre: Staff, quiet: Written, table: str
) -> None:
    for query in JUNK_QUERIES:
        check(centre.get(f"/admin/{table}/?{query}"), 200, *REFUSED, where=query)
        check(centre.get(f"/admin/{table}/export/csv/?{query}"), 200, *REFUSED, where=query)
    for key in JUNK_IDS:
        for page in ("details", "edit"):
            answer = centre.get(f"/admin/{table}/{page}/?id={key}")
            check(answer, 400, 404, where=(page, key))
    token = centre.token("/admin/")
    for path, fields in (
        ("action/", {"action": "nonsense", "rowid": "1"}),
        ("action/", {"rowid": ["abc", "9" * 20]}),
        ("action/", {}),
        ("reveal/", {"id": "9" * 20, "purpose": "看"}),
        ("reveal/", {"id": "abc"}),
        ("delete/?id=abc", {}),
        ("edit/?id=999999", {"name": "x"}),
        ("lookup/nothing/", {}),
        ("nonsense/", {}),
    ):
        answer = centre.http.post(f"/admin/{table}/{path}", data={"csrf_token": token, **fields})
        check(answer, *REFUSED, 405, where=(path, fields))
    check(centre.get(f"/admin/{table}/lookup/nothing/?q=%00"), *REFUSED)
    check(centre.get(f"/admin/{table}/export/pdf/"), 404)
    assert quiet() == []


def test_rows_of_another_office_answer_as_if_they_were_not_there(
    at_desk: SignIn, job: Job, work: ActorSession, quiet: Written
) -> None:
    clerk = at_desk("authority")
    token = clerk.token("/admin/")
    for table, key in (
        ("certification_application", job.foreign),
        ("application_resume", job.other.resume),
        ("work_plan", job.other.plan),
        ("site_arrangement", job.other.arrangement),
    ):
        for path in (f"details/?id={key}", f"edit/?id={key}"):
            check(clerk.get(f"/admin/{table}/{path}"), 403, 404, where=(table, path))
        sent = {"csrf_token": token, "id": str(key), "purpose": "看", "name": "别处"}
        for path in (f"edit/?id={key}", "reveal/", f"delete/?id={key}"):
            answer = clerk.http.post(f"/admin/{table}/{path}", data=sent)
            check(answer, 403, 404, 405, where=(table, path))
    assert quiet() == []
    sent = {"csrf_token": token, "action": "confirm", "rowid": str(job.foreign)}
    check(clerk.http.post(ACTION, data=sent), *REFUSED)
    assert states(work, job.foreign) == ["submitted"]


def transitions() -> list[tuple[str, str]]:
    """Return every pair of state and transition that the machine does not allow."""
    machine = machine_of(CertificationApplication)
    assert machine
    return [
        (state.value, each.name)
        for each in machine.transitions
        for state in CertStatus
        if state not in each.sources and state != CertStatus.approved_numbered
    ]


def test_a_transition_that_a_state_does_not_allow_is_refused_with_its_reason(
    centre: Staff, job: Job, work: ActorSession, ask: Ask
) -> None:
    by_action: dict[str, list[int]] = {}
    for state, action in transitions():
        by_action.setdefault(action, []).append(job.rows[state][0])
    before = states(work, *(row for rows in job.rows.values() for row in rows))
    token = centre.token("/admin/")
    for action, rows in by_action.items():
        sent = {"csrf_token": token, "action": action, "rowid": [str(row) for row in rows]}
        answer = centre.http.post(ACTION, data=sent)
        assert answer.status_code == 303
        page = centre.get(answer.location).text
        assert sentence(page) == [len(rows), 0, len(rows)], action
        assert "data-commit" not in page
        # A program may send what the page does not offer.
        inputs = {"input_reason": "无", "input_missing": "photo", "input_deadline": "2026-01-01"}
        forged = centre.http.post(f"{answer.location}commit", data={"csrf_token": token, **inputs})
        check(forged, 303, 400, 409, where=action)
    assert states(work, *(row for rows in job.rows.values() for row in rows)) == before
    assert ask(select(func.count()).select_from(WorkflowLog)) == 0


@pytest.mark.parametrize("action", ["approve", "assign_numbers", "submit", "reopen_review"])
def test_a_role_is_refused_what_it_may_not_do(
    at_desk: SignIn, job: Job, ask: Ask, action: str
) -> None:
    row_id = job.rows["confirmed"][0]
    for user in ("confirm", "viewer"):
        client = at_desk(user)
        assert f'value="{action}"' not in client.get(LIST).text
        check(client.post(ACTION, {"action": action, "rowid": str(row_id)}), 403)
    assert ask(select(func.count()).select_from(Batch)) == 0


def test_a_double_press_is_one_change_everywhere(
    at_desk: SignIn, job: Job, work: ActorSession, ask: Ask
) -> None:
    clerk, row_id = at_desk("authority"), job.rows["submitted"][0]
    edit = f"{LIST}edit/?id={row_id}"
    form = clerk.form(edit) | {"mobile": "13900000000"}
    first, second = (clerk.http.post(edit, data=form) for _ in range(2))
    assert first.status_code == 303
    check(second, 303, 409)
    edits = select(func.count()).where(
        AuditLog.event.endswith("certification_application:edit"), AuditLog.result == "ok"
    )
    assert ask(edits) == 1
    path = press(clerk, "refuse", job.rows["confirmed"][0])
    sent = form_of(clerk.get(path).text, BATCH_FORM) | {"input_reason": "学历不符"}
    for _press in range(2):
        assert clerk.http.post(f"{path}commit", data=sent).status_code == 303
    check(clerk.http.post(f"{path}cancel", data=sent), 303, 409)
    assert states(work, job.rows["confirmed"][0]) == ["review_rejected"]
    assert ask(select(func.count()).select_from(WorkflowLog)) == 1


def test_an_expired_session_changes_nothing_and_leads_to_the_sign_in_page(
    at_desk: SignIn, job: Job, work: ActorSession, ask: Ask
) -> None:
    clerk, row_id = at_desk("authority"), job.rows["confirmed"][0]
    path = press(clerk, "approve", row_id)
    form = form_of(clerk.get(path).text, BATCH_FORM)
    edit = f"{LIST}edit/?id={row_id}"
    changed = clerk.form(edit) | {"mobile": "13900000000"}
    with work.begin_nested():
        work.execute(
            update(UserSession.__table__).values(revoked_at=func.now()),  # type: ignore[arg-type]
            execution_options={"unscoped": "test"},
        )
    work.commit()
    for answer in (
        clerk.get(LIST),
        clerk.get(f"{LIST}export/csv/"),
        clerk.http.post(f"{path}commit", data=form),
        clerk.http.post(edit, data=changed),
        clerk.http.post(ACTION, data={**form, "action": "approve", "rowid": str(row_id)}),
    ):
        check(answer, 302, 303, 400, 401)
        if answer.status_code in (302, 303):
            assert "/login" in answer.location
    assert states(work, row_id) == ["confirmed"]
    assert (
        ask(select(CertificationApplication.mobile).where(CertificationApplication.id == row_id))
        == "13800000000"
    )
