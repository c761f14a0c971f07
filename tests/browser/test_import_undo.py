"""The undo of an import in a real browser: previewed, by the worker where it is large, and done."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from admin_app.jobs import Jobs
from models.base.session import ActorSession
from tests.browser.test_main_job import sign_in, sound
from tests.factories.main_job import Job
from tests.support.import_pages import ORGS, region

pytestmark = pytest.mark.one_database("sqlite")

ROWS = 6


@pytest.fixture
def jobs(app: Flask, job: Job) -> Jobs:
    assert job
    found: Jobs = app.extensions["jobs"]
    found.prepare().flush()
    return found


def send(page: Page, place: str) -> None:
    """Upload a file of sites and go on to its preview."""
    lines = ["名称,类别,行政区划", *(f"甲点{n},确认点,{place}" for n in range(ROWS))]
    page.goto(ORGS)
    file = {"name": "确认点.csv", "mimeType": "text/csv", "buffer": "\n".join(lines).encode()}
    page.set_input_files("#file", file)  # type: ignore[arg-type]  # a payload is one file
    page.locator("form.panel button.btn-primary").click()
    expect(page).to_have_url(re.compile(r"/admin/import/\d+/$"))
    page.locator("form[action$=preview] button.btn-primary").click()


def serve(jobs: Jobs) -> None:
    queue = jobs.prepare()
    while (task := queue.dequeue()) is not None:
        queue.execute(task)


def test_an_import_is_undone_on_the_page_of_its_undo(
    page: Page, job: Job, jobs: Jobs, work: ActorSession
) -> None:
    place = region(work)
    sign_in(page, "authority")
    send(page, place)
    page.locator("[data-commit]").click()
    expect(page.locator("#rows")).to_contain_text("甲点0")
    sound(page)
    page.locator("[data-taking-back] button").click()
    expect(page).to_have_url(re.compile(r"/admin/batch/\d+/$"))
    expect(page.locator(".sentence .yes b")).to_have_text(str(ROWS))
    sound(page)
    page.locator("[data-commit]").click()
    expect(page.locator(".batch[data-moved]")).to_be_visible()
    expect(page.locator("#rows tbody tr")).to_have_count(ROWS)
    expect(page.locator("#rows tbody tr").first).to_contain_text("已撤销")
    sound(page)


def test_a_large_import_and_its_undo_show_how_far_they_are(
    app: Flask, page: Page, job: Job, jobs: Jobs, work: ActorSession,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setitem(app.config, "IMPORT_INLINE_ROWS", 1)
    place = region(work)
    sign_in(page, "authority")
    send(page, place)
    expect(page.locator("[data-progress-cancel]")).to_be_visible()
    sound(page)
    serve(jobs)
    page.locator("[data-commit]").click()
    expect(page.locator("[data-progress-cancel]")).to_be_visible()
    serve(jobs)
    page.locator("[data-taking-back] button").click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    expect(page.locator(".sentence")).to_contain_text("正在等待执行")
    sound(page)
    serve(jobs)
    expect(page.locator("[data-commit]")).to_contain_text(str(ROWS))
    page.locator("[data-commit]").click()
    page.locator("[data-progress-cancel]").click()  # given up before the worker has begun
    expect(page.locator(".sentence")).to_contain_text("已取消")
    sound(page)
    serve(jobs)
    expect(page.locator("[data-commit]")).to_have_count(0)
