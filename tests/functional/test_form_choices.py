"""What a form offers to choose from: own sites, own windows, look-ups and typed keys."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from models import clock
from models.base.session import ActorSession
from models.planning.tables import SiteArrangement
from models.reference.tables import (
    CodeItem,
    Org,
    Subject,
)
from tests.factories.records import House
from tests.support.record_pages import Ask, SignIn, Staff


def test_the_arrangement_form_offers_only_own_sites(
    sign_in: SignIn, house: House, ask: Ask
) -> None:
    client = sign_in("authority")
    page = client.get(f"/admin/site_arrangement/new/?plan_id={house.own.plan}").text
    assert "甲区第二确认点" in page
    assert "乙区确认点" not in page
    found = client.get("/admin/site_arrangement/lookup/site_id/?q=甲区第").get_json()
    assert [each["text"] for each in found["results"]] == ["甲区第二确认点"]
    assert not client.get("/admin/site_arrangement/lookup/site_id/?q=乙").get_json()["results"]
    sent = {"site_id": str(house.other.site)}
    refused = client.send(f"/admin/site_arrangement/new/?plan_id={house.own.plan}", **sent)
    assert refused.status_code == 400
    assert ask(select(func.count()).select_from(SiteArrangement)) == 4


@pytest.mark.parametrize(
    ("typed", "found"),
    [("jiaqudi", ["甲区第二确认点"]), ("JQDE", ["甲区第二确认点"]), ("yiqu", []), ("j", [])],
)
def test_a_look_up_takes_pinyin_and_initials(
    sign_in: SignIn, house: House, typed: str, found: list[str]
) -> None:
    """Within the scope as always: 乙区 is another office's."""
    assert house
    url = f"/admin/site_arrangement/lookup/site_id/?q={typed}"
    answer = sign_in("authority").get(url).get_json()
    assert [each["text"] for each in answer["results"]] == found


def arrange(client: Staff, house: House, **window: str) -> Any:
    return client.send(f"/admin/site_arrangement/edit/?id={house.own.arrangement}", **window)


def test_a_sites_window_lies_inside_the_plans(sign_in: SignIn, house: House, ask: Ask) -> None:
    client = sign_in("authority")
    today = clock.today()
    far = (today + timedelta(days=60)).isoformat()
    outside = arrange(client, house, confirm_start=today.isoformat(), confirm_end=far)
    assert outside.status_code == 400
    assert 'id="confirm_end-wrong"' in outside.text
    half = arrange(client, house, confirm_start=today.isoformat())
    assert half.status_code == 400
    inside = arrange(client, house, confirm_start=today.isoformat(), confirm_end=today.isoformat())
    assert inside.status_code == 303
    column = SiteArrangement.confirm_end
    end = ask(select(column).where(SiteArrangement.id == house.own.arrangement))
    assert end == clock.day_end(today)


def test_nobody_arranges_sites_in_the_plan_of_another_office(
    sign_in: SignIn, house: House, ask: Ask
) -> None:
    client = sign_in("authority")
    new = f"/admin/site_arrangement/new/?plan_id={house.own.plan}"
    sent = {"plan_id": str(house.other.plan), "site_id": str(house.own.site)}
    assert client.send(new, **sent).status_code in (400, 403)
    assert ask(select(func.count()).select_from(SiteArrangement)) == 4


def test_an_authority_keeps_its_own_sites(sign_in: SignIn, house: House, ask: Ask) -> None:
    client = sign_in("authority")
    new = {"name": "新确认点", "kind": "site", "region_code": "11"}
    forged: dict[str, str | list[str]] = {
        "parent_id": str(house.other.authority),
        "is_certifying": ["", "1"],
    }
    assert client.send("/admin/org/new/", **new, **forged).status_code == 303
    org = ask(select(Org).where(Org.name == "新确认点"))
    assert (org.parent_id, org.is_certifying) == (house.own.authority, False)
    assert org.path.endswith(f"/{house.own.authority}/{org.id}/")
    other = client.send("/admin/org/new/", **(new | {"kind": "county", "name": "新区"}))
    assert other.status_code == 400
    assert ask(select(Org.id).where(Org.name == "新区")) is None


def test_lookups_answer_only_for_keys_of_the_form(sign_in: SignIn, house: House) -> None:
    client = sign_in("authority")
    for name in ("name", "status", "created_by", "nothing", "id"):
        assert client.get(f"/admin/work_plan/lookup/{name}/").status_code == 404
    assert client.get("/admin/work_plan/lookup/parent_plan_id/").status_code == 200
    for name in ("sender_id", "org_id", "thread_id", "read_at", "state"):
        assert client.get(f"/admin/message/lookup/{name}/").status_code == 404
    assert client.get("/admin/message/lookup/recipient_id/").status_code == 200
    assert sign_in("viewer").get("/admin/certificate/lookup/org_id/").status_code == 403
    assert sign_in("viewer").get("/admin/message/lookup/recipient_id/").status_code == 403


@pytest.mark.parametrize("junk", ["%", "_", "'; --", "x" * 5000, "²"])
def test_lookups_take_any_text(sign_in: SignIn, house: House, junk: str) -> None:
    client = sign_in("authority")
    path = "/admin/site_arrangement/lookup/site_id/"
    answer = client.get(path, query_string={"q": junk})
    assert answer.status_code == 200
    assert answer.get_json()["results"] == []


def test_a_key_may_be_typed_where_scripts_are_off(sign_in: SignIn, house: House, ask: Ask) -> None:
    client = sign_in("centre")
    site = ask(select(Org.name).where(Org.id == house.own.site))
    sent = {"region_code": "", "region_code__key": "北京市"}
    path = f"/admin/org/edit/?id={house.own.site}"
    assert client.send(path, **sent).status_code == 303
    assert client.send(path, region_code="", region_code__key="上海市").status_code == 400
    assert ask(select(Org.region_code).where(Org.name == site)) == "11"


def test_a_disabled_choice_stays_but_is_not_offered(
    sign_in: SignIn, house: House, work: ActorSession, ask: Ask
) -> None:
    item = work.scalars(select(CodeItem).where(CodeItem.code == "01")).one()
    item.enabled = False
    subject = work.get_one(Subject, house.own.subject)
    subject.enabled = False
    work.commit()
    path = f"/admin/certification_application/edit/?id={house.own.application}"
    form = sign_in("authority").form(path)
    assert (form["ethnic_code"], form["subject_id"]) == (["01"], [str(house.own.subject)])
    new = sign_in("authority").get("/admin/certification_application/new/").text
    assert (
        '<option value="01"' not in new.partition('name="ethnic_code"')[2].partition("</select>")[0]
    )
