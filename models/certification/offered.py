"""What the inputs of the transitions offer: materials to ask for, and the day until then."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from models import clock
from models.certification.tables import CertificationApplication
from models.planning.tables import WorkPlan
from models.reference.tables import CodeItem


def material_choices(session: Session) -> list[tuple[str, str]]:
    """Return code and name of every material that is asked for."""
    listed = (
        select(CodeItem.code, CodeItem.name)
        .where(
            CodeItem.set_code == "MATERIAL_TYPE", CodeItem.enabled, CodeItem.is_deleted.is_(False)
        )
        .order_by(CodeItem.sort, CodeItem.code)
    )
    return [(code, name) for code, name in session.execute(listed)]


def plan_deadline(session: Session, rows: Select[Any]) -> str | None:
    """Return the last day for materials of the plan, if all applications of ``rows`` share one.

    It is never later than the decision time, which bounds what may be typed.
    """
    found = (
        select(WorkPlan.material_deadline, WorkPlan.decide_end)
        .join(CertificationApplication, CertificationApplication.plan_id == WorkPlan.id)
        .where(CertificationApplication.id.in_(rows))
        .distinct()
        .limit(2)
    )
    deadlines = session.execute(found).all()
    deadline, decide_end = deadlines[0] if len(deadlines) == 1 else (None, None)
    if deadline is None or decide_end is None:
        return None
    return clock.last_day(min(deadline, decide_end)).isoformat()
