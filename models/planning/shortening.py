"""Shortening the windows of a plan in which people have acted already (schema §3.6)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import func, inspect, select
from sqlalchemy.orm import Session

from models.base.orm import Base
from models.planning.tables import WorkPlan
from models.text import Message, msg

#: Window → when an application was acted upon in it, and what to say beside the window's end.
ACTS: dict[str, tuple[str, Message]] = {
    "apply": (
        "submitted_at",
        msg("%(count)s applications were submitted outside the shortened time."),
    ),
    "confirm": (
        "confirmed_at",
        msg("%(count)s applications were confirmed outside the shortened time."),
    ),
    "decide": (
        "reviewed_at",
        msg("%(count)s applications were reviewed outside the shortened time."),
    ),
}
_EVERY_OFFICE = {"unscoped": "a plan's windows bind all of its applications"}


def _applications() -> Any:
    """Return the applications by name: that area stands above this one."""
    return Base.metadata.tables["certification_application"]


def has_applications(session: Session, plan: WorkPlan) -> bool:
    """Say whether anybody has applied in a plan, drafts included."""
    table = _applications()
    wanted = select(table.c.id).where(table.c.plan_id == plan.id).limit(1)
    return session.scalar(wanted, execution_options=_EVERY_OFFICE) is not None


def left_outside(session: Session, plan: WorkPlan) -> Iterator[tuple[str, Message]]:
    """Yield the ends that a changed plan moves past applications: column and sentence.

    What happened outside the window before — within a deadline, after a reopening — does not count.
    """
    for window, (instant, sentence) in ACTS.items():
        for column, since, until in _cut_off(plan, window):
            count = _count(session, plan, instant, since, until)
            if count:
                yield column, Message(sentence.msgid, {"count": count})


def _cut_off(plan: WorkPlan, window: str) -> Iterator[tuple[str, datetime, datetime]]:
    """Yield the pieces ``[since, until)`` by which a window has become shorter."""
    start, end = f"{window}_start", f"{window}_end"
    old_start, old_end = _before(plan, start), _before(plan, end)
    new_start, new_end = getattr(plan, start), getattr(plan, end)
    if old_start < new_start:
        yield start, old_start, min(new_start, old_end)
    if new_end < old_end:
        yield end, max(new_end, old_start), old_end


def _before(plan: WorkPlan, name: str) -> datetime:
    """Return the stored value of an instant."""
    history = inspect(plan).attrs[name].history
    found: datetime = history.deleted[0] if history.deleted else getattr(plan, name)
    return found


def _count(session: Session, plan: WorkPlan, instant: str, since: datetime, until: datetime) -> int:
    table = _applications()
    at = table.c[instant]
    wanted = select(func.count()).where(table.c.plan_id == plan.id, at >= since, at < until)
    return session.scalar(wanted, execution_options=_EVERY_OFFICE) or 0


def sites_outside(plan: WorkPlan) -> Iterator[tuple[str, Message]]:
    """Yield the sites whose own window a changed plan no longer holds."""
    if not {"confirm_start", "confirm_end"} & inspect(plan).committed_state.keys():
        return
    for site in plan.arrangements:
        if site.confirm_start is not None and site.confirm_start < plan.confirm_start:
            yield (
                "confirm_start",
                msg(
                    "“%(site)s” begins earlier. Change its arrangement first.", site=site.caption()
                ),
            )
        if site.confirm_end is not None and site.confirm_end > plan.confirm_end:
            yield (
                "confirm_end",
                msg("“%(site)s” ends later. Change its arrangement first.", site=site.caption()),
            )
