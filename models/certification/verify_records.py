"""Whether each certificate says what its number, its application and its history say."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    String,
    and_,
    case,
    cast,
    extract,
    func,
    literal,
    or_,
    select,
    true,
)

from models.base.actor import Actor
from models.batch.tables import BatchRow
from models.certification.choices import CertificateSource, CertStatus, NumberLayout
from models.certification.tables import CertificationApplication
from models.certification.tables_certificate import Certificate
from models.certification.verify_sequences import is_digits, numbering_of, part, row, within
from models.reference.tables import Org
from models.workflow import sql
from models.workflow.tables import WorkflowLog

HEAD = 11  # characters of year, province, authority, type and sex
#: What a certificate and its application say of one person and one office.
SAME = ("org_id", "person_id", "qualification_type", "sex", "id_type", "id_no")


def _issued() -> Any:
    return sql.alias_of(Certificate.__table__, "issued")


def _application() -> Any:
    return sql.alias_of(CertificationApplication.__table__, "numbered")


def _is_ours(cert: Any) -> ColumnElement[bool]:
    ours: ColumnElement[bool] = cert.c.source == CertificateSource.system.value
    return ours


def undecodable(actor: Actor) -> Select[Any]:
    """Find numbers that say another year, authority, type or sex than their certificate.

    Of those taken over the type alone is held to the number: codes of offices have changed, and
    before 2009 the digit of the sex has no sure meaning (facts 1.1).
    """
    cert = _issued()
    told, said = part(cert.c.cert_no, 1, HEAD), _head(cert)
    short: ColumnElement[bool] = cert.c.layout == NumberLayout.v15.value
    type_digit = case((short, part(cert.c.cert_no, 11, 1)), else_=part(cert.c.cert_no, 10, 1))
    other_type = type_digit != cast(cert.c.qualification_type, String)
    other_head = func.coalesce(said != told, true())
    spoiled = or_(~is_digits(cert.c.cert_no), func.length(cert.c.cert_no) != 17)
    printed, century = cert.c.cert_no_raw, literal("19", String())
    unlike = and_(printed != cert.c.cert_no, century + printed != cert.c.cert_no)
    wrong_head = and_(_is_ours(cert), other_head)
    code = case(
        (spoiled, literal("digits", String())),
        (unlike, literal("printed")),
        (wrong_head, literal("head")),
        (other_type, literal("type")),
    )
    found = case((unlike, printed), (wrong_head, told), else_=type_digit)
    wanted = case((wrong_head, said), else_=cast(cert.c.qualification_type, String))
    columns = row(code, (cert.c.id, cert.c.application_id), cert.c.cert_no, found, wanted)
    return select(*columns).where(within(Certificate, cert, actor), code.is_not(None))


def _head(cert: Any) -> ColumnElement[str]:
    """Return how a number must begin by what stands on the certificate."""
    org = sql.alias_of(Org.__table__, "office")
    office = sql.of_row(org.c.province_code + org.c.cert_org_code, org.c.id == cert.c.org_id)
    year = cast(cast(extract("year", cert.c.issued_on), Integer), String)
    head: ColumnElement[str] = year + office + cast(cert.c.qualification_type, String) + cert.c.sex
    return head


def unrecorded(actor: Actor, archived_until: datetime | None) -> Select[Any]:
    """Find certificates whose numbering is not on record, is there twice or has another number.

    History up to ``archived_until`` lies in a file: what was numbered by then cannot be asked.
    """
    cert, app = _issued(), _application()
    log, ledger = (
        sql.alias_of(WorkflowLog.__table__, "numbering"),
        sql.alias_of(BatchRow.__table__, "ledger"),
    )
    own = numbering_of(log, cert.c.application_id)
    reached = func.sum(case((log.c.to_state == CertStatus.approved_numbered.value, 1), else_=0))
    history = (
        select(
            cert.c.id,
            func.count(log.c.id).label("amount"),
            func.coalesce(reached, 0).label("reached"),
            func.max(log.c.batch_id).label("batch_id"),
        )
        .select_from(cert.outerjoin(log, own))
        .where(_is_ours(cert), within(Certificate, cert, actor))
        .group_by(cert.c.id)
        .subquery("history")
    )
    issued = and_(ledger.c.batch_id == history.c.batch_id, ledger.c.row_id == cert.c.application_id)
    code = case(
        (history.c.amount == 0, literal("unrecorded", String())),
        (or_(history.c.amount > 1, history.c.reached != 1), literal("recorded_otherwise")),
        (ledger.c.number != cert.c.cert_no, literal("issued_otherwise")),
    )
    joined = history.join(cert, cert.c.id == history.c.id)
    joined = joined.outerjoin(app, app.c.id == cert.c.application_id).outerjoin(ledger, issued)
    columns = row(code, (cert.c.id, cert.c.application_id), cert.c.cert_no, ledger.c.number)
    wrong = select(*columns).select_from(joined).where(code.is_not(None))
    if archived_until is None:
        return wrong
    kept = or_(app.c.numbered_at.is_(None), app.c.numbered_at > sql.instant(archived_until))
    return wrong.where(or_(kept, history.c.amount > 0))


def disagreeing(actor: Actor) -> Select[Any]:
    """Find certificates whose application says something else, or is gone."""
    cert, app = _issued(), _application()
    numbered = and_(
        app.c.status == CertStatus.approved_numbered.value, app.c.numbered_at.is_not(None)
    )
    unlike = [
        (cert.c[name].is_distinct_from(app.c[name]), literal(name, String())) for name in SAME
    ]
    another_day = sql.shanghai_day(app.c.numbered_at) != cast(cert.c.issued_on, String)
    what = case(*unlike, (another_day, literal("issued_on", String())))
    code = case(
        (app.c.id.is_(None), literal("no_application", String())),
        (~numbered, literal("not_numbered")),
        (what.is_not(None), literal("differs")),
    )
    columns = row(code, (cert.c.id, cert.c.application_id), cert.c.cert_no, what)
    joined = cert.outerjoin(app, app.c.id == cert.c.application_id)
    ours = and_(_is_ours(cert), within(Certificate, cert, actor))
    return select(*columns).select_from(joined).where(ours, code.is_not(None))


def without_certificate(actor: Actor) -> Select[Any]:
    """Find numbered applications that have no certificate."""
    cert, app = _issued(), _application()
    columns = row("no_certificate", (None, app.c.id), app.c.apply_no)
    made = cert.c.application_id == app.c.id
    numbered = app.c.status == CertStatus.approved_numbered.value
    scope = within(CertificationApplication, app, actor)
    joined = app.outerjoin(cert, made)
    return select(*columns).select_from(joined).where(numbered, scope, cert.c.id.is_(None))
