"""Rules for templates: icons of the sprite, nothing inline, no texts past the catalogue."""

from __future__ import annotations

import re

from tests.architecture import sources
from views import GRIDS
from views.base.menu import CATEGORIES
from views.base.shell import ICONS

TEMPLATES = sources.ROOT / "admin_app" / "templates"
STATIC = sources.ROOT / "admin_app" / "static"
LONGEST_STYLESHEET_LINES = 500
INLINE = re.compile(r"<style|<script(?![^>]*\bsrc=)|\sstyle=|\son[a-z]+=|javascript:")
HAN = re.compile(r"[\u4e00-\u9fff]")


def templates() -> dict[str, str]:
    return {str(p.relative_to(TEMPLATES)): p.read_text("utf-8") for p in TEMPLATES.rglob("*.html")}


def sprite() -> set[str]:
    return set(re.findall(r'<symbol id="([^"]+)"', (STATIC / "icons.svg").read_text("utf-8")))


def named_icons(text: str) -> set[str]:
    calls = re.findall(r"icon\(([^)]*)\)", text)
    return {name for call in calls for name in re.findall(r'^"([a-z0-9-]+)"', call)}


def test_every_icon_is_in_the_sprite() -> None:
    used = set(ICONS.values()) | {category.icon for category in CATEGORIES}
    used |= {each.icon for grid in GRIDS for each in grid.further}
    for text in templates().values():
        used |= named_icons(text)
    assert used - sprite() == {"tone-"} & used


def test_every_tone_has_its_icon_and_colours() -> None:
    css = "".join(sheet.read_text("utf-8") for sheet in STATIC.glob("*.css"))
    for tone in ("grey", "amber", "orange", "red", "teal", "green", "blue"):
        assert f"tone-{tone}" in sprite()
        assert f".tone-{tone} " in css
        assert css.count(f"--{tone}-ink: #") == 2  # one for each theme


def test_nothing_is_inline() -> None:
    assert {name for name, text in templates().items() if INLINE.search(text)} == set()


def test_chinese_stands_in_the_catalogue_only() -> None:
    uncommented = {n: re.sub(r"{#.*?#}", "", t, flags=re.DOTALL) for n, t in templates().items()}
    assert {name for name, text in uncommented.items() if HAN.search(text)} == set()


def test_style_sheets_stay_small() -> None:
    lines = {p.name: len(p.read_text("utf-8").splitlines()) for p in STATIC.glob("*.css")}
    assert {name for name, count in lines.items() if count > LONGEST_STYLESHEET_LINES} == set()
