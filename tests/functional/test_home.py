"""The start page: counts per state as links, what waits for a role, windows, notices; the help."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from flask import Flask

from models import clock
from models.base.session import ActorSession
from models.certification.choices import CertStatus
from models.messaging.tables import Notice
from models.planning.tables import WorkPlan
from tests.factories.lists import make_lists
from tests.factories.records import House
from tests.support.http import Client
from tests.support.record_pages import SignIn

TABLE = "/admin/certification_application/"


@pytest.fixture
def house(work: ActorSession) -> House:
    made = make_lists(work)
    work.commit()
    return made


def state_links(page: str, table: str = TABLE) -> dict[str, int]:
    """Return state → count as the links of the counts say it."""
    counts = page.partition('id="counts"')[2]
    found = re.findall(rf'href="{table}\?filter=status:eq:(\w+)">(.*?)</a>', counts, re.DOTALL)
    return {state: int(re.sub(r"<[^>]+>|\D", "", text)) for state, text in found}


def tasks(page: str) -> set[str]:
    """Return the states that wait, as the links of the tasks say it."""
    waiting = page.partition('id="todo"')[2].partition("</section>")[0]
    return set(re.findall(r"status:eq:(\w+)", waiting))


def test_each_state_links_to_the_list_that_has_so_many_rows(sign_in: SignIn) -> None:
    client = sign_in("authority")
    counts = state_links(client.get("/admin/").text)
    assert set(counts) == {state.value for state in CertStatus}
    assert counts["submitted"] == 21  # of the own office; the other one's are not counted
    for state in ("submitted", "confirmed", "approved_unnumbered"):
        listed = client.get(f"{TABLE}?filter=status:eq:{state}").text
        assert f'data-total="{counts[state]}"' in listed


@pytest.mark.parametrize(
    ("user", "waits"),
    [
        ("authority", {"submitted", "confirmed", "approved_unnumbered"}),
        ("confirm", {"submitted"}),
        ("viewer", set()),
    ],
)
def test_what_waits_follows_the_role(sign_in: SignIn, user: str, waits: set[str]) -> None:
    assert tasks(sign_in(user).get("/admin/").text) == waits


def test_the_sidebar_asks_for_the_counts_of_its_own_role(sign_in: SignIn) -> None:
    assert sign_in("authority").get("/admin/waiting/").json == {"certification_application": "61"}
    assert sign_in("viewer").get("/admin/waiting/").json == {}


def test_visitors_see_neither_page_nor_counts(app: Flask) -> None:
    for path in ("/admin/", "/admin/help/", "/admin/batch/1/"):
        answer = Client(app.test_client()).get(path)
        assert answer.status_code == 303
        assert answer.location.startswith("/login")
    counts = Client(app.test_client()).get("/admin/waiting/")
    assert (counts.status_code, counts.get_json()) == (401, {"message": "请先登录。"})


def test_published_plans_show_their_windows(
    sign_in: SignIn, house: House, work: ActorSession
) -> None:
    client = sign_in("authority")
    plan = work.get_one(WorkPlan, house.own.plan)
    last = clock.today() + timedelta(days=1)
    plan.apply_end = plan.confirm_end = plan.decide_end = clock.day_end(last)
    pages = {}
    for state in ("draft", "published"):
        plan.status = state
        work.commit()
        pages[state] = client.get("/admin/").text
    page = pages["published"]
    assert f"work_plan/details/?id={house.own.plan}" in page
    assert f"work_plan/details/?id={house.own.plan}" not in pages["draft"]
    assert page.count(f"— {last.isoformat()}") == 3


def test_only_notices_in_force_are_shown(sign_in: SignIn, house: House, work: ActorSession) -> None:
    now = clock.now()
    times = {
        "在期通知": (now - timedelta(days=2), None),
        "过期通知": (now - timedelta(days=2), now - timedelta(days=1)),
        "未发布通知": (None, None),
        "未来通知": (now + timedelta(days=1), None),
    }
    for title, (start, end) in times.items():
        work.add(
            Notice(
                title=title,
                org_id=house.own.authority,
                body="正文",
                published_at=start,
                expires_at=end,
            )
        )
    work.commit()
    page = sign_in("authority").get("/admin/").text
    assert [title for title in times if title in page] == ["在期通知"]


def test_the_help_names_the_states_that_the_reader_may_list(sign_in: SignIn) -> None:
    page = unescape(sign_in("authority").get("/admin/help/").text)
    assert all(state.label.zh in page for state in CertStatus)


def test_pages_hold_no_inline_script_or_style(sign_in: SignIn) -> None:
    client = sign_in("authority")
    for path in ("/admin/", "/admin/help/", TABLE, "/admin/nothing/"):
        page = client.get(path).text
        assert not re.search(r"<style|<script(?![^>]*\bsrc=)|\sstyle=|\son\w+=", page), path
        assert page.count("<h1") == 1, path
        assert 'lang="zh-CN"' in page
