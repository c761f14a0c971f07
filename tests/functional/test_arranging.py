"""Step 1 and what a new site reads of it [AUTH-01…03, AUTH-08, CONF-05…08], over HTTP."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from flask import Flask
from sqlalchemy import func, select

from models import clock
from models.accounts.tables import UserRole
from models.base.session import ActorSession
from models.messaging.tables import Notice
from models.planning.tables import SiteArrangement, WorkPlan
from models.reference.tables import Org
from tests.factories.main_job import Job
from tests.factories.records import PASSWORD
from tests.support.accounts import make_account
from tests.support.lists import ids
from tests.support.main_job import words
from tests.support.record_pages import Ask, SignIn, Staff

PLANS = "/admin/work_plan/"
SITES = "/admin/site_arrangement/"
SITE = "甲区第三确认点"


def day(number: int) -> str:
    """Return a day counted from today as it is typed."""
    return (clock.today() + timedelta(days=number)).isoformat()


def make(client: Staff, path: str, fields: Mapping[str, str]) -> None:
    """Fill in the form of a new record."""
    answer = client.send(path, **fields)
    assert answer.status_code == 303, words(answer.text)


def move(client: Staff, plan: int, action: str) -> None:
    """Press a button of a plan's page and carry the batch of one out."""
    page = client.get(f"{PLANS}details/?id={plan}").text
    assert f'name="action" value="{action}"' in page
    sent = client.post(f"{PLANS}action/", {"action": action, "rowid": str(plan)})
    assert sent.status_code == 303
    assert client.post(f"{sent.location}commit").status_code == 303


def make_site_user(work: ActorSession, site: int) -> None:
    """Store a user of a site: an account comes with a password and is no plain form."""
    org = work.get_one(Org, site)
    account = make_account(work, org, "third")
    work.add(UserRole(user_id=account.id, role_code="confirm", scope_org_id=site))
    work.commit()


def arrange(client: Staff, job: Job, ask: Ask) -> tuple[int, int, int]:
    """Make a site, a plan that is open for applications, the site's part in it, and a notice."""
    make(client, "/admin/org/new/", {"name": SITE, "kind": "site", "region_code": "11"})
    site = ask(select(Org.id).where(Org.name == SITE))
    windows = {"apply_start": 0, "apply_end": 1, "confirm_start": 0, "confirm_end": 3}
    windows |= {"decide_start": 0, "decide_end": 5}
    times = {name: day(number) for name, number in windows.items()}
    named = {"name": "第二批", "year": str(clock.today().year), "batch_no": "2", "kind": "cert"}
    make(client, f"{PLANS}new/", named | times | {"is_open": ""})
    plan = ask(select(WorkPlan.id).where(WorkPlan.name == "第二批"))
    states: list[tuple[str, str, bool]] = [
        ("publish", "published", False),
        ("open_online", "published", True),
        ("close_online", "published", False),
        ("open_online", "published", True),
    ]
    for action, status, is_open in states:
        move(client, plan, action)
        found = ask(select(WorkPlan).where(WorkPlan.id == plan))
        assert (found.status, found.is_open) == (status, is_open)
    told = {"confirm_start": day(1), "confirm_end": day(2)}
    told |= {"scope_note": "户籍在本区的申请人", "notice": "携带身份证原件"}
    make(client, f"{SITES}new/?plan_id={plan}", told | {"site_id": str(site)})
    second = {"site_id": str(job.own.second_site), "scope_note": "在读学生"}
    make(client, f"{SITES}new/?plan_id={plan}", second)
    arrangement = ask(
        select(SiteArrangement.id).where(
            SiteArrangement.plan_id == plan, SiteArrangement.site_id == site
        )
    )
    return site, plan, arrangement


def notify(client: Staff, job: Job) -> None:
    """Publish a notice to the sites, and keep another one back."""
    for title, published in (("确认工作安排", day(0)), ("未发布的通知", "")):
        fields = {"title": title, "kind": "superior", "target_scope": "sites", "body": "请准时开门"}
        office = {"org_id": str(job.own.authority)}
        make(client, "/admin/notice/new/", fields | office | {"published_at": published})


def test_an_authority_arranges_a_site_and_its_staff_read_everything_and_change_nothing(
    at_desk: SignIn, app: Flask, job: Job, work: ActorSession, ask: Ask
) -> None:
    authority = at_desk("authority")
    site, plan, arrangement = arrange(authority, job, ask)
    notify(authority, job)
    org = ask(select(Org).where(Org.id == site))
    assert (org.parent_id, org.path.split("/")[-3]) == (job.own.authority, str(job.own.authority))
    make_site_user(work, site)
    confirm = Staff(app.test_client())
    assert confirm.login("third", PASSWORD).status_code == 303
    reads_plan_and_sites(confirm, job, plan, arrangement)
    reads_notices(confirm, ask)
    finds_sites(confirm, job)
    changes_nothing(confirm, ask, {"work_plan": plan, "site_arrangement": arrangement, "org": site})


def reads_plan_and_sites(confirm: Staff, job: Job, plan: int, arrangement: int) -> None:
    """CONF-05…07: the authority's plans with their times, all of its sites, and their notices."""
    assert ids(confirm.get(PLANS).text) == [plan, job.own.plan]
    page = words(confirm.get(f"{PLANS}details/?id={plan}").text)
    for shown in (
        "第二批",
        "甲区教育局",
        SITE,
        "甲区第二确认点",
        f"{day(3)} 24:00",
        f"{day(5)} 24:00",
    ):
        assert shown in page
    listed = ids(confirm.get(f"{SITES}?filter=plan:eq:{plan}").text)
    assert len(listed) == 2
    assert arrangement in listed
    own = words(confirm.get(f"{SITES}details/?id={arrangement}").text)
    for shown in ("户籍在本区的申请人", "携带身份证原件", f"{day(1)} 00:00", f"{day(2)} 24:00"):
        assert shown in own
    sibling = next(id_ for id_ in listed if id_ != arrangement)
    assert "在读学生" in confirm.get(f"{SITES}details/?id={sibling}").text
    assert confirm.get(f"{PLANS}details/?id={job.other.plan}").status_code == 404
    assert confirm.get(f"{SITES}details/?id={job.other.arrangement}").status_code == 404


def reads_notices(confirm: Staff, ask: Ask) -> None:
    """CONF-04, AUTH-08: what was published to the sites, on the start page too."""
    listed = confirm.get("/admin/notice/").text
    assert "确认工作安排" in listed
    assert "未发布的通知" not in listed
    assert "确认工作安排" in confirm.get("/admin/").text
    notice = ask(select(Notice.id).where(Notice.title == "确认工作安排"))
    assert "请准时开门" in confirm.get(f"/admin/notice/details/?id={notice}").text


def finds_sites(confirm: Staff, job: Job) -> None:
    """CONF-08: sites are found by the beginning of their name, and only the authority's."""
    found = confirm.http.post("/admin/org/search/", data=search(confirm, "甲区第"))
    page = re.sub("</?mark>", "", confirm.get(found.location).text)
    assert SITE in page
    assert "甲区第二确认点" in page
    assert job.own.site not in ids(page)
    other = confirm.http.post("/admin/org/search/", data=search(confirm, "乙区"))
    assert ids(confirm.get(other.location).text) == []


def search(client: Staff, text: str) -> dict[str, Any]:
    return {"csrf_token": client.token("/admin/org/"), "q": text}


def changes_nothing(confirm: Staff, ask: Ask, records: Mapping[str, int]) -> None:
    """No form opens, no post is taken, and everything is as it was."""
    cls = {"work_plan": WorkPlan, "site_arrangement": SiteArrangement, "org": Org}
    versions = {t: ask(select(cls[t].version).where(cls[t].id == i)) for t, i in records.items()}
    rows = [ask(select(func.count()).select_from(each)) for each in (*cls.values(), Notice)]
    for table, id_ in records.items():
        assert f"/admin/{table}/edit/" not in confirm.get(f"/admin/{table}/details/?id={id_}").text
        for path in (f"/admin/{table}/edit/?id={id_}", f"/admin/{table}/new/"):
            assert confirm.get(path).status_code == 403
            sent = {"row_version": str(versions[table]), "notice": "改", "name": "改"}
            assert confirm.post(path, sent).status_code == 403
    assert (
        confirm.post(f"{SITES}delete/", {"id": str(records["site_arrangement"])}).status_code == 403
    )
    assert confirm.get("/admin/notice/new/").status_code == 403
    press = {"action": "close_online", "rowid": str(records["work_plan"])}
    assert confirm.post(f"{PLANS}action/", press).status_code in (400, 403)
    assert versions == {
        t: ask(select(cls[t].version).where(cls[t].id == i)) for t, i in records.items()
    }
    after = [ask(select(func.count()).select_from(each)) for each in (*cls.values(), Notice)]
    assert after == rows
    assert ask(select(WorkPlan.is_open).where(WorkPlan.id == records["work_plan"])) is True
