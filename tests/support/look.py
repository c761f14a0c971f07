"""What a page must not have in a real browser, in either theme."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page


def faults_of_look(page: Page) -> list[str]:
    """Return what axe finds in each theme, and whether the page is wider than the window."""
    found = []
    for theme in ("light", "dark"):
        page.evaluate("theme => document.documentElement.dataset.bsTheme = theme", theme)
        page.wait_for_timeout(200)  # colours move for up to 150 ms
        for broken in Axe().run(page).response["violations"]:
            nodes = [node["html"][:120] for node in broken["nodes"][:3]]
            found.append(f"{theme} {page.url} {broken['id']}: {nodes}")
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        found.append(f"{page.url} is wider than the window")
    return found
