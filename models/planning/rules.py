"""Windows of plans and sites, half-open: the end is no longer inside (reading 14)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Protocol

from models.text import Message, msg


class PlanWindow(Protocol):
    """What is read of a plan."""

    confirm_start: datetime
    confirm_end: datetime
    decide_end: datetime


class SiteWindow(Protocol):
    """What is read of a site's arrangement; None means as the plan says."""

    confirm_start: datetime | None
    confirm_end: datetime | None


def is_within(start: datetime, end: datetime, now: datetime) -> bool:
    """Tell whether an instant lies in ``[start, end)``."""
    return start <= now < end


def effective_window(
    plan: PlanWindow, arrangement: SiteWindow | None = None, deadline: datetime | None = None
) -> tuple[datetime, datetime]:
    """Return the confirmation window ``(start, end)`` of one application.

    The site's own window goes before the plan's; ``deadline``, the day granted to bring missing
    materials, can only lengthen it, at most to the end of the decision time (reading 14).
    """
    start = (arrangement and arrangement.confirm_start) or plan.confirm_start
    end = (arrangement and arrangement.confirm_end) or plan.confirm_end
    return start, max(end, min(deadline, plan.decide_end)) if deadline else end


#: (earlier, later, strictly, what to say beside the later one), in the order of the form.
PLAN_ORDER: tuple[tuple[str, str, bool, Message], ...] = (
    ("apply_start", "apply_end", True, msg("Applications must end after they begin.")),
    ("confirm_start", "confirm_end", True, msg("Confirmation must end after it begins.")),
    ("decide_start", "decide_end", True, msg("Decision must end after it begins.")),
    (
        "apply_start",
        "confirm_start",
        False,
        msg("Confirmation may not begin before applications do."),
    ),
    ("apply_end", "confirm_end", False, msg("Confirmation may not end before applications do.")),
    ("confirm_start", "decide_start", False, msg("Decision may not begin before confirmation.")),
    ("confirm_end", "decide_end", False, msg("Decision may not end before confirmation.")),
    (
        "confirm_start",
        "material_deadline",
        False,
        msg("Materials may not be due before confirmation begins."),
    ),
)


def plan_faults(plan: Any) -> Iterator[tuple[str, Message]]:
    """Yield what is wrong with the windows of a plan: the column to mend, and the sentence."""
    for earlier, later, strictly, sentence in PLAN_ORDER:
        start, end = getattr(plan, earlier), getattr(plan, later)
        if start is not None and end is not None and not is_ordered(start, end, strictly):
            yield later, sentence


def is_ordered(start: datetime, end: datetime, strictly: bool) -> bool:
    """Tell whether an instant comes before another, or ``strictly`` False: not after it."""
    return start < end if strictly else start <= end


def arrangement_faults(plan: PlanWindow, site: SiteWindow) -> Iterator[tuple[str, Message]]:
    """Yield what is wrong with a site's own window: half empty, reversed, or outside the plan's."""
    start, end = site.confirm_start, site.confirm_end
    if start is None and end is None:
        return
    if start is None or end is None:
        missing = "confirm_start" if start is None else "confirm_end"
        yield missing, msg("Fill in both ends, or neither: then the plan's own window holds.")
        return
    if not start < end:
        yield "confirm_end", msg("Confirmation must end after it begins.")
    if start < plan.confirm_start:
        yield "confirm_start", msg("The site may not begin before the plan's confirmation.")
    if end > plan.confirm_end:
        yield "confirm_end", msg("The site may not end after the plan's confirmation.")
