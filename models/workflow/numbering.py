"""Numbers without gap or duplicate: counters locked in the transaction that issues (reading 15).

A counter belongs to one kind, organisation, year and batch of plans (0 where the serial runs
through the year). A batch takes each counter once and numbers its rows with ``row_number()``; if
the transaction is rolled back, so is the counter. Where serials rise with time, the clock is read
once the counters are held: whoever waited for them is later, and must say so.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    and_,
    case,
    func,
    literal,
    select,
    true,
    update,
)

from models import clock
from models.errors import Conflict
from models.text import msg
from models.workflow import sql
from models.workflow.machine import Context
from models.workflow.run import DONE, Run
from models.workflow.tables import NumberSequence, SequenceKind

LAST_SERIAL = 999_999
SERIAL_DIGITS = 6
SEQUENCE: Any = NumberSequence.__table__
KEY = ("org_id", "year", "batch_no")

Part = Callable[[Any, Context], ColumnElement[Any]]


@dataclass(frozen=True)
class Issue:
    """Which numbers a transition issues.

    ``key`` returns the counter (organisation, year, batch number), ``text`` writes a serial out,
    ``order`` says who comes first. With ``column`` the number is a column of the row itself: rows
    that have one keep it, and ``kept`` reads the serial out of it (NULL where it is not of this
    counter), so that the counter passes it by. Without, an ``after`` step takes the numbers from
    the ledger. ``rises`` means that serials follow the instants of numbering.
    """

    kind: SequenceKind
    key: Callable[[Any, Context], tuple[ColumnElement[Any], ColumnElement[Any], ColumnElement[Any]]]
    text: Callable[[Any, Context, ColumnElement[int]], ColumnElement[str]]
    order: Callable[[Any], tuple[ColumnElement[Any], ...]]
    column: str | None = None
    kept: Part | None = None
    rises: bool = False


@dataclass(frozen=True, slots=True)
class NumberRange:
    """The numbers of one counter in a batch: of which organisation, how many, from, to.

    ``varies`` says that what stands before the serial is not the same in all of them.
    """

    org_id: int
    org_name: str
    count: int
    first: str
    last: str
    varies: bool

    @property
    def serials(self) -> tuple[str, str]:
        """Return the serials of the first and the last number."""
        return self.first[-SERIAL_DIGITS:], self.last[-SERIAL_DIGITS:]


def allocate(run: Run, issue: Issue) -> Run:
    """Issue the numbers of the rows decided as done into ``batch_row.number``.

    Return the run at the instant that goes with them.

    :raises Conflict: when a counter would pass its last serial; the whole batch is refused then.
    """
    run = _hold_counters(run, issue)
    if issue.kept:
        _pass_kept(run, issue)
    _refuse_overflow(run, issue)
    numbered = numbers(run, issue, DONE).subquery("numbered")
    row = {
        "batch_id": sql.number(run.batch_id),
        "row_id": numbered.c.row_id,
        "version": numbered.c.version,
        "number": numbered.c.number,
        "org_id": numbered.c.org_id,
    }
    rows = select(*row.values()).where(true())
    run.execute(sql.write_into(run.session, run.rows, list(row), rows), "number")
    taken = _groups(run, issue, DONE, only_new=True)
    run.execute(
        update(SEQUENCE)
        .values(last_serial=SEQUENCE.c.last_serial + taken.c.amount)
        .where(_same_counter(issue, taken)),
        "count on",
    )
    return run


def _hold_counters(run: Run, issue: Issue) -> Run:
    """Lock the counters, and return the run as of now if the numbers rise with time.

    Should a new year have begun while it waited, the counters are those of the new year.
    """
    while True:
        _make_counters(run, issue)
        _lock_counters(run, issue)
        if not issue.rises:
            return run
        held = replace(run, ctx=replace(run.ctx, now=clock.now()))
        if held.ctx.today.year == run.ctx.today.year:
            return held
        run = held


def numbers(run: Run, issue: Issue, outcome: str) -> Select[Any]:
    """Return a SELECT of the ledger's rows with serial and number, as they would be issued now."""
    entity = run.subject()
    org, year, batch_no = issue.key(entity.c, run.ctx)
    same = and_(
        SEQUENCE.c.kind == issue.kind.value,
        SEQUENCE.c.org_id == org,
        SEQUENCE.c.year == year,
        SEQUENCE.c.batch_no == batch_no,
    )
    place = func.row_number().over(
        partition_by=[org, year, batch_no], order_by=list(issue.order(entity.c))
    )
    last: ColumnElement[int] = func.coalesce(SEQUENCE.c.last_serial, 0)
    rows = run.rows.join(entity, entity.c.id == run.rows.c.row_id).outerjoin(SEQUENCE, same)
    if issue.kept:
        brought = _groups(run, issue, outcome, only_new=False)
        key = zip(KEY, (org, year, batch_no), strict=True)
        rows = rows.outerjoin(brought, and_(*(brought.c[name] == part for name, part in key)))
        last = case((brought.c.kept > last, brought.c.kept), else_=last)
    serial = last + place
    return (
        select(
            run.rows.c.row_id,
            run.rows.c.version,
            org.label("org_id"),
            year.label("year"),
            batch_no.label("batch_no"),
            serial.label("serial"),
            issue.text(entity.c, run.ctx, serial).label("number"),
        )
        .select_from(rows)
        .where(*_wanted(run, issue, entity, outcome))
    )


def ranges(run: Run, issue: Issue, outcome: str) -> list[NumberRange]:
    """Return what is issued (``done``, from the ledger) or would be issued now, by counter."""
    issued = (_issued(run, issue) if outcome == DONE else numbers(run, issue, outcome)).subquery(
        "issued"
    )
    org = sql.alias_of(run.machine.table.metadata.tables["org"], "office")
    counter = [issued.c[name] for name in KEY]
    window: dict[str, Any] = {"partition_by": counter}
    number = issued.c.number
    before = func.substr(number, 1, func.length(number) - SERIAL_DIGITS)
    ends = (
        select(
            *counter[1:],
            issued.c.org_id,
            org.c.name,
            func.count().over(**window).label("amount"),
            func.first_value(issued.c.number)
            .over(order_by=issued.c.serial, **window)
            .label("first"),
            func.first_value(issued.c.number)
            .over(order_by=issued.c.serial.desc(), **window)
            .label("last"),
            (func.min(before).over(**window) != func.max(before).over(**window)).label("varies"),
        )
        .select_from(issued.join(org, org.c.id == issued.c.org_id))
        .distinct()
        .order_by(org.c.name, *counter)
    )
    return [NumberRange(*row[len(counter) - 1 :]) for row in run.execute(ends, "ranges")]


def _issued(run: Run, issue: Issue) -> Select[Any]:
    """Return a SELECT of the ledger's rows that have got a number, with their counter."""
    entity, number = run.subject(), run.rows.c.number
    _, year, batch_no = issue.key(entity.c, run.ctx)
    return (
        select(
            run.rows.c.org_id,
            year.label("year"),
            batch_no.label("batch_no"),
            func.substr(number, func.length(number) - SERIAL_DIGITS + 1).label("serial"),
            number,
        )
        .select_from(run.rows.join(entity, entity.c.id == run.rows.c.row_id))
        .where(run.here(), number.is_not(None))
    )


def _wanted(run: Run, issue: Issue, entity: Any, outcome: str) -> list[ColumnElement[bool]]:
    wanted = [run.here(), run.rows.c.outcome == outcome]
    return [*wanted, entity.c[issue.column].is_(None)] if issue.column else wanted


def _groups(run: Run, issue: Issue, outcome: str, *, only_new: bool) -> Any:
    """Return a subquery of the counters that the batch needs, with the number of rows of each."""
    entity = run.subject()
    key = issue.key(entity.c, run.ctx)
    columns = [column.label(name) for name, column in zip(KEY, key, strict=True)]
    if issue.kept:
        columns.append(issue.kept(entity.c, run.ctx).label("kept"))
    wanted = [run.here(), run.rows.c.outcome == outcome]
    if only_new:
        wanted = _wanted(run, issue, entity, outcome)
    joined = run.rows.join(entity, entity.c.id == run.rows.c.row_id)
    keyed = select(*columns).select_from(joined).where(*wanted).subquery("keyed")
    amounts = [func.count().label("amount")]
    if issue.kept:
        amounts.append(func.max(keyed.c.kept).label("kept"))
    keys = [keyed.c[name] for name in KEY]
    return select(*keys, *amounts).group_by(*keys).subquery("taken")


def _same_counter(issue: Issue, groups: Any) -> ColumnElement[bool]:
    return and_(
        SEQUENCE.c.kind == issue.kind.value, *(SEQUENCE.c[name] == groups.c[name] for name in KEY)
    )


def _make_counters(run: Run, issue: Issue) -> None:
    """Insert the counters that are not there yet, in the order in which they are locked."""
    groups = _groups(run, issue, DONE, only_new=False)
    keys = [groups.c[name] for name in KEY]
    rows = (
        select(literal(issue.kind.value, String()), *keys, sql.number(0))
        .where(groups.c.amount > 0)
        .order_by(*keys)
    )
    names = ("kind", *KEY, "last_serial")
    run.execute(sql.insert_missing(run.session, SEQUENCE, names, rows), "make counters")


def _lock_counters(run: Run, issue: Issue) -> None:
    groups = _groups(run, issue, DONE, only_new=False)
    locked = (
        select(SEQUENCE.c.id)
        .join_from(SEQUENCE, groups, _same_counter(issue, groups))
        .order_by(*(SEQUENCE.c[name] for name in KEY))
        .with_for_update(of=SEQUENCE)
    )
    run.execute(select(func.count()).select_from(locked.subquery()), "lock counters")


def _pass_kept(run: Run, issue: Issue) -> None:
    """Move counters past the numbers that rows brought with them, so that none is issued again."""
    groups = _groups(run, issue, DONE, only_new=False)
    run.execute(
        update(SEQUENCE)
        .values(last_serial=groups.c.kept)
        .where(_same_counter(issue, groups), SEQUENCE.c.last_serial < groups.c.kept),
        "pass kept numbers",
    )


def _refuse_overflow(run: Run, issue: Issue) -> None:
    groups = _groups(run, issue, DONE, only_new=True)
    full = select(func.count()).select_from(SEQUENCE.join(groups, _same_counter(issue, groups)))
    over = run.execute(
        full.where(SEQUENCE.c.last_serial + groups.c.amount > LAST_SERIAL), "capacity"
    )
    if over.scalar_one():
        raise Conflict(
            msg("The six digits of the serial number do not suffice. Nothing was numbered.")
        )
