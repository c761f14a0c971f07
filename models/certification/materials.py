"""The check-list of materials: its small machine, and the tick list of a record (reading 13)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, select

from models.base.actor import Actor
from models.base.session import ActorSession
from models.batch.operations import run_now
from models.batch.queries import refusals
from models.batch.tables import Batch
from models.certification import guards
from models.certification.choices import CertStatus, MaterialState
from models.certification.effects import MATERIAL_MACHINE
from models.certification.tables import CertificationApplication
from models.certification.tables_parts import ApplicationMaterial
from models.errors import BadInput, Conflict
from models.reference.tables import CodeItem
from models.text import Label, msg
from models.workflow import marks, sql
from models.workflow.machine import Context, Guard, Machine, Predicate, Transition, Undoing
from models.workflow.registry import register
from models.workflow.sql import there_is

S = MaterialState
#: States of an application in which its materials may still be ticked.
OPEN = (CertStatus.submitted, CertStatus.materials_incomplete, CertStatus.confirm_rejected)


def _application() -> Any:
    return sql.alias_of(CertificationApplication.__table__, "its_application")


def _of_application(ok: Predicate) -> Predicate:
    def judged(e: Any, ctx: Context) -> ColumnElement[bool]:
        application = _application()
        return there_is(application, application.c.id == e.application_id, ok(application.c, ctx))

    return judged


def _place(e: Any, _ctx: Context) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    application = _application()
    own = application.c.id == e.application_id
    return sql.of_row(application.c.org_id, own), sql.of_row(application.c.site_id, own)


def _title(e: Any) -> ColumnElement[str]:
    item = sql.alias_of(CodeItem.__table__, "material_name")
    return sql.of_row(
        item.c.name, item.c.set_code == "MATERIAL_TYPE", item.c.code == e.material_code
    )


GUARDS = (
    Guard(
        "application",
        msg("The application is not waiting for confirmation, so its materials stay as they are."),
        _of_application(lambda a, _ctx: a.status.in_([state.value for state in OPEN])),
    ),
    *(
        Guard(guard.code, guard.reason, _of_application(guard.ok))
        for guard in (guards.PLAN_PUBLISHED, guards.CONFIRM_WINDOW)
    ),
)
UNDOING = Undoing(guards=GUARDS[:1])
CHECKED = {"checked_at": marks.now, "checked_by": marks.user}

RECEIVE = Transition(
    "receive",
    Label("已收", "Receive"),
    sources=(S.pending, S.missing, S.invalid, S.waived),
    target=S.received,
    guards=GUARDS,
    effects=CHECKED,
    undoable=True,
    undoing=UNDOING,
)
MARK_MISSING = Transition(
    "mark_missing",
    Label("标记缺少", "Mark as missing"),
    sources=(S.pending, S.received, S.invalid, S.waived),
    target=S.missing,
    guards=GUARDS,
    effects=CHECKED,
    undoable=True,
    undoing=UNDOING,
)
WAIVE = Transition(
    "waive",
    Label("免交", "Waive"),
    sources=(S.pending, S.missing, S.invalid),
    target=S.waived,
    guards=GUARDS,
    inputs=(marks.REASON,),
    effects={**CHECKED, "note": marks.reason},
    undoable=True,
    undoing=UNDOING,
)
MACHINE = register(
    Machine(
        MATERIAL_MACHINE,
        ApplicationMaterial,
        "state",
        MaterialState,
        (RECEIVE, MARK_MISSING, WAIVE),
        title=_title,
        place=_place,
    )
)
#: The verb that brings a material into a state, as the tick list offers them.
TICKS = {t.target.value: t.name for t in MACHINE.transitions if t.target}


def tick_materials(
    session: ActorSession,
    actor: Actor,
    application_id: int,
    ticks: Mapping[str, str],
    reason: str | None = None,
) -> list[Batch]:
    """Bring materials of one application into the ticked states; others stay untouched.

    ``ticks`` is material code → received, missing or waived; waiving asks for ``reason``.

    :raises BadInput: for a material that is not on the check-list, or another state.
    :raises Conflict: with the reason, when one of them cannot be moved; nothing must be kept then.
    """
    wanted: dict[str, list[int]] = {}
    found = select(ApplicationMaterial).where(ApplicationMaterial.application_id == application_id)
    listed = {material.material_code: material for material in session.scalars(found)}
    for code, state in ticks.items():
        if code not in listed or state not in TICKS:
            raise BadInput(
                msg("This material is not on the check-list: %(code)s.", code=code), code
            )
        if listed[code].state != state:
            wanted.setdefault(TICKS[state], []).append(listed[code].id)
    return [_tick(session, actor, action, ids, reason) for action, ids in wanted.items()]


def _tick(
    session: ActorSession, actor: Actor, action: str, ids: list[int], reason: str | None
) -> Batch:
    inputs = {"input_reason": reason} if action == WAIVE.name else None
    batch = run_now(session, actor, MACHINE, action, ids, inputs=inputs)
    for refused in refusals(session, batch).values():
        raise Conflict(refused)
    return batch
