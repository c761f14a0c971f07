"""The areas of the sidebar, in order, and the entries of an actor."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from models.base.actor import Actor
from models.text import Label

if TYPE_CHECKING:
    from views.base.declaration import Declared


class Category(str):
    """A group of the sidebar by its key, as Flask-Admin has it, with label and icon.

    ``icon`` is a name of Bootstrap Icons.
    """

    __slots__ = ("icon", "label")

    label: Label
    icon: str

    def __new__(cls, key: str, label: Label, icon: str) -> Self:
        made = super().__new__(cls, key)
        made.label = label
        made.icon = icon
        return made


CERTIFICATION = Category("certification", Label("资格认定", "Certification"), "patch-check")
PLANNING = Category("planning", Label("计划与确认点", "Plans and sites"), "calendar-range")
PEOPLE = Category("people", Label("申请人", "Applicants"), "person-vcard")
RESTRICTION = Category("restriction", Label("限制库", "Restrictions"), "shield-exclamation")
MESSAGING = Category("messaging", Label("通知与消息", "Notices and messages"), "megaphone")
BATCH = Category("batch", Label("批量处理", "Batches"), "stack")
REFERENCE = Category("reference", Label("基础数据", "Reference data"), "list-columns")
ACCOUNTS = Category("accounts", Label("账号与角色", "Accounts and roles"), "people")
FILES = Category("files", Label("附件", "Files"), "paperclip")
AUDIT = Category("audit", Label("审计", "Audit"), "clipboard-check")
WORKFLOW = Category("workflow", Label("流转记录", "History"), "arrow-left-right")

CATEGORIES = (
    CERTIFICATION,
    PLANNING,
    PEOPLE,
    RESTRICTION,
    MESSAGING,
    BATCH,
    REFERENCE,
    ACCOUNTS,
    FILES,
    WORKFLOW,
    AUDIT,
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One grid in the sidebar."""

    label: Label
    url: str
    endpoint: str


@dataclass(frozen=True, slots=True)
class Group:
    """One area of the sidebar with the grids that the actor may list."""

    category: Category
    entries: tuple[Entry, ...]


def groups(views: Iterable[object], actor: Actor) -> list[Group]:
    """Return the sidebar of an actor: the areas that have a grid which he may list."""
    from views.base.declaration import Declared

    found: dict[str, list[Entry]] = {}
    for view in views:
        if isinstance(view, Declared) and view.in_menu and view.may(actor, "list"):
            found.setdefault(view.category, []).append(_entry(view))
    return [Group(c, tuple(found[c])) for c in CATEGORIES if c in found]


def _entry(view: Declared[Any]) -> Entry:
    return Entry(view.mapped.__label__, str(view.url) + "/", str(view.endpoint))
