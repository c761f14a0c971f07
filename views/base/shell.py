"""What the frame of every page shows: sidebar, organisation and role acted as."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from flask import Flask, current_app, g, request

from models.base.actor import Actor
from models.text import Label
from models.workflow.registry import machine_of
from views.base.menu import groups
from views.base.request import locale, session
from views.base.visit import visit

#: Icons of the grids (Bootstrap Icons, those of ``static/icons.svg``); any other takes its area's.
ICONS = {
    "certification_application": "card-checklist",
    "certificate": "award",
    "application_resume": "person-lines-fill",
    "application_material": "file-earmark-check",
    "work_plan": "calendar-range",
    "site_arrangement": "signpost-split",
    "person": "person-vcard",
    "person_credential": "mortarboard",
    "restriction_entry": "shield-exclamation",
    "notice": "megaphone",
    "message": "envelope",
    "region": "map",
    "org": "diagram-3",
    "subject": "journal-text",
    "subject_type": "journal-text",
    "code_set": "collection",
    "code_item": "list-ol",
    "material_rule": "list-check",
    "user_account": "person",
    "role": "person-badge",
    "user_role": "person-gear",
    "user_session": "clock",
    "login_attempt": "key",
    "audit_log": "journal-check",
    "audit_seal": "shield-check",
    "workflow_log": "clock-history",
}
#: Areas that stand open until the person closes them; the others open where one is.
DAILY = frozenset({"certification", "planning", "restriction"})


@dataclass(frozen=True, slots=True)
class Item:
    """One grid in the sidebar."""

    key: str
    label: Label
    url: str
    symbol: str
    has_machine: bool
    is_here: bool


@dataclass(frozen=True, slots=True)
class Area:
    """One group of the sidebar."""

    key: str
    label: Label
    items: tuple[Item, ...]
    is_open: bool


@dataclass(frozen=True, slots=True)
class HeldRole:
    """A role that the person may act as, over one organisation."""

    id: int
    label: str
    org: str
    is_current: bool


@dataclass(frozen=True)
class Frame:
    """Everything that the frame shows."""

    who: str
    name: str
    username: str
    org: str
    role: str
    roles: tuple[HeldRole, ...]
    here: str | None
    actor: Actor

    @cached_property
    def groups(self) -> tuple[Area, ...]:
        """Return the sidebar."""
        return tuple(_areas(self.actor))

    @property
    def notices_url(self) -> str | None:
        """Return where the notices are, None for who may not list them."""
        urls = {item.key: item.url for area in self.groups for item in area.items}
        return urls.get("notice")


def install(app: Flask) -> None:
    """Offer ``shell()`` to the templates: None for visitors, who see no frame."""
    app.jinja_env.globals["shell"] = shell


def shell() -> Frame | None:
    """Return the frame of the request's actor, or None while nobody has signed in."""
    if "shell" not in g:
        who = session().actor
        g.shell = _build(who) if who else None
    found: Frame | None = g.shell
    return found


def _build(who: Actor) -> Frame:
    roles = _held_roles(who)
    current = next((role for role in roles if role.is_current), None)
    return Frame(
        who=f"{who.user_id}-{who.role}-{who.org_id}",
        name=who.display_name or who.username,
        username=who.username,
        org=current.org if current else "",
        role=current.label if current else "",
        roles=roles,
        here=request.blueprint,
        actor=who,
    )


def _held_roles(who: Actor) -> tuple[HeldRole, ...]:
    chinese = locale().startswith("zh")
    return tuple(
        HeldRole(
            id=held.id,
            label=held.name if chinese else held.name_en,
            org=held.org_name,
            is_current=(held.role_code, held.org_id) == (who.role, who.org_id),
        )
        for held in visit().roles
    )


def _areas(who: Actor) -> Iterator[Area]:
    views = {view.endpoint: view for view in panel_views()}
    for group in groups(views.values(), who):
        items = tuple(_item(entry, views[entry.endpoint]) for entry in group.entries)
        is_open = str(group.category) in DAILY or any(item.is_here for item in items)
        yield Area(str(group.category), group.category.label, items, is_open)


def _item(entry: Any, view: Any) -> Item:
    return Item(
        key=entry.endpoint,
        label=entry.label,
        url=entry.url,
        symbol=icon_of(view),
        has_machine=machine_of(view.mapped) is not None,
        is_here=request.blueprint == entry.endpoint,
    )


def icon_of(view: Any) -> str:
    """Return the icon of a grid, by default that of its area."""
    icon: str = ICONS.get(view.endpoint, view.category.icon)
    return icon


def grid_named(table: str) -> Any:
    """Return the grid of a table, None for a table without one."""
    return next((view for view in panel_views() if view.endpoint == table), None)


def panel_views() -> list[Any]:
    """Return the views of this app's panel, grids and pages alike."""
    return list(current_app.extensions["admin"][0]._views)
