"""Which numbers certification issues, in SQL; ``rules.py`` writes and reads the same shapes."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Integer, SmallInteger, String, case, cast, func, null

from models.planning.tables import WorkPlan
from models.reference.tables import Org
from models.workflow import sql
from models.workflow.machine import Context
from models.workflow.numbering import Issue
from models.workflow.tables import SequenceKind

Key = tuple[ColumnElement[Any], ColumnElement[Any], ColumnElement[Any]]


def _office(e: Any) -> ColumnElement[str]:
    """Return province 2 + authority 3; guards have made sure that the authority has a code."""
    org = sql.alias_of(Org.__table__, "numbering_office")
    code = org.c.province_code + org.c.cert_org_code
    return sql.of_row(code, org.c.id == e.org_id)


def _plan_part(e: Any, name: str) -> ColumnElement[Any]:
    plan = sql.alias_of(WorkPlan.__table__, "numbering_plan")
    return sql.of_row(plan.c[name], plan.c.id == e.plan_id)


def _through_year(e: Any, ctx: Context) -> Key:
    year = cast(sql.number(ctx.today.year), SmallInteger())
    return e.org_id, year, cast(sql.number(0), SmallInteger())


def _by_plan(e: Any, _ctx: Context) -> Key:
    return e.org_id, _plan_part(e, "year"), _plan_part(e, "batch_no")


def _certificate(e: Any, ctx: Context, serial: ColumnElement[int]) -> ColumnElement[str]:
    """17 digits: year 4, province 2, authority 3, type 1, sex 1, serial 6 (facts 1.1)."""
    kind = cast(e.qualification_type, String())
    head: ColumnElement[str] = sql.words(str(ctx.today.year)) + _office(e) + kind + e.sex
    return head + sql.digits(serial, 6)


def _application_head(e: Any) -> ColumnElement[str]:
    year, batch_no = _plan_part(e, "year"), _plan_part(e, "batch_no")
    head: ColumnElement[str] = sql.words("B") + cast(year, String()) + _office(e)
    return head + sql.digits(batch_no, 2)


def _application(e: Any, _ctx: Context, serial: ColumnElement[int]) -> ColumnElement[str]:
    """B, year 4, organisation 5, batch 2, serial 6 (reading 15)."""
    return _application_head(e) + sql.digits(serial, 6)


def _application_serial(e: Any, _ctx: Context) -> ColumnElement[Any]:
    """Return the serial of a number that came with the row, if it is of this counter."""
    own = func.substr(e.apply_no, 1, 12, type_=String()) == _application_head(e)
    return case((own, cast(func.substr(e.apply_no, 13, 6), Integer())), else_=null())


def _receipt(e: Any, ctx: Context, serial: ColumnElement[int]) -> ColumnElement[str]:
    """SL, year 4, organisation 5, serial 6."""
    return sql.words("SL" + str(ctx.today.year)) + _office(e) + sql.digits(serial, 6)


CERTIFICATE_NUMBERS = Issue(
    SequenceKind.certificate,
    key=_through_year,
    text=_certificate,
    order=lambda e: (e.reviewed_at, e.id),
    rises=True,
)
APPLICATION_NUMBERS = Issue(
    SequenceKind.application,
    key=_by_plan,
    text=_application,
    order=lambda e: (e.id,),
    column="apply_no",
    kept=_application_serial,
)
RECEIPT_NUMBERS = Issue(
    SequenceKind.receipt,
    key=_through_year,
    text=_receipt,
    order=lambda e: (e.id,),
    column="receipt_no",
)
