"""Who may do what, as a page shows it: role × grid × act, from the grants, grids and machines that
are declared; nothing of it is written down a second time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import inspect

from models.accounts.field_rights import FieldRight, right_on, usual_right
from models.accounts.permissions import GRANTS, RoleCode, permission
from models.base.actor import Actor
from models.base.columns import meta
from models.base.orm import Base
from models.text import Label
from models.workflow.registry import machine_of
from views.accounts.reach import reach_of
from views.base import wording
from views.base.declaration import Declared
from views.base.menu import CATEGORIES, Category


@dataclass(frozen=True, slots=True)
class Act:
    """An act that every grid may have: the rights of which all are needed, and the page that a
    grid must have for it.
    """

    name: str
    label: Label
    icon: str
    rights: tuple[str, ...]
    page: str
    changes: bool = False


ACTS = (
    Act("look", Label("查看", "Look"), "eye", ("list", "view"), "index_view"),
    Act("create", Label("新增", "Add"), "plus-lg", ("create",), "create_view", True),
    Act("edit", Label("修改", "Edit"), "pencil", ("edit",), "edit_view", True),
    Act("delete", Label("删除", "Delete"), "trash", ("delete",), "delete_view", True),
    Act("export", Label("导出", "Export"), "download", ("export",), "export"),
    Act("print", Label("打印", "Print"), "printer", ("print",), "print_view"),
    Act("reveal", Label("查看个人信息", "Personal data"), "eye-slash", ("reveal",), "reveal_view"),
)
#: Rights beside those and the machines' own.
FURTHER: Mapping[str, Label] = {
    "read": Label("查看他人的", "See those of others"),
    "share": Label("共享给同事", "Share with colleagues"),
    "grant": Label("授予“%s”", "Grant “%s”"),
}
#: What is said of columns with a right of their own, in the order of the page.
SEEN_WITH_PURPOSE = Label("说明用途后可看全", "In full after stating a purpose")
WRITTEN_ONLY = Label("可填写，不显示原值", "May be filled in, not read")


@dataclass(frozen=True, slots=True)
class FieldNote:
    """Columns of a grid under the same right."""

    right: Label
    columns: tuple[Label, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """What one role may do in one grid."""

    label: Label
    table: str
    acts: tuple[tuple[Act, bool], ...]
    verbs: tuple[Label | str, ...]
    reach: tuple[Label, ...]
    fields: tuple[FieldNote, ...]

    @property
    def any(self) -> bool:
        """Say whether the role has any right in this grid."""
        return bool(self.verbs) or any(allowed for _act, allowed in self.acts)


@dataclass(frozen=True, slots=True)
class RoleRights:
    """Everything that one role may do, by area."""

    role: RoleCode
    areas: tuple[tuple[Category, tuple[Line, ...]], ...]

    @property
    def granted(self) -> list[tuple[Category, list[Line]]]:
        """Return the areas and grids in which the role may do anything."""
        found = [(area, [line for line in lines if line.any]) for area, lines in self.areas]
        return [(area, lines) for area, lines in found if lines]

    @property
    def by_table(self) -> dict[str, Line]:
        """Return the lines by table."""
        return {line.table: line for _area, lines in self.areas for line in lines}


def rights_of(role: RoleCode, grids: Iterable[Declared[Any]]) -> RoleRights:
    """Return what a role may do in the grids of a panel."""
    who = Actor(role.value, role=role.value, grants=GRANTS[role.value])
    by_area: dict[str, list[Line]] = {}
    for grid in grids:
        by_area.setdefault(str(grid.category), []).append(_line(who, role, grid))
    return RoleRights(role, tuple((a, tuple(by_area[a])) for a in CATEGORIES if a in by_area))


def _line(who: Actor, role: RoleCode, grid: Declared[Any]) -> Line:
    model = grid.mapped
    acts = tuple((act, _may(who, act, grid)) for act in ACTS)
    verbs = tuple(_verbs(who, grid))
    changes = bool(verbs) or any(allowed for act, allowed in acts if act.changes)
    return Line(
        label=model.__label__,
        table=model.__tablename__,
        acts=acts,
        verbs=verbs,
        reach=tuple(reach_of(role.value, model, looks_only=not changes)),
        fields=tuple(_notes(who, model)),
    )


def _may(who: Actor, act: Act, grid: Declared[Any]) -> bool:
    """Say whether a role may do an act that its grid has a page for."""
    if getattr(grid, act.page, None) is None:
        return False
    if act.name == "reveal" and not any(_is_personal(grid.mapped, key) for key in _keys(grid)):
        return False
    return all(grid.may(who, right) for right in act.rights)


def _keys(grid: Declared[Any]) -> list[str]:
    return list(inspect(grid.mapped).columns.keys())


def _is_personal(model: type[Base], key: str) -> bool:
    return meta(inspect(model).columns[key]).sensitive not in (None, "secret")


def _verbs(who: Actor, grid: Declared[Any]) -> Iterator[Label | str]:
    """Return what else a role may do: the transitions of the machine, then other rights by name."""
    model = grid.mapped
    machine = machine_of(model)
    moves = machine.transitions if machine else ()
    yield from (move.label for move in moves if who.can(permission(model, move.name)))
    common = {right for act in ACTS for right in act.rights} | {move.name for move in moves}
    for act in further_acts(model):
        if act not in common and who.can(permission(model, act)):
            yield act_words(grid, act)


def further_acts(model: type[Base]) -> list[str]:
    """Return the acts on a table that any grant names."""
    table = permission(model, "")
    named = {grant.removeprefix(table) for held in GRANTS.values() for grant in held}
    return sorted(act for act in named if ":" not in act and "*" not in act)


def act_words(grid: Declared[Any], act: str) -> Label | str:
    """Return what an act beside the common ones is called: the page that it opens, a role to
    grant, or what is done.
    """
    page = next((each.label for each in grid.further if each.act == act), None)
    if page is not None:
        return page
    kind, _, role = act.partition("_")
    if kind == "grant":
        given, words = RoleCode[role].label, FURTHER[kind]
        return Label(words.zh % given.zh, words.en % given.en)
    return FURTHER.get(act) or wording.act_label(grid.mapped.__tablename__, act)


def _notes(who: Actor, model: type[Base]) -> Iterator[FieldNote]:
    """Return the columns whose right is not that of the grid as a whole, by right."""
    if not who.can(permission(model, "list")):
        return
    by_right: dict[Label, list[Label]] = {}
    for key, column in inspect(model).columns.items():
        said = _right_words(who, model, key)
        if said is not None:
            by_right.setdefault(said, []).append(meta(column).label)
    for said in (*FieldRight.labels().values(), SEEN_WITH_PURPOSE, WRITTEN_ONLY):
        if said in by_right:
            yield FieldNote(said, tuple(by_right[said]))


def _right_words(who: Actor, model: type[Base], key: str) -> Label | None:
    right, usual = right_on(who, model, key), usual_right(who, model, key)
    if right is not usual or (right is FieldRight.masked):
        return right.label
    if not _is_personal(model, key):
        return None
    return SEEN_WITH_PURPOSE if who.can(permission(model, "reveal")) else WRITTEN_ONLY
