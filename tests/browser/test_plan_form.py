"""Typing the windows of a plan in a real browser, which judges native inputs before it posts."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from models import clock
from models.planning.tables import WorkPlan
from tests.factories.main_job import Job
from tests.factories.records import PASSWORD
from tests.support.record_pages import Ask

pytestmark = pytest.mark.one_database("sqlite")

#: No two of these days lie a whole number of months or of sixty days apart.
DAYS = {
    "apply_start": "2027-01-16",
    "apply_end": "2027-01-29",
    "confirm_start": "2027-02-03",
    "confirm_end": "2027-02-19",
    "decide_start": "2027-02-23",
    "decide_end": "2027-03-09",
}


def test_a_plan_takes_any_day_and_a_time_and_starts_closed(page: Page, job: Job, ask: Ask) -> None:
    page.goto("/login")
    page.get_by_label("用户名").fill("authority")
    page.get_by_label("密码").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/admin/$"))
    page.goto("/admin/work_plan/new/")
    page.locator("[name=name]").fill("2027年第一批")
    page.locator("[name=year]").fill("2027")
    for name, day in DAYS.items():
        page.locator(f"[name={name}]").fill(day)
    page.locator("[name=decide_end__time]").fill("17:30")
    page.get_by_role("button", name="保存").click()
    expect(page).to_have_url(re.compile(r"/admin/work_plan/(details/\?id=\d+|$)"))
    named = WorkPlan.name == "2027年第一批"
    for column, wanted in (
        (WorkPlan.apply_start, "2027-01-16T00:00:00+08:00"),
        (WorkPlan.apply_end, "2027-01-30T00:00:00+08:00"),
        (WorkPlan.decide_end, "2027-03-09T17:30:00+08:00"),
    ):
        stored = ask(select(column).where(named))
        assert stored.astimezone(clock.SHANGHAI).isoformat() == wanted
    assert ask(select(WorkPlan.is_open).where(named)) is False
