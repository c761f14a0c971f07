"""A county chooses its provincial plan: it reads the published plans above it, and no more."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from models.base.session import ActorSession
from models.planning.tables import SiteArrangement, WorkPlan
from models.reference.tables import Org
from tests.factories.records import House, open_windows
from tests.support.lists import ids
from tests.support.record_pages import Ask, SignIn

LIST = "/admin/work_plan/"
LOOKUP = f"{LIST}lookup/parent_plan_id/"


@pytest.fixture
def provincial(work: ActorSession, house: House) -> int:
    """Store the province's published plan with a site of its own, and a draft; return its id."""
    made = []
    for number, status in enumerate(("published", "draft", "closed"), 1):
        plan = WorkPlan(
            name=f"全省{status}", org_id=house.province, year=2026, batch_no=number, status=status
        )
        open_windows(plan)
        work.add(plan)
        made.append(plan)
    province = work.get_one(Org, house.province)
    site = Org(
        name="省直确认点", kind="site", parent=province, region_code="11", province_code="11"
    )
    work.add(site)
    work.flush()
    work.add(SiteArrangement(plan_id=made[0].id, site_id=site.id))
    work.flush()
    id_ = made[0].id
    work.commit()
    return id_


def edit(house: House) -> str:
    return f"{LIST}edit/?id={house.own.plan}"


def test_the_published_plan_of_the_province_is_chosen_and_shown(
    sign_in: SignIn, house: House, provincial: int, ask: Ask
) -> None:
    client = sign_in("authority")
    found = client.get(LOOKUP, query_string={"id": house.own.plan}).get_json()["results"]
    assert [each["text"] for each in found] == ["全省published"]
    assert client.get(f"{LOOKUP}?q=全省").get_json()["results"] == found
    assert client.send(edit(house), parent_plan_id=str(provincial)).status_code == 303
    column = WorkPlan.parent_plan_id
    assert ask(select(column).where(WorkPlan.id == house.own.plan)) == provincial
    for user in ("authority", "confirm"):
        page = sign_in(user).get(f"{LIST}details/?id={house.own.plan}").text
        link = rf'<a href="{re.escape(LIST)}details/\?id={provincial}(&[^"]*)?">全省published</a>'
        assert re.search(link, page)


def test_no_other_plan_is_a_parent(
    sign_in: SignIn, house: House, provincial: int, ask: Ask
) -> None:
    client = sign_in("authority")
    for wrong in (provincial + 1, provincial + 2, house.other.plan, house.own.plan):
        assert client.send(edit(house), parent_plan_id=str(wrong)).status_code == 400
    centre = sign_in("centre")
    answer = centre.send(edit(house), parent_plan_id=str(house.other.plan))
    assert answer.status_code == 400
    assert 'id="parent_plan_id-wrong"' in answer.text
    column = WorkPlan.parent_plan_id
    assert ask(select(column).where(WorkPlan.id == house.own.plan)) is None


def test_a_plan_from_above_is_read_only(
    sign_in: SignIn, house: House, provincial: int, ask: Ask
) -> None:
    client = sign_in("authority")
    version = ask(select(WorkPlan.version).where(WorkPlan.id == provincial))
    page = client.get(f"{LIST}details/?id={provincial}")
    assert page.status_code == 200
    assert "省直确认点" not in page.text
    assert f"{LIST}edit/?id={provincial}" not in page.text
    path = f"{LIST}edit/?id={provincial}"
    assert client.post(path, {"row_version": "1", "notice": "改"}).status_code == 403
    new = f"/admin/site_arrangement/new/?plan_id={provincial}"
    sent = {"plan_id": str(provincial), "site_id": str(house.own.site)}
    assert client.send(new, **sent).status_code in (400, 403)
    pressed = client.post(f"{LIST}action/", {"action": "close_online", "rowid": str(provincial)})
    assert pressed.status_code == 303
    client.post(f"{pressed.location}commit")
    assert "属于其他机构" in client.get(pressed.location).text
    plan = ask(select(WorkPlan).where(WorkPlan.id == provincial))
    assert (plan.version, plan.is_open, plan.notice) == (version, True, None)
    sites = select(SiteArrangement.site_id).where(SiteArrangement.plan_id == provincial)
    assert ask(sites.where(SiteArrangement.site_id == house.own.site)) is None


@pytest.mark.parametrize("user", ["authority", "confirm"])
def test_lists_and_start_page_show_own_plans_first(
    sign_in: SignIn, house: House, provincial: int, user: str
) -> None:
    client = sign_in(user)
    assert ids(client.get(LIST).text) == [house.own.plan, provincial]
    assert ids(client.get(f"{LIST}?sort=-id").text) == [provincial, house.own.plan]
    start = client.get("/admin/").text
    places = [start.index(f"details/?id={id_}") for id_ in (house.own.plan, provincial)]
    assert places == sorted(places)
    listed = client.get("/admin/site_arrangement/").text
    assert "甲区确认点" in listed
    assert "省直确认点" not in listed


def test_for_the_province_all_plans_of_its_branch_are_its_own(
    sign_in: SignIn, house: House, provincial: int
) -> None:
    plans = [provincial + 2, provincial + 1, provincial, house.other.plan, house.own.plan]
    client = sign_in("centre")
    assert ids(client.get(LIST).text) == plans
    assert f"details/?id={provincial}" in client.get("/admin/").text
    found = client.get("/admin/site_arrangement/lookup/plan_id/").get_json()["results"]
    assert {int(each["id"]) for each in found} == set(plans) - {provincial + 2}


def test_pages_of_the_list_follow_its_order(
    sign_in: SignIn, house: House, provincial: int, work: ActorSession
) -> None:
    for number in range(2, 31):
        plan = WorkPlan(
            name=f"第{number}批", org_id=house.own.authority, year=2026, batch_no=number
        )
        open_windows(plan)
        work.add(plan)
    work.commit()
    client = sign_in("authority")
    first = client.get(f"{LIST}?size=20").text
    after = first.partition("after=")[2].partition('"')[0].partition("&")[0]
    second = client.get(f"{LIST}?size=20&after={after}").text
    seen = ids(first) + ids(second)
    assert len(seen) == len(set(seen)) == 31
    assert seen[-1] == provincial
    assert provincial not in ids(first)
