"""Sealing: a hash over everything logged since the last seal, chained to it.

The head, kept where nobody of the database can reach it, vouches for all that came before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from time import sleep

from sqlalchemy import insert, select, text
from sqlalchemy.exc import OperationalError, ProgrammingError

from models import clock
from models.audit.canonical import LOWEST_ID, PAGE_ROWS, UNSCOPED, read_rows
from models.audit.chain import GENESIS, Link, Mark, Span, spans_of, write_marks
from models.audit.tables import AuditSeal, AuditSealPart
from models.audit.triggers import LOGS
from models.base.session import ActorSession
from models.errors import Conflict, Forbidden
from models.text import msg

LOCK_TRIES = 60
#: Below PostgreSQL's ``deadlock_timeout`` of 1 s: a writer that holds one log and wants the
#: other is never the one to be given up.
LOCK_WAIT_MS = 500


def lock_logs(session: ActorSession, mode: str = "SHARE") -> None:
    """Hold off every writer of both logs until the transaction ends; before anything is read.

    Ids are given before rows are committed: without the lock a late row would stay below the
    seal, unsealed. SQLite's transactions of commands hold the only write lock from their start.

    :raises Conflict: when writers do not pause for a minute.
    :raises Forbidden: when the database role does not own the tables.
    """
    if session.get_bind().dialect.name == "sqlite":
        return
    for _attempt in range(LOCK_TRIES):
        if _try_lock(session, mode):
            return
        sleep(LOCK_WAIT_MS / 1000)
    raise Conflict(msg("The logs are being written without a pause. Try again in a quiet hour."))


def _try_lock(session: ActorSession, mode: str) -> bool:
    """Take all locks or, waiting for any too long, none."""
    try:
        with session.begin_nested():
            for statement in (
                f"SET LOCAL lock_timeout = {LOCK_WAIT_MS}",
                "LOCK TABLE audit_seal IN EXCLUSIVE MODE",
                f"LOCK TABLE {', '.join(LOGS)} IN {mode} MODE",
                "SET LOCAL lock_timeout = DEFAULT",
            ):
                session.execute(text(statement), execution_options=UNSCOPED)
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", None) != "55P03":  # lock_not_available
            raise
        return False
    except ProgrammingError as error:
        raise Forbidden(
            msg("This database role may not seal. Use the role that owns the tables.")
        ) from error
    return True


def last_seal(session: ActorSession) -> AuditSeal | None:
    """Return the newest seal."""
    newest = select(AuditSeal).order_by(AuditSeal.id.desc()).limit(1)
    return session.scalars(newest, execution_options=UNSCOPED).first()


def seal_logs(session: ActorSession) -> AuditSeal | None:
    """Seal what both logs got since the last seal; None when there is nothing new."""
    lock_logs(session)
    before = last_seal(session)
    link = Link(before.head if before else GENESIS)
    known = spans_of(before) if before else dict.fromkeys(LOGS, Span(LOWEST_ID, 0))
    spans = {log: _seal_log(session, log, link, known[log].last_id) for log in LOGS}
    if not any(span.row_count for span in spans.values()):
        return None
    seal = _seal(link, spans)
    session.add(seal)
    session.flush()
    return seal


def _seal(link: Link, spans: dict[str, Span]) -> AuditSeal:
    at = clock.now()
    audit, workflow = spans["audit_log"], spans["workflow_log"]
    return AuditSeal(
        at=at,
        previous=link.previous,
        head=link.close(at, spans),
        audit_last_id=audit.last_id,
        audit_row_count=audit.row_count,
        workflow_last_id=workflow.last_id,
        workflow_row_count=workflow.row_count,
    )


def _seal_log(session: ActorSession, log: str, link: Link, after: int) -> Span:
    """Take in the new rows of one log and store their marks."""
    last_id, count = max(after, 0), 0
    for part in _parts(link.follow(log, read_rows(session, log, after=after))):
        last_id, count = part[-1][0], count + len(part)
        session.execute(
            insert(AuditSealPart),
            [{"log": log, "last_id": last_id, "marks": write_marks(part)}],
            execution_options=UNSCOPED,
        )
    return Span(last_id, count)


def _parts(marks: Iterable[Mark]) -> Iterator[tuple[Mark, ...]]:
    rest = iter(marks)
    while part := tuple(islice(rest, PAGE_ROWS)):
        yield part
