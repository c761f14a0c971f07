"""A person at the keyboard alone, who demands to see where the focus is."""

from __future__ import annotations

from playwright.sync_api import Page

MOST_STEPS = 150
#: What has the focus, whether it can be seen there, and whether nothing has it.
FOCUS = """() => {
    const at = document.activeElement;
    const shown = at.matches("label *") ? getComputedStyle(at.closest("label")) : null;
    const style = getComputedStyle(at);
    const ring = (each) => each && (each.boxShadow !== "none"
        || (each.outlineStyle !== "none" && parseFloat(each.outlineWidth) > 0));
    const box = at.getBoundingClientRect();
    return {
        what: at.outerHTML.slice(0, 160),
        seen: Boolean(ring(style) || ring(shown)) && box.width > 0 && box.height > 0,
        lost: at === document.body,
    };
}"""
#: Says whether one stops there for the first time, and marks the place.
IS_NEW = """() => {
    const at = document.activeElement;
    const isNew = !at.hasAttribute("data-stopped-at");
    at.setAttribute("data-stopped-at", "");
    return isNew;
}"""


class Keyboard:
    """Keys pressed on a page; the mouse is never touched."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def press(self, *keys: str) -> None:
        """Press keys one after the other, once the page listens to them."""
        self.page.wait_for_load_state()
        for key in keys:
            self.page.keyboard.press(key)

    def type(self, words: str) -> None:
        """Write over what the field holds."""
        self.press("Control+a")
        self.page.keyboard.type(words)

    def tab_to(self, selector: str, key: str = "Tab") -> None:
        """Go to a control step by step; wherever one stops, one sees that one is there."""
        for _ in range(MOST_STEPS):
            self.press(key)
            self.expect_seen()
            if self.page.evaluate("to => document.activeElement.matches(to)", selector):
                return
        raise AssertionError(f"{selector} is not reached on {self.page.url}")

    def every_stop(self) -> list[str]:
        """Return all that the Tab key stops at, once round the page."""
        found: list[str] = []
        while self.page.evaluate(IS_NEW):
            at = self.page.evaluate(FOCUS)
            if not at["lost"]:
                self.expect_seen()
                found.append(at["what"])
            self.press("Tab")
        return found

    def expect_seen(self) -> None:
        """Demand that something has the focus and shows it."""
        at = self.page.evaluate(FOCUS)
        assert not at["lost"], f"the focus is nowhere on {self.page.url}"
        assert at["seen"], f"the focus cannot be seen on {at['what']}"
