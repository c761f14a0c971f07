"""What a run does to the parts of its rows, such as the check-list of an application: kept as it
was, so that an undo brings back the whole (reading 11).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, String, case, delete, insert, literal, select, update

from models.base.orm import Business
from models.workflow import sql
from models.workflow.registry import machine_of
from models.workflow.run import Run
from models.workflow.tables import WorkflowLog

#: Name of an undo's line in the history of a part.
UNDO = "undo"
#: Note on the line of a part that goes, having been made by what is undone.
TAKEN_AWAY = "由所撤销的操作新增，随撤销删除"


def keep(
    run: Run, part: type[Business], which: ColumnElement[bool], written: Sequence[str]
) -> None:
    """Keep the columns of parts that are about to be ``written`` for the rows that were moved.

    The parts must then be written once, with a version more.
    """
    table: Any = part.__table__
    image = sql.BeforeImage(*(table.c[name] for name in written))
    _enter(run, part, which, image)


def keep_made(run: Run, part: type[Business], which: ColumnElement[bool]) -> None:
    """Remember those of ``which`` that were not kept before: the run has just made them.

    They too must then be written once, with a version more.
    """
    table: Any = part.__table__
    kept = sql.alias_of(run.parts, "kept_before")
    known = sql.there_is(
        kept,
        kept.c.batch_id == run.batch_id,
        kept.c.whole_id == _whole(part),
        kept.c.entity == table.name,
        kept.c.row_id == table.c.id,
    )
    _enter(run, part, which & ~known, sql.value(None, run.parts.c.before.type))


def _whole(part: type[Business]) -> Any:
    return part.__table__.c[str(part.__part_of__)]


def _enter(run: Run, part: type[Business], which: ColumnElement[bool], image: Any) -> None:
    table: Any = part.__table__
    row = {
        "batch_id": sql.number(run.batch_id),
        "whole_id": _whole(part),
        "entity": literal(table.name, String()),
        "row_id": table.c.id,
        "version": table.c.version + 1,
        "before": image,
    }
    found = select(*row.values()).where(_whole(part).in_(run.moved()), which)
    run.execute(insert(run.parts).from_select(list(row), found), "keep parts")


def unmoved(ledger: Any, batch_id: int, part: type[Business], whole: Any) -> ColumnElement[bool]:
    """Return the criterion that all parts of ``whole`` are still as a batch left them."""
    left = sql.alias_of(ledger, "left_part")
    now = sql.alias_of(part.__table__, "part_now")
    moved = now.c.id.is_(None) | (now.c.version != left.c.version)
    return ~sql.there_is(
        left.outerjoin(now, now.c.id == left.c.row_id),
        left.c.batch_id == batch_id,
        left.c.whole_id == whole,
        left.c.entity == part.__tablename__,
        moved,
    )


def bring_back(run: Run, batch_id: int, part: type[Business], names: Sequence[str]) -> None:
    """Write the parts of the moved rows as they were before another batch; what that batch made is
    taken away again.
    """
    table: Any = part.__table__
    left = run.parts.alias("left_part")
    mine = (
        (left.c.batch_id == batch_id)
        & (left.c.entity == table.name)
        & left.c.whole_id.in_(run.moved())
    )
    _write_history(run, part, left, mine)
    made = select(left.c.row_id).where(mine, left.c.before.is_(None))
    run.execute(delete(table).where(table.c.id.in_(made)), "take parts away")
    if not names:
        return
    image = left.c.before
    values: dict[str, Any] = {
        name: select(sql.kept(image, table.c[name]))
        .where(mine, left.c.row_id == table.c.id)
        .scalar_subquery()
        for name in names
    }
    values |= {
        "version": table.c.version + 1,
        "updated_at": run.ctx.instant,
        "updated_by": run.ctx.user,
    }
    kept = select(left.c.row_id).where(mine, image.is_not(None))
    run.execute(update(table).where(table.c.id.in_(kept)).values(values), "bring parts back")


def _write_history(run: Run, part: type[Business], left: Any, mine: ColumnElement[bool]) -> None:
    machine = machine_of(part)
    if machine is None:
        return
    table = part.__table__.alias("part_now")
    org, site = machine.place(table.c, run.ctx)
    state = table.c[machine.column]
    is_made = left.c.before.is_(None)
    history: dict[str, Any] = {
        "at": run.ctx.instant,
        "machine": sql.words(machine.name),
        "entity_id": table.c.id,
        "action": sql.words(UNDO),
        "from_state": state,
        "to_state": case((is_made, state), else_=sql.kept(left.c.before, state)),
        "note": case((is_made, sql.words(TAKEN_AWAY))),
        "actor_id": run.ctx.user,
        "actor_role": sql.words(run.ctx.actor.role),
        "batch_id": sql.number(run.batch_id),
        "org_id": org,
        "site_id": site,
    }
    source = (
        select(*history.values())
        .select_from(left.join(table, table.c.id == left.c.row_id))
        .where(mine)
        .order_by(table.c.id)
    )
    run.execute(insert(WorkflowLog.__table__).from_select(list(history), source), "undo of parts")  # type: ignore[arg-type]  # declared as FromClause
