"""Who reads which plan, and who acts on it: own branch, and what those above have published."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from models import clock
from models.base.actor import Actor, system_actor
from models.base.session import ActorSession
from models.errors import ScopeBreach
from models.planning.choices import PlanStatus
from models.planning.queries import current_plans
from models.planning.tables import SiteArrangement, WorkPlan
from models.reference.tables import Org, Region
from tests.factories.certification import AT
from tests.factories.planning import make_plan
from tests.support.databases import SessionOf

#: id → (parent, kind): a province over two counties, each with a site; another province.
TREE = {
    1: (None, "center"),
    2: (1, "province"),
    3: (2, "county"),
    4: (3, "site"),
    5: (2, "county"),
    6: (1, "province"),
    7: (2, "site"),
}
PLANNERS = (1, 2, 3, 5, 6)
STATES = [state.value for state in PlanStatus]
ALL = {(org, state) for org in PLANNERS for state in STATES}


def of(*orgs: int) -> set[tuple[int, str]]:
    return {(org, state) for org in orgs for state in STATES}


def published(*orgs: int) -> set[tuple[int, str]]:
    return {(org, "published") for org in orgs}


def actor(org: int, path: str, **given: Any) -> Actor:
    options: dict[str, Any] = {"authority_id": org, "authority_path": path, **given}
    return Actor("u", org_id=org, org_path=path, **options)


PROVINCE = actor(2, "/1/2/")
COUNTY = actor(3, "/1/2/3/", is_leaf=True)
SITE = actor(4, "/1/2/3/4/", is_site=True, is_leaf=True, authority_id=3, authority_path="/1/2/3/")
SUPER = actor(2, "/1/2/", acts_in_subtree=True)
#: Who → what he reads, what he acts on, and of whose plans he sees the arrangements.
TABLE = {
    "province": (PROVINCE, of(2, 3, 5) | published(1), of(2), {2, 3}),
    "county": (COUNTY, of(3) | published(1, 2), of(3), {3}),
    "site": (SITE, of(3) | published(1, 2), set(), {3}),
    "super of the province": (SUPER, of(2, 3, 5) | published(1), of(2, 3, 5), {2, 3}),
}


@pytest.fixture
def session_as(session_of: SessionOf) -> SessionOf:
    """Store a plan in every state for every office, and arrangements of two; one session each."""
    session = session_of(system_actor("test"))
    session.add(Region(code="11", name="北京市", level=1, province_code="11"))
    for id_, (parent, kind) in TREE.items():
        session.add(
            Org(
                id=id_, name=kind, kind=kind, parent_id=parent, region_code="11", province_code="11"
            )
        )
        session.flush()
    for org, state in sorted(ALL):
        plan = make_plan(
            session, session.get_one(Org, org), AT, status=state, batch_no=STATES.index(state) + 1
        )
        site = {2: 7, 3: 4}.get(org)
        if site:
            session.add(SiteArrangement(plan_id=plan.id, site_id=site))
    session.commit()
    opened = [session]

    def open_next(who: Actor) -> ActorSession:
        opened[-1].close()
        opened.append(session_of(who))
        return opened[-1]

    return open_next


@pytest.mark.parametrize("who", TABLE)
def test_the_truth_table_of_reading_and_acting(session_as: SessionOf, who: str) -> None:
    actor, reads, acts, arranged = TABLE[who]
    session = session_as(actor)
    plan = (WorkPlan.org_id, WorkPlan.status)
    assert {tuple(row) for row in session.execute(select(*plan))} == reads
    wanted = select(*plan).where(WorkPlan.__scope__.acts(WorkPlan, actor))
    everything = {"unscoped": "the rule by itself"}
    assert {tuple(row) for row in session.execute(wanted, execution_options=everything)} == acts
    seen = select(WorkPlan.org_id).join(SiteArrangement, SiteArrangement.plan_id == WorkPlan.id)
    assert set(session.scalars(seen)) == arranged


@pytest.mark.parametrize("who", TABLE)
def test_what_one_may_not_act_on_cannot_be_written(session_as: SessionOf, who: str) -> None:
    actor, reads, acts, _arranged = TABLE[who]
    session = session_as(actor)
    for org, state in sorted(reads):
        plan = session.scalars(
            select(WorkPlan).where(WorkPlan.org_id == org, WorkPlan.status == state)
        ).one()
        plan.notice = "改"
        if (org, state) in acts:
            session.flush()
            continue
        with pytest.raises(ScopeBreach):
            session.flush()
        session.rollback()


@pytest.mark.parametrize("who", TABLE)
def test_own_plans_come_before_those_from_above(session_as: SessionOf, who: str) -> None:
    session = session_as(TABLE[who][0])
    above = session.scalars(
        select(WorkPlan.org_id).where(WorkPlan.org_id.in_([1, 2]), WorkPlan.status == "published")
    )
    assert 1 in set(above)
    with clock.held(AT):
        plans = [plan.org_id for plan in current_plans(session, 9)]
    own = {org for org, _ in TABLE[who][1] if (org, "draft") in TABLE[who][1]}
    assert set(plans) == {org for org, _ in TABLE[who][1]}
    assert {*plans[: len(own)]} == own
