"""Plans of this year, open today, and of last year, archived; and which site works in them when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session

from models import clock
from models.planning.tables import SiteArrangement, WorkPlan
from models.reference.tables import Org
from seed.demo.orgs import Tree
from seed.demo.places import BUSY, DEMO_REGION

#: Days from the middle of a plan, both included: applications, confirmation, decision.
APPLY, CONFIRM, DECIDE = (-30, 20), (-24, 30), (-18, 45)
#: Confirmation days of the first, second, … site of an authority; None means the plan's.
SITE_WINDOWS = ((-24, 28), None, (-20, 24), (-10, 25))
#: A plan is announced so many days before its middle.
ANNOUNCED = -35
_NOTICE = (
    "请申请人在规定时间内完成网上申报和现场确认，逾期不予受理。普通话、体检等要求见本机构公告。"
)
_SCOPES = (
    "本辖区户籍申请人",
    "持本辖区居住证的申请人",
    "本校应届毕业生",
    "本辖区中小学、幼儿园在职申请人",
)
_SITE_NOTICE = "请按预约时段到场，提前准备好全部材料原件，资料不齐的须在补全材料截止日前补齐。"


@dataclass(slots=True)
class Plans:
    """The plans by the region code of their authority."""

    current: dict[str, WorkPlan]
    last_year: WorkPlan
    #: Still a draft, so that publishing can be tried.
    next_batch: WorkPlan


def make_plans(session: Session, tree: Tree, today: date) -> Plans:
    """Make every plan as a draft with its arrangements; the engine publishes them later."""
    provincial = {
        code: _plan(org, today.year, 1, today, None) for code, org in tree.provinces.items()
    }
    session.add_all(provincial.values())
    session.flush()
    local = {code: org for code, org in tree.authorities.items() if code not in provincial}
    current = provincial | {
        code: _plan(org, today.year, 1, today, provincial[code[:2]]) for code, org in local.items()
    }
    demo = tree.authorities[DEMO_REGION]
    last_year = _plan(demo, today.year - 1, 1, a_year_before(today), None)
    next_batch = _plan(demo, today.year, 2, today + timedelta(days=75), None)
    next_batch.is_open = False  # opened by hand, after it has been published
    plans = [*current.values(), last_year, next_batch]
    session.add_all(plans)
    session.flush()
    for plan in plans:
        _arrange(
            session, plan, tree.sites[plan.org.region_code], busy=plan.org.region_code in _BUSY
        )
    session.flush()
    return Plans(current, last_year, next_batch)


_BUSY = {busy.region for busy in BUSY}


def a_year_before(day: date) -> date:
    """Return the same day one year earlier; 28 February for the 29th."""
    return day.replace(year=day.year - 1, day=min(day.day, 28) if day.month == 2 else day.day)


def _plan(org: Org, year: int, batch_no: int, middle: date, parent: WorkPlan | None) -> WorkPlan:
    def at(offset: int) -> date:
        return middle + timedelta(days=offset)

    place = org.name.removesuffix("教育局").removesuffix("教育厅")
    return WorkPlan(
        name=f"{year}年{place}教师资格认定第{batch_no}批次",
        org=org,
        parent_plan_id=parent.id if parent else None,
        year=year,
        batch_no=batch_no,
        apply_start=clock.day_start(at(APPLY[0])),
        apply_end=clock.day_end(at(APPLY[1])),
        confirm_start=clock.day_start(at(CONFIRM[0])),
        confirm_end=clock.day_end(at(CONFIRM[1])),
        decide_start=clock.day_start(at(DECIDE[0])),
        decide_end=clock.day_end(at(DECIDE[1])),
        material_deadline=clock.day_end(at(CONFIRM[1] - 5)),
        notice=_NOTICE,
    )


def _arrange(session: Session, plan: WorkPlan, sites: list[Org], *, busy: bool) -> None:
    middle = plan.apply_start + timedelta(days=-APPLY[0])
    day = middle.astimezone(clock.SHANGHAI).date()
    for number, site in enumerate(sites):
        window = SITE_WINDOWS[number] if busy else None
        session.add(
            SiteArrangement(
                plan=plan,
                site=site,
                confirm_start=window and clock.day_start(day + timedelta(days=window[0])),
                confirm_end=window and clock.day_end(day + timedelta(days=window[1])),
                scope_note=_SCOPES[number],
                notice=_SITE_NOTICE,
                daily_capacity=60 if busy else 30,
            )
        )
