"""What happens to each application of the demo, step by step, on which day; no database in here."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Final

from models.planning.tables import WorkPlan
from seed.demo.people import Applicant
from seed.demo.plans import CONFIRM, DECIDE, SITE_WINDOWS

#: Ways through the state machine, each with its share of a busy authority's applications.
PATHS: Final[tuple[tuple[int, tuple[str, ...]], ...]] = (
    (6, ()),
    (29, ("submit",)),
    (8, ("submit", "mark_incomplete")),
    (4, ("submit", "reject_confirmation")),
    (1, ("submit", "mark_incomplete", "reject_confirmation")),
    (18, ("submit", "confirm")),
    (2, ("submit", "mark_incomplete", "confirm")),
    (1, ("submit", "reject_confirmation", "reopen_confirmation", "confirm")),
    (4, ("submit", "confirm", "refuse")),
    (10, ("submit", "confirm", "approve")),
    (1, ("submit", "confirm", "refuse", "reopen_review", "approve")),
    (1, ("submit", "confirm", "approve", "withdraw_approval")),
    (14, ("submit", "confirm", "approve", "assign_numbers")),
    (1, ("submit", "mark_incomplete", "confirm", "approve", "assign_numbers")),
)
#: In a plan that is over, everything is decided, save what applicants never finished.
OVER: Final = tuple(
    (share, path)
    for share, path in PATHS
    if not path or path[-1] in {"assign_numbers", "refuse", "reject_confirmation"}
)
SITE_SHARES: Final = (42, 26, 18, 14)
#: Days on which an authority numbers what it has approved before.
NUMBERING_DAYS: Final = (-10, -5, -1)
BY_SITE: Final = frozenset({"confirm", "mark_incomplete", "reject_confirmation"})
#: Work is done every so many days, else every second day.
EVERY: Final = {"confirm": 3, "reject_confirmation": 3, "mark_incomplete": 6, "refuse": 4}
#: Hour of Shanghai at which an action is done in one go; applicants submit all day long.
HOURS: Final = {
    "submit": 22,
    "reopen_confirmation": 9,
    "mark_incomplete": 11,
    "reject_confirmation": 12,
    "reopen_review": 14,
    "refuse": 15,
    "confirm": 16,
    "approve": 16,
    "withdraw_approval": 17,
    "assign_numbers": 17,
}


@dataclass(frozen=True, slots=True)
class Step:
    """An action on a day, counted from the middle of the plan, at an hour of Shanghai."""

    action: str
    day: int
    hour: int


@dataclass(slots=True)
class Case:
    """One application: who, in which plan, at which site, and what happens to it."""

    plan: WorkPlan
    applicant: Applicant
    site: int
    steps: list[Step]
    #: Seconds after 8 o'clock at which it was begun and submitted.
    second: int
    #: Days before the step "submit" on which it was submitted: two days' are taken in at once.
    waited: int
    #: Day on which the applicant began to fill in the form.
    begun: int
    id: int = field(default=0)


def deal_paths(
    rng: Random, count: int, shares: tuple[tuple[int, tuple[str, ...]], ...]
) -> list[tuple[str, ...]]:
    """Return ``count`` ways in random order, every way at least once, in the given proportions."""
    total = sum(share for share, _ in shares)
    dealt = [path for share, path in shares for _ in range(max(1, count * share // total))]
    while len(dealt) < count:
        dealt.append(
            ("submit",) if shares is PATHS else ("submit", "confirm", "approve", "assign_numbers")
        )
    rng.shuffle(dealt)
    return dealt[:count]


def choose_site(rng: Random, sites: int) -> int:
    """Return the number of the site that an applicant chooses."""
    (site,) = rng.choices(range(sites), SITE_SHARES[:sites])
    return site


def lay_out(rng: Random, path: tuple[str, ...], site: int) -> list[Step]:
    """Give every step of a way its day, each later than the one before and inside its window."""
    latest = -1 if len(path) == 1 else -2 - 2 * len(path)
    day = rng.randrange(-29, latest + 1, 2)
    steps = []
    for action in path:
        if action != "submit":
            day = _next_day(action, day, site)
        steps.append(Step(action, day, HOURS[action]))
    return steps


def _next_day(action: str, day: int, site: int) -> int:
    """Return the next day on which such work is done: sites confirm every third day, and so on."""
    if action == "assign_numbers":
        return next(free for free in NUMBERING_DAYS if free > day)
    window = DECIDE
    if action in BY_SITE or action == "reopen_confirmation":
        window = SITE_WINDOWS[site] or CONFIRM
    return _working_day(max(day + 1, window[0]), EVERY.get(action, 2))


def _working_day(earliest: int, every: int) -> int:
    return earliest + -earliest % every
