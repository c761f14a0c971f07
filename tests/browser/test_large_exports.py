"""A workbook made by the job worker, in a real browser: the form says so, the bar, the download."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from admin_app.jobs import Jobs
from tests.browser.test_main_job import sign_in, sound
from tests.factories.main_job import Job

pytestmark = pytest.mark.one_database("sqlite")


@pytest.fixture
def jobs(app: Flask, job: Job, monkeypatch: pytest.MonkeyPatch) -> Jobs:
    """Return the app's jobs with an empty queue; two rows are many."""
    assert job
    monkeypatch.setitem(app.config, "EXPORT_INLINE_ROWS", 1)
    found: Jobs = app.extensions["jobs"]
    found.prepare().flush()
    return found


def test_a_large_workbook_is_asked_for_and_fetched(page: Page, jobs: Jobs) -> None:
    sign_in(page, "authority")
    page.goto("/admin/certification_application/export/")
    expect(page.locator(".note")).to_contain_text("在后台生成")
    sound(page)
    page.get_by_role("button", name="Excel 工作簿").click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    sound(page)
    key = int(re.findall(r"/export/(\d+)/", page.url)[0])
    jobs._tell(key, "rows", 37)
    page.reload()
    expect(page.get_by_role("progressbar")).to_have_attribute("value", "37")
    expect(page.locator("[data-progress-text]")).to_have_text("正在将各行写入文件。")
    jobs.huey.delete(f"batch:{key}")
    jobs._work(key)
    with page.expect_download() as coming:
        page.get_by_role("link", name="下载").click()
    assert coming.value.suggested_filename.startswith("教师资格认定申请-")
    with coming.value.path().open("rb") as file:
        assert load_workbook(file).worksheets[0].max_row > 2
    sound(page)
