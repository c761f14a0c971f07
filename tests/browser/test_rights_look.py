"""The pages of rights in a real browser: nothing for axe, none wider than its window."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.factories.records import PASSWORD, House
from tests.support.browser import look_over

pytestmark = pytest.mark.one_database("sqlite")


@pytest.mark.parametrize("width", [1440, 390])
def test_pages_of_rights(page: Page, house: House, width: int) -> None:
    assert house
    page.set_viewport_size({"width": width, "height": 900})
    page.goto("/login")
    page.fill("#username", "centre")
    page.fill("#password", PASSWORD)
    page.click("form button[type=submit]")
    page.wait_for_url("**/admin/")
    found = []
    for path in ("matrix/", "matrix/?role=authority", "mine/"):
        page.goto(f"/admin/role/{path}")
        found += look_over(page)
    assert found == []
