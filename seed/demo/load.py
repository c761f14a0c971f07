"""Loads the demo: organisations, staff, plans, people and applications with their whole history."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import clock
from models.accounts.queries import actor_for
from models.accounts.tables import UserAccount, UserRole
from models.base.actor import Actor
from models.base.session import ActorSession
from models.planning.tables import WorkPlan
from seed.demo.applications import write_cases
from seed.demo.cases import OVER, PATHS, Case, choose_site, deal_paths, lay_out
from seed.demo.history import Event, acting, case_events, play
from seed.demo.notices import make_notices
from seed.demo.orgs import make_tree
from seed.demo.people import Applicant, People
from seed.demo.places import BUSY, DEMO_REGION, TYPES, Busy
from seed.demo.plans import ANNOUNCED, APPLY, Plans, a_year_before, make_plans
from seed.demo.restrictions import make_restrictions, review_events
from seed.demo.sources import people_source, places
from seed.demo.staff import make_staff

#: The demo is the same at every loading, save for the day it is loaded on.
SEED = 20260801
#: Days ago at which the offices were set up.
_FOUNDED = 420
#: Applicants of the demo authority who apply at a neighbour too, and who turn out to be restricted.
_TWICE, _RESTRICTED = 6, 5
_NEIGHBOUR = "440104"


def refuse_production(env: str) -> None:
    """Keep well-known passwords away from real offices.

    :raises ValueError: when ``env`` is production.
    """
    if env == "production":
        raise ValueError("Demo data is refused in production: it has well-known passwords.")


def is_loaded(session: Session) -> bool:
    """Say whether the demo's organisations and accounts are there."""
    found = session.scalar(select(UserAccount.id).where(UserAccount.username == "authority"))
    return found is not None


def load(session: ActorSession) -> dict[str, int]:
    """Load the demo in the session's transaction; do nothing where it is loaded already.

    The session acts as the system, and the reference data are there. Returns rows by kind.
    """
    if is_loaded(session):
        return {}
    rng = Random(SEED)
    today = clock.today()
    founded = clock.day_start(today - timedelta(days=_FOUNDED))
    with acting(session, session.need_actor(), founded):
        tree = make_tree(session)
        staff = make_staff(session, tree, rng)
        plans = make_plans(session, tree, today)
    make_notices(session, tree)
    people = people_source(session, rng)
    cases = _make_cases(session, rng, people, plans, today)
    write_cases(session, rng, cases)
    entries = make_restrictions(session, rng, tree, people, _to_restrict(cases, plans))
    at_work = {org: _actor(session, role) for org, role in staff.by_org.items()}
    reviewers = {org: _actor(session, role) for org, role in staff.reviewers.items()}
    sites = {
        tree.authorities[code].id: [site.id for site in own] for code, own in tree.sites.items()
    }
    events = [*_plan_events(plans, at_work, today), *case_events(rng, cases, at_work, sites)]
    play(session, [*events, *review_events(entries, reviewers)])
    return {"org": len(tree.authorities), "application": len(cases), "restriction": len(entries)}


def _actor(session: ActorSession, role: UserRole) -> Actor:
    return actor_for(session, role.user_id, role)


def _make_cases(
    session: Session, rng: Random, people: People, plans: Plans, today: date
) -> list[Case]:
    where = places(session)
    cases: list[Case] = []
    for busy in BUSY:
        at, types = where[busy.region], TYPES["city" if len(busy.region) == 4 else "county"]
        plan = plans.current[busy.region]
        made = [people.make(at, types) for _ in range(busy.applications)]
        if busy.region == _NEIGHBOUR:
            made[:_TWICE] = [_again(case.applicant) for case in _waiting(cases)[:_TWICE]]
        cases += _cases(rng, plan, busy, made, PATHS)
        if busy.last_year:
            made = [people.make(at, types) for _ in range(busy.last_year)]
            cases += _cases(rng, plans.last_year, busy, made, OVER)
    return cases


def _cases(
    rng: Random,
    plan: WorkPlan,
    busy: Busy,
    applicants: list[Applicant],
    shares: tuple[tuple[int, tuple[str, ...]], ...],
) -> list[Case]:
    found = []
    for applicant, path in zip(applicants, deal_paths(rng, len(applicants), shares), strict=True):
        site = choose_site(rng, len(busy.sites))
        steps = lay_out(rng, path, site)
        second, waited = rng.randrange(13 * 3600), rng.randrange(2)
        begun = steps[0].day - waited - rng.randrange(3) if steps else rng.randint(-28, -1)
        found.append(Case(plan, applicant, site, steps, second, waited, max(begun, APPLY[0])))
    return found


def _again(applicant: Applicant) -> Applicant:
    return replace(applicant, fields=dict(applicant.fields))


def _waiting(cases: list[Case]) -> list[Case]:
    """Return the cases of this year that were submitted and nothing more."""
    return [case for case in cases if [step.action for step in case.steps] == ["submit"]]


def _to_restrict(cases: list[Case], plans: Plans) -> list[Case]:
    """Return applicants, most of them confirmed, whom an entry of last week stops now."""
    plan = plans.current[DEMO_REGION]
    confirmed = [
        case
        for case in cases
        if case.plan is plan and [step.action for step in case.steps] == ["submit", "confirm"]
    ]
    submitted = [case for case in _waiting(cases) if case.plan is plan]
    return [*confirmed[: _RESTRICTED - 1], submitted[-1]]


def _plan_events(plans: Plans, at_work: dict[int, Actor], today: date) -> list[Event]:
    def at(middle: date, day: int, hour: int) -> datetime:
        return clock.day_start(middle + timedelta(days=day)) + timedelta(hours=hour)

    events = [
        Event(
            at(today, ANNOUNCED, 9 if len(code) == 2 else 10),
            at_work[plan.org_id], WorkPlan, "publish", {}, [plan.id],
        )
        for code, plan in plans.current.items()
    ]  # fmt: skip
    old, then = plans.last_year, a_year_before(today)
    for action, day in (("publish", ANNOUNCED), ("close", 50), ("archive", 80)):
        events.append(Event(at(then, day, 10), at_work[old.org_id], WorkPlan, action, {}, [old.id]))
    return events
