"""Whether the serials of each office and year stand without gap, duplicate or disorder.

An office's sequence is known by the head of its numbers: year 4, province 2, authority 3. Numbers
taken over from history fill their places in it; only what was issued here is held to it.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Integer,
    Select,
    String,
    and_,
    case,
    cast,
    func,
    literal,
    or_,
    select,
    true,
    union_all,
)

from models.base.actor import Actor
from models.base.orm import Base
from models.base.scope import subtree
from models.certification.choices import CertificateSource, NumberLayout
from models.certification.states import ASSIGN_NUMBERS
from models.certification.tables import CertificationApplication
from models.certification.tables_certificate import Certificate
from models.certification.windows import MACHINE_NAME
from models.reference.tables import Org
from models.workflow import sql
from models.workflow.tables import NumberSequence, SequenceKind, WorkflowLog

HEAD = 9  # characters of year, province and authority
DIGITS = "0123456789"


def row(code: str | ColumnElement[Any], ids: tuple[Any, Any], number: Any, *told: Any) -> list[Any]:
    """Return the columns of a counter-example, all of them typed.

    ``ids`` are those of certificate and application, ``told`` what was found and, then, wanted.
    """
    found, wanted = (*told, None, None)[:2]
    keys = [sql.number(None) if each is None else each for each in ids]
    texts = [
        sql.words(None) if each is None else cast(each, String) for each in (number, found, wanted)
    ]
    said = sql.words(code) if isinstance(code, str) else code
    names = ("code", "certificate_id", "application_id", "number", "found", "wanted")
    return [each.label(name) for name, each in zip(names, (said, *keys, *texts), strict=True)]


def within(cls: type[Base], alias: Any, actor: Actor) -> ColumnElement[bool]:
    """Return what narrows a plain alias to the actor's scope; the system sees every row."""
    return true() if actor.is_system else cls.__scope__.reads(alias.c, actor)


def is_digits(text: Any) -> ColumnElement[bool]:
    """Say that a text holds digits only, in words that both databases know."""
    only: ColumnElement[bool] = func.ltrim(text, DIGITS, type_=String()) == ""
    return only


def part(number: Any, first: int, length: int) -> ColumnElement[str]:
    """Return ``length`` characters of a number from the place ``first``, counted from 1."""
    return func.substr(number, first, length, type_=String())


def sequences(actor: Actor) -> CTE:
    """Return every number of the offices in scope that has a place in a sequence."""
    cert, org = sql.alias_of(Certificate.__table__, "issued"), _office()
    # Compared apart: the two columns have an index, their concatenation has none.
    its_code = and_(
        org.c.province_code == part(cert.c.cert_no, 5, 2),
        org.c.cert_org_code == part(cert.c.cert_no, 7, 3),
    )
    serial = case((is_digits(part(cert.c.cert_no, 12, 6)), part(cert.c.cert_no, 12, 6)))
    ours: ColumnElement[bool] = cert.c.source == CertificateSource.system.value
    counted = cert.c.source != CertificateSource.applicant_claim.value
    return (
        select(
            cert.c.id,
            cert.c.application_id,
            cert.c.cert_no.label("number"),
            org.c.id.label("org_id"),
            part(cert.c.cert_no, 1, HEAD).label("head"),
            cast(serial, Integer).label("serial"),
            ours.label("ours"),
        )
        .select_from(cert.join(org, its_code))
        .where(cert.c.layout == NumberLayout.v17.value, counted, _reached(org, actor))
        .cte("in_sequence")
    )


def _ids(rows: Any) -> tuple[Any, Any]:
    return rows.c.id, rows.c.application_id


def _office() -> Any:
    return sql.alias_of(Org.__table__, "office")


def _reached(org: Any, actor: Actor) -> ColumnElement[bool]:
    """Return the offices whose sequences an actor may see; a sequence is seen whole or not."""
    return true() if actor.is_system else org.c.id.in_(subtree(actor.org_path))


def repeated(numbers: CTE) -> Select[Any]:
    """Find serials of an office and year that stand on certificates of different numbers."""
    place = [numbers.c.head, numbers.c.serial]
    counted = select(
        numbers,
        func.min(numbers.c.number).over(partition_by=place).label("least"),
        func.max(numbers.c.number).over(partition_by=place).label("most"),
    ).subquery("counted")
    found = row("repeated", _ids(counted), counted.c.number)
    differ = and_(counted.c.serial.is_not(None), counted.c.least != counted.c.most)
    return select(*found).where(counted.c.ours, differ)


def twice(actor: Actor) -> Select[Any]:
    """Find numbers that two certificates bear, whatever their source."""
    cert = sql.alias_of(Certificate.__table__, "issued")
    same = func.count().over(partition_by=cert.c.cert_no).label("amount")
    counted = select(cert.c.id, cert.c.application_id, cert.c.cert_no, cert.c.org_id, same)
    inside = counted.subquery("counted")
    found = row("twice", _ids(inside), inside.c.cert_no)
    return select(*found).where(inside.c.amount > 1, within(Certificate, inside, actor))


def missing(numbers: CTE) -> Select[Any]:
    """Find numbers that do not follow the one before."""
    window: dict[str, Any] = {"partition_by": numbers.c.head, "order_by": numbers.c.serial}
    before = func.coalesce(func.lag(numbers.c.serial).over(**window), 0).label("before")
    after = select(numbers, before).where(numbers.c.serial.is_not(None)).subquery("after")
    found = row("gap", _ids(after), after.c.number, after.c.before)
    return select(*found).where(after.c.ours, after.c.serial > after.c.before + 1)


def disordered(numbers: CTE) -> Select[Any]:
    """Find numbers issued against the time of numbering, or within a batch against the review."""
    app, log = (
        sql.alias_of(CertificationApplication.__table__, "numbered"),
        sql.alias_of(WorkflowLog.__table__, "numbering"),
    )
    batch = select(func.max(log.c.batch_id)).where(numbering_of(log, numbers.c.application_id))
    placed = (
        select(
            numbers,
            app.c.numbered_at,
            app.c.reviewed_at,
            batch.correlate(numbers).scalar_subquery().label("batch_id"),
        )
        .select_from(numbers.join(app, app.c.id == numbers.c.application_id))
        .where(numbers.c.ours, numbers.c.serial.is_not(None))
        .subquery("placed")
    )
    through: dict[str, Any] = {"partition_by": placed.c.head, "order_by": placed.c.serial}
    # The rows of a batch share the instant; the history that knows the batch may be archived.
    batch_rows = [placed.c.head, placed.c.numbered_at, placed.c.batch_id]
    inside = through | {"partition_by": batch_rows}
    beside = select(
        placed,
        func.lag(placed.c.number).over(**through).label("last_number"),
        func.lag(placed.c.numbered_at).over(**through).label("last_numbered"),
        func.lag(placed.c.number).over(**inside).label("same_number"),
        func.lag(placed.c.reviewed_at).over(**inside).label("same_reviewed"),
        func.lag(placed.c.application_id).over(**inside).label("same_application"),
    ).subquery("beside")
    late: ColumnElement[bool] = beside.c.last_numbered > beside.c.numbered_at
    turned = or_(
        beside.c.same_reviewed > beside.c.reviewed_at,
        and_(
            beside.c.same_reviewed == beside.c.reviewed_at,
            beside.c.same_application > beside.c.application_id,
        ),
    )
    code = case((late, literal("numbered_later", String())), else_=literal("reviewed_later"))
    other = case((late, beside.c.last_number), else_=beside.c.same_number)
    found = row(code, _ids(beside), beside.c.number, other)
    return select(*found).where(or_(late, turned))


def numbering_of(log: Any, application_id: Any) -> ColumnElement[bool]:
    """Return the criterion of the history of an application's numbering."""
    return and_(
        log.c.machine == MACHINE_NAME,
        log.c.entity_id == application_id,
        log.c.action == ASSIGN_NUMBERS.name,
    )


def miscounted(numbers: CTE, actor: Actor) -> Select[Any]:
    """Find counters that do not stand at the last serial, and sequences without a counter."""
    counter, org = sql.alias_of(NumberSequence.__table__, "counter"), _office()
    last = (
        select(
            numbers.c.org_id,
            numbers.c.head,
            func.max(numbers.c.serial).label("serial"),
            func.max(case((numbers.c.ours, 1), else_=0)).label("ours"),
        )
        .group_by(numbers.c.org_id, numbers.c.head)
        .subquery("last")
    )
    of_counter = and_(
        last.c.org_id == counter.c.org_id, part(last.c.head, 1, 4) == cast(counter.c.year, String)
    )
    kind = counter.c.kind == SequenceKind.certificate.value
    reached = func.coalesce(last.c.serial, 0)
    head = cast(counter.c.year, String) + org.c.province_code + org.c.cert_org_code
    wrong = (
        select(*row("counter", (None, None), head, counter.c.last_serial, reached))
        .select_from(counter.join(org, org.c.id == counter.c.org_id).outerjoin(last, of_counter))
        .where(kind, within(NumberSequence, counter, actor), counter.c.last_serial != reached)
    )
    absent = (
        select(*row("uncounted", (None, None), last.c.head, None, last.c.serial))
        .select_from(last.outerjoin(counter, and_(of_counter, kind)))
        .where(counter.c.id.is_(None), last.c.ours == 1)
    )
    both = union_all(wrong, absent).subquery("miscounted")
    return select(both)
