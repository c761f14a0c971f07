"""Windows of plans and sites, half-open: the end is no longer inside (reading 14)."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol


class PlanWindow(Protocol):
    """What is read of a plan."""

    confirm_start: datetime
    confirm_end: datetime


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
    materials, can only lengthen it (reading 14).
    """
    start = (arrangement and arrangement.confirm_start) or plan.confirm_start
    end = (arrangement and arrangement.confirm_end) or plan.confirm_end
    return start, max(end, deadline) if deadline else end
