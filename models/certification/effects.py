"""What moving an application brings with it: check-list, ticks, letters, certificates."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Boolean, ColumnElement, String, and_, case, func, insert, or_, select, update

from models.base.orm import Business
from models.certification.choices import (
    CertificateSource,
    CertificateStatus,
    MaterialState,
    NumberLayout,
)
from models.certification.guards import material_name
from models.certification.tables_certificate import Certificate
from models.certification.tables_parts import ApplicationMaterial
from models.clock import SHANGHAI
from models.messaging.tables import Message, MessageKind, MessageState
from models.reference.tables import MaterialRule, Org, Subject
from models.workflow import sql
from models.workflow.machine import Context
from models.workflow.parts import keep, keep_made
from models.workflow.run import DONE, Run
from models.workflow.sql import there_is
from models.workflow.tables import WorkflowLog

MATERIAL_MACHINE = "material"
MATERIAL: Any = ApplicationMaterial.__table__
#: What is written of a material that is moved.
CHECKED = ("state", "checked_by", "checked_at")
SUBJECT_LENGTH = 120
#: What an applicant reads when a decision that he was told of is undone.
UNDONE = "此前的通知不再有效，申请已恢复到该通知以前的状态。"


def make_check_list(run: Run) -> None:
    """List the materials that the rules ask of each submitted application (reading 13)."""
    e, rule = run.subject(), sql.alias_of(MaterialRule.__table__, "rule")
    listed = sql.alias_of(MATERIAL, "listed")
    fits = and_(
        or_(
            rule.c.qualification_type.is_(None), rule.c.qualification_type == e.c.qualification_type
        ),
        or_(rule.c.id_type.is_(None), rule.c.id_type == e.c.id_type),
        or_(rule.c.is_fresh_graduate.is_(None), rule.c.is_fresh_graduate == e.c.is_fresh_graduate),
    )
    already = there_is(
        listed,
        listed.c.application_id == e.c.id,
        listed.c.material_code == rule.c.material_code,
    )
    wanted = (
        select(
            e.c.id,
            rule.c.material_code,
            (func.max(case((rule.c.required, 1), else_=0)) == 1).label("required"),
        )
        .select_from(_done(run, e).join(rule, fits))
        .where(*_was_done(run), ~already)
        .group_by(e.c.id, rule.c.material_code)
        .order_by(e.c.id, rule.c.material_code)
        .subquery("wanted")
    )
    _list_materials(
        run, wanted.c.id, wanted.c.material_code, wanted.c.required, MaterialState.pending
    )


def receive_pending(run: Run) -> None:
    """Tick every pending material, if the clerk said that all are there."""
    if run.ctx.inputs.get("complete"):
        pending = MATERIAL.c.state == MaterialState.pending.value
        keep(run, ApplicationMaterial, pending, CHECKED)
        _write_history(run, pending, "receive", MaterialState.received)
        _move_materials(run, pending, MaterialState.received)


def mark_missing(run: Run) -> None:
    """Mark the named materials as missing; what is not on a check-list yet is put there."""
    codes = run.ctx.inputs.get("missing") or []
    other = MATERIAL.c.state != MaterialState.missing.value
    named = and_(MATERIAL.c.material_code.in_(codes), other)
    keep(run, ApplicationMaterial, named, CHECKED)
    _write_history(run, named, "mark_missing", MaterialState.missing)
    e, listed = run.subject(), sql.alias_of(MATERIAL, "listed")
    for code in codes:
        unlisted = select(e.c.id, sql.words(code).label("code")).select_from(_done(run, e))
        unlisted = unlisted.where(
            *_was_done(run),
            ~there_is(listed, listed.c.application_id == e.c.id, listed.c.material_code == code),
        )
        wanted = unlisted.order_by(e.c.id).subquery("wanted")
        required = sql.value(True, Boolean())
        _list_materials(run, wanted.c.id, wanted.c.code, required, MaterialState.pending)
    keep_made(run, ApplicationMaterial, named)
    _move_materials(run, named, MaterialState.missing)


def _list_materials(run: Run, application: Any, code: Any, required: Any, state: Any) -> None:
    row = {
        "application_id": application,
        "material_code": code,
        "required": required,
        "state": sql.words(state.value),
        **_stamps(run.ctx),
    }
    _insert(run, ApplicationMaterial, select(*row.values()), list(row), "check-list")


def _write_history(
    run: Run, which: ColumnElement[bool], action: str, target: MaterialState
) -> None:
    """Write a line of history for each material that is about to be moved (reading 12)."""
    e = run.subject()
    history = {
        "at": run.ctx.instant,
        "machine": sql.words(MATERIAL_MACHINE),
        "entity_id": MATERIAL.c.id,
        "action": sql.words(action),
        "from_state": MATERIAL.c.state,
        "to_state": sql.words(target.value),
        "actor_id": run.ctx.user,
        "actor_role": sql.words(run.ctx.actor.role),
        "batch_id": sql.number(run.batch_id),
        "org_id": e.c.org_id,
        "site_id": e.c.site_id,
    }
    joined = _done(run, e).join(MATERIAL, MATERIAL.c.application_id == e.c.id)
    source = select(*history.values()).select_from(joined).where(*_was_done(run), which)
    run.execute(
        insert(WorkflowLog.__table__).from_select(list(history), source.order_by(MATERIAL.c.id)),  # type: ignore[arg-type]  # declared as FromClause
        "history of materials",
    )


def _move_materials(run: Run, which: ColumnElement[bool], target: MaterialState) -> None:
    """Move materials of the moved applications."""
    run.execute(
        update(MATERIAL)
        .where(MATERIAL.c.application_id.in_(run.moved()), which)
        .values(
            state=sql.words(target.value),
            checked_by=run.ctx.user,
            checked_at=run.ctx.instant,
            updated_at=run.ctx.instant,
            updated_by=run.ctx.user,
            version=MATERIAL.c.version + 1,
        ),
        "materials",
    )


def write_to_applicant(run: Run) -> None:
    """Leave each applicant a letter: what was decided, why, until when to act (reading 18)."""
    _write_letters(run, (run.transition.target or run.transition).label.zh, _letter(run))


def write_that_it_is_undone(run: Run) -> None:
    """Leave each applicant who was written to another letter: what he was told holds no more."""
    said = [UNDONE, run.ctx.inputs.get("reason") or ""]
    _write_letters(run, run.transition.label.zh, "\n".join(line for line in said if line))


def _write_letters(run: Run, subject: str, body: str) -> None:
    e = run.subject()
    row = {
        "kind": sql.words(MessageKind.mail.value),
        "sender_id": run.ctx.user,
        "org_id": e.c.org_id,
        "recipient_person_id": e.c.person_id,
        "entity": sql.words(run.machine.table.__tablename__),
        "entity_id": e.c.id,
        "subject": sql.words(subject[:SUBJECT_LENGTH]),
        "body": sql.words(body),
        "state": sql.words(MessageState.closed.value),
        **_stamps(run.ctx),
    }
    source = select(*row.values()).select_from(_done(run, e)).where(*_was_done(run))
    _insert(run, Message, source.order_by(e.c.id), list(row), "letters")


def _letter(run: Run) -> str:
    lines = [run.ctx.inputs.get("reason") or ""]
    missing = run.ctx.inputs.get("missing")
    if missing:
        lines.append("、".join(material_name(run.session, code) for code in missing))
    deadline = run.ctx.inputs.get("deadline")
    if deadline:
        lines.append(deadline.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M"))
    return "\n".join(line for line in lines if line)


def make_certificates(run: Run) -> None:
    """Make the certificates with the numbers just issued, from what the application says."""
    e = run.subject()
    org, subject = (
        sql.alias_of(Org.__table__, "authority"),
        sql.alias_of(Subject.__table__, "taught"),
    )
    same = (
        "person_id name name_pinyin name_initials id_type id_no sex birth_date ethnic_code"
        " qualification_type subject_id org_id"
    )
    row = {
        "cert_no": run.rows.c.number,
        "cert_no_raw": run.rows.c.number,
        "layout": sql.words(NumberLayout.v17.value),
        **{name: e.c[name] for name in same.split()},
        "subject_name": subject.c.name,
        "org_name": org.c.name,
        "issued_on": run.ctx.day,
        "application_id": e.c.id,
        "source": sql.words(CertificateSource.system.value),
        "status": sql.words(CertificateStatus.valid.value),
        **_stamps(run.ctx),
    }
    joined = _done(run, e).join(org, org.c.id == e.c.org_id)
    joined = joined.join(subject, subject.c.id == e.c.subject_id)
    source = select(*row.values()).select_from(joined).where(*_was_done(run))
    source = source.order_by(func.substr(run.rows.c.number, 1, 9, type_=String()), _serial(run))
    _insert(run, Certificate, source, list(row), "certificates")


def _serial(run: Run) -> ColumnElement[str]:
    return func.substr(run.rows.c.number, 12, 6, type_=String())


def _done(run: Run, e: Any) -> Any:
    return run.rows.join(e, e.c.id == run.rows.c.row_id)


def _was_done(run: Run) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return run.here(), run.rows.c.outcome == DONE


def _stamps(ctx: Context) -> dict[str, ColumnElement[Any]]:
    return {
        "created_at": ctx.instant,
        "updated_at": ctx.instant,
        "created_by": ctx.user,
        "updated_by": ctx.user,
        "version": sql.number(1),
    }


def _insert(run: Run, cls: type[Business], source: Any, names: list[str], why: str) -> None:
    """INSERT … SELECT; columns left out get their declared defaults."""
    run.execute(insert(cls.__table__).from_select(names, source), why)  # type: ignore[arg-type]  # declared as FromClause
