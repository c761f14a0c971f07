"""A large batch in a real browser: the bar, a reload in the middle, and the note elsewhere."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from admin_app.jobs import Jobs
from models.base.session import ActorSession
from tests.browser.test_main_job import batch, filter_by_state, sign_in, sound
from tests.factories.main_job import Job
from tests.support.main_job import states

pytestmark = pytest.mark.one_database("sqlite")


@pytest.fixture
def jobs(app: Flask, job: Job, monkeypatch: pytest.MonkeyPatch) -> Jobs:
    """Return the app's jobs with an empty queue; every batch of two rows is a large one."""
    assert job
    monkeypatch.setitem(app.config, "BATCH_INLINE_ROWS", 1)
    found: Jobs = app.extensions["jobs"]
    found.prepare().flush()
    return found


def queue_all(page: Page) -> None:
    sign_in(page, "authority")
    filter_by_state(page, "confirmed")
    page.get_by_role("checkbox", name=re.compile("全部")).first.check()
    batch(page, "approve")
    page.locator("[data-commit]").click()
    expect(page.get_by_role("progressbar")).to_be_visible()


def test_the_bar_survives_a_reload_and_ends_in_the_result(
    page: Page, jobs: Jobs, job: Job, work: ActorSession
) -> None:
    queue_all(page)
    sound(page)
    key = int(re.findall(r"/batch/(\d+)/", page.url)[0])
    jobs._tell(key, "apply")
    expect(page.locator("[data-progress-text]")).to_have_text("正在更新记录。")
    expect(page.locator("[data-progress-cancel]")).to_be_hidden()
    page.reload()
    expect(page.get_by_role("progressbar")).to_have_attribute("value", "40")
    jobs.huey.delete(f"batch:{key}")
    jobs._work(key)
    expect(page.locator(".sentence")).to_contain_text("4 项已办理")
    assert states(work, *job.rows["confirmed"]) == ["approved_unnumbered"] * 4


def test_another_page_says_that_it_has_ended(page: Page, jobs: Jobs) -> None:
    queue_all(page)
    key = int(re.findall(r"/batch/(\d+)/", page.url)[0])
    jobs._work(key)
    page.goto("/admin/")
    expect(page.locator(".note a")).to_contain_text("已完成")
    sound(page)
    page.reload()
    expect(page.locator(".note")).to_have_count(0)
