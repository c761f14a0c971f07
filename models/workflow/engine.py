"""The one engine that moves states: lock, decide, apply, write down, for one row or 100,000.

A single ``UPDATE … WHERE guards`` would be wrong on PostgreSQL: while it waits for a row lock,
EXISTS on other tables runs on the old snapshot, and a person restricted meanwhile would be
approved. So rows are locked in the order of their ids first, and judged in a new statement.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import String, case, func, insert, literal, or_, select, true, update

from models.base.actor import Actor
from models.base.scope import Via
from models.base.session import STRICT, ActorSession
from models.clock import now
from models.errors import Conflict, NotFound
from models.text import Message, msg
from models.workflow import numbering, sql
from models.workflow.inputs import note_of
from models.workflow.judging import reason_of, refusal, warning
from models.workflow.machine import Context, Machine, Transition
from models.workflow.run import CHANGED, DONE, GONE, READY, REFUSED, Run
from models.workflow.tables import WorkflowLog

LABEL_LENGTH = 120


def context(session: ActorSession, actor: Actor, inputs: dict[str, Any] | None = None) -> Context:
    """Return the context of a run that starts now.

    ``session.info["strict"]`` names the warnings that this installation takes for refusals.
    """
    return Context(actor, now(), inputs or {}, session.info.get(STRICT, frozenset()))


def judge_record(
    session: ActorSession, machine: Machine, actor: Actor, record_id: int
) -> list[tuple[Transition, Message | None]]:
    """Say for each transition that the role may do whether this record can be moved, or why not.

    One SELECT for all of them. Reasons that an input can lift are left out.

    :raises NotFound: when the record is outside what the actor may see.
    """
    ctx = context(session, actor)
    allowed = [t for t in machine.transitions if actor.can(machine.permission(t))]
    entity = sql.alias_of(machine.table.__table__, "subject")
    reasons = [refusal(machine, t, entity.c, ctx, asked=False) for t in allowed]
    columns = [reason.label(t.name) for t, reason in zip(allowed, reasons, strict=True)]
    found = select(entity.c.id, *columns).where(entity.c.id == record_id)
    if not actor.is_system:
        found = found.where(machine.table.__scope__.reads(entity.c, actor))
    row = session.execute(found, execution_options={"unscoped": "engine: judge"}).one_or_none()
    if row is None:
        raise NotFound(msg("There is no such record."))
    return [
        (t, reason_of(session, machine, t, code) if code else None)
        for t, code in zip(allowed, row[1:], strict=True)
    ]


def judge(run: Run) -> dict[str, int]:
    """Judge the pinned rows for the preview; return rows by outcome. Only the ledger changes."""
    return _decide(run, READY)


def move(run: Run) -> dict[str, int]:
    """Move the pinned rows; return rows by outcome. The caller has claimed the batch, and commits.

    :raises Conflict: when rows moved out of reach, or a counter is full; nothing must be kept then.
    """
    run.tell("lock")
    _lock(run)
    run.tell("decide")
    counts = _decide(run, DONE)
    if counts.get(DONE):
        if run.transition.issue:  # first: the UPDATE needs the numbers and their instant
            run.tell("number")
            run = numbering.allocate(run, run.transition.issue)
        run.tell("apply")
        _apply(run, counts[DONE])
        run.tell("history")
        _write_history(run)
        run.tell("after")
        for step in run.transition.after:
            step(run)
    return counts


def _lock(run: Run) -> None:
    """Lock the rows, and before them the records that they are part of, in the order of ids.

    First of all comes what stands for the facts that guards count.
    """
    for lock in run.transition.locks:
        run.execute(lock().with_for_update(key_share=True), "lock what guards count")
    pinned = run.pinned()
    scope = run.machine.table.__scope__
    if isinstance(scope, Via):
        part = run.subject("part")
        whole = sql.alias_of(run.machine.table.metadata.tables[scope.parent], "whole")
        _lock_rows(run, whole, select(part.c[scope.column]).where(part.c.id.in_(pinned)))
    _lock_rows(run, run.subject(), pinned)


def _lock_rows(run: Run, table: Any, ids: Any) -> None:
    locked = select(table.c.id).where(table.c.id.in_(ids)).order_by(table.c.id)
    locked = locked.with_for_update(key_share=True, of=table)
    run.execute(select(func.count()).select_from(locked.subquery()), "lock")


def _decide(run: Run, passing: str) -> dict[str, int]:
    """Write outcome, reason, state, title and before-image of each row into the ledger."""
    entity = run.subject()
    ctx = replace(run.ctx, together=run.pinned())
    pinned = run.rows.alias("pinned")
    judged = (
        select(
            pinned.c.row_id,
            pinned.c.version,
            pinned.c.label,
            entity.c.id,
            (entity.c.version != pinned.c.version).label("changed"),
            run.machine.state(entity.c).label("state"),
            func.substr(run.machine.title(entity.c), 1, LABEL_LENGTH, type_=String()).label(
                "title"
            ),
            _before(run, entity).label("before"),
            refusal(run.machine, run.transition, entity.c, ctx).label("refusal"),
            warning(run.transition, entity.c, ctx).label("warning"),
        )
        .select_from(pinned.outerjoin(entity, entity.c.id == pinned.c.row_id))
        .where(run.here(pinned))
        .offset(0)  # keeps the guards from being unfolded into each place that reads them
        .subquery("judged")
    )
    outcome = case(
        (judged.c.id.is_(None), literal(GONE, String())),
        (judged.c.changed, literal(CHANGED, String())),
        (judged.c.refusal.is_not(None), literal(REFUSED, String())),
        else_=literal(passing, String()),
    )
    reason = case(
        (or_(judged.c.id.is_(None), judged.c.changed), sql.words(None)),
        else_=func.coalesce(judged.c.refusal, judged.c.warning),
    )
    row = {
        "batch_id": sql.number(run.batch_id),
        "row_id": judged.c.row_id,
        "version": judged.c.version,
        "outcome": outcome,
        "reason": reason,
        "from_state": judged.c.state,
        "label": func.coalesce(judged.c.title, judged.c.label),
        "before": judged.c.before,
    }
    rows = select(*row.values()).where(true())
    run.execute(sql.write_into(run.session, run.rows, list(row), rows), "decide")
    counted = select(run.rows.c.outcome, func.count()).where(run.here())
    counted = counted.group_by(run.rows.c.outcome)
    return {found[0]: found[1] for found in run.execute(counted, "count")}


def _before(run: Run, entity: Any) -> Any:
    state = (run.machine.column,) if run.machine.has_states else ()
    names = [*state, *run.transition.written]
    return sql.BeforeImage(*(entity.c[name] for name in dict.fromkeys(names)))


def _apply(run: Run, expected: int) -> None:
    """Move the decided rows under the scope's criteria; fewer than decided is a scope mismatch."""
    table: Any = run.machine.table
    ledger: Any = run.ledger
    values = {name: effect(table, run.ctx) for name, effect in run.transition.effects.items()}
    own_row = (ledger.batch_id == run.batch_id, ledger.row_id == table.id)
    for name in run.transition.restores:
        column = table.__table__.c[name]
        values[name] = select(sql.kept(ledger.restores, column)).where(*own_row).scalar_subquery()
    issue = run.transition.issue
    if issue and issue.column:
        number = select(ledger.number).where(*own_row).scalar_subquery()
        values[issue.column] = func.coalesce(getattr(table, issue.column), number)
    if run.transition.target is not None:
        values[run.machine.column] = literal(run.transition.target.value, String())
    values |= {
        "version": table.version + 1,
        "updated_at": run.ctx.instant,
        "updated_by": run.ctx.user,
    }
    moved = select(ledger.row_id).where(ledger.batch_id == run.batch_id, ledger.outcome == DONE)
    result = run.session.execute(
        update(table).where(table.id.in_(moved)).values(values),
        execution_options={
            "set_wise": "engine: apply",
            "synchronize_session": False,
            "preserve_rowcount": True,
        },
    )
    if result.rowcount != expected:  # type: ignore[attr-defined]  # an UPDATE gives a cursor
        raise Conflict(
            msg(
                "Some records moved out of your reach meanwhile. Nothing was changed; select again."
            )
        )


def _write_history(run: Run) -> None:
    entity = run.subject()
    org, site = run.machine.place(entity.c, run.ctx)
    note = note_of(run.transition.inputs, run.typed())
    source = (
        select(
            run.ctx.instant,
            sql.words(run.machine.name),
            run.rows.c.row_id,
            sql.words(run.transition.name),
            run.rows.c.from_state,
            run.machine.state(entity.c),  # as it is now
            run.ctx.user,
            sql.words(run.ctx.actor.role),
            sql.words(note),
            sql.number(run.batch_id),
            org,
            site,
        )
        .select_from(run.rows.join(entity, entity.c.id == run.rows.c.row_id))
        .where(run.here(), run.rows.c.outcome == DONE)
        .order_by(run.rows.c.row_id)
    )
    names = (
        "at machine entity_id action from_state to_state"
        " actor_id actor_role note batch_id org_id site_id"
    )
    run.execute(insert(WorkflowLog.__table__).from_select(names.split(), source), "history")  # type: ignore[arg-type]  # declared as FromClause
