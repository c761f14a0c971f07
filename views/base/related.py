"""Records that hang on a record, found from the foreign keys that point at it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from flask import request, url_for
from sqlalchemy import inspect, select

from models.base.actor import Actor
from models.base.orm import Base
from models.text import Label
from models.workflow.registry import machine_of
from views.base.declaration import Declared
from views.base.neighbours import FROM
from views.base.request import session
from views.base.rights import is_open
from views.base.shown import PageOf, Shown, load_referred, show_all, title_of

#: Counted up to here; beyond it the page says so.
COUNT_CAP = 999
ROWS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Row:
    """One record of a related table, with the pages that the actor may open."""

    id: int
    version: int | None
    title: str
    cells: list[Shown]
    url: str | None
    edit_url: str | None
    remove_url: str | None


@dataclass(frozen=True, slots=True)
class Related:
    """A table whose rows point at the record."""

    key: str
    label: Label
    count: int
    capped: bool
    list_url: str | None
    new_url: str | None
    headings: list[Label] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    actions: list[tuple[str, Label, bool]] = field(default_factory=list)
    action_url: str = ""


def pointing_at(view: Declared[Any], listed: str) -> Iterable[tuple[Declared[Any], str]]:
    """Return the grids, with their key, whose rows point at this grid's: parts, its own area, and
    those listed.
    """
    wanted = set(listed.split())
    for other in view.grids:
        for name, column in inspect(other.mapped).columns.items():
            points = any(key.column.table is view.mapped.__table__ for key in column.foreign_keys)
            if points and not column.primary_key and _belongs(view, other, name, wanted):
                yield other, name


def _belongs(view: Declared[Any], other: Declared[Any], name: str, wanted: set[str]) -> bool:
    if other.mapped.__tablename__ in wanted or other.mapped.__part_of__ == name:
        return True
    same = other.mapped.__area__ == view.mapped.__area__ and view.mapped.__family__ == "business"
    return same and other.mapped.__family__ == "business" and other.mapped is not view.mapped


def related_to(
    view: Declared[Any], record: Any, who: Actor, listed: str, page_of: PageOf
) -> list[Related]:
    """Return what points at a record, in the order of the sidebar, as far as the actor may
    list it; of tables outside the sidebar only what is there or may be added.
    """
    found = [
        (other, _related(other, name, record, who, page_of))
        for other, name in pointing_at(view, listed)
        if other.may(who, "list") and is_open(other.mapped, name)
    ]
    return [group for other, group in found if other.in_menu or group.count or group.new_url]


def _related(other: Declared[Any], name: str, record: Any, who: Actor, page_of: PageOf) -> Related:
    model: type[Base] = other.mapped
    target = next(iter(inspect(model).columns[name].foreign_keys)).column
    value = getattr(record, inspect(type(record)).get_property_by_column(target).key)
    mine = getattr(model, name) == value
    count = len(session().scalars(select(model.id).where(mine).limit(COUNT_CAP + 1)).all())
    is_part = model.__part_of__ == name
    names = [key for key in (other.column(n).key for n in other.list_names) if key != name]
    names = [key for key in names if key in inspect(model).columns]
    rows = _parts(other, mine, who) if is_part else []
    load_referred(rows, names)
    return Related(
        key=f"{model.__tablename__}-{name}",
        label=model.__label__,
        count=min(count, COUNT_CAP),
        capped=count > COUNT_CAP,
        list_url=list_url(other, name, value),
        new_url=_new_url(other, name, value, record, who),
        headings=[other.declared(key).label for key in names],
        rows=[_row(other, row, names, who, page_of) for row in rows],
        actions=_actions(other, who) if is_part else [],
        action_url=url_for(f"{other.endpoint}.action_view"),
    )


def _parts(other: Any, mine: Any, who: Actor) -> list[Any]:
    """Return the first rows that a record consists of, judged together."""
    model = other.mapped
    wanted = select(model).where(mine).order_by(model.id).limit(ROWS_SHOWN)
    rows = list(session().scalars(wanted))
    if rows:
        other.judge_all(rows, who)
    return rows


def list_url(other: Declared[Any], name: str, value: Any) -> str | None:
    """Return the address of the rows of a list that hold a value; None where the list cannot be
    narrowed so.
    """
    try:
        column = other.filter_column(name)
    except LookupError:
        return None
    return url_for(f"{other.endpoint}.index_view", filter=f"{column.name}:eq:{value}")


def _row(other: Any, row: Any, names: list[str], who: Actor, page_of: PageOf) -> Row:
    may_edit = other.can_edit and other.may(who, "edit") and other.editable(row, who).names
    return Row(
        id=row.id,
        version=getattr(row, "version", None),
        title=title_of(row),
        cells=show_all(row, names, False, page_of),
        url=page_of(type(row), row.id),
        edit_url=url_for(f"{other.endpoint}.edit_view", id=row.id) if may_edit else None,
        remove_url=other.remove_url(row, who),
    )


def from_here(page_of: PageOf, record: Any) -> PageOf:
    """Return what finds a record's page and lets it lead back to this one, with its list."""
    query = request.args.get(FROM)
    here = page_of(type(record), record.id)
    if here is None:
        return page_of
    back = here if query is None else f"{here}&{FROM}={quote(query)}"

    def found(model: type[Base], id_: int) -> str | None:
        url = page_of(model, id_)
        return f"{url}&url={quote(back)}" if url is not None and "?" in url else url

    return found


def _actions(other: Declared[Any], who: Actor) -> list[tuple[str, Label, bool]]:
    """Return the transitions that the role may do with ticked parts: code name, button, danger."""
    machine = machine_of(other.mapped)
    if machine is None:
        return []
    allowed = [t for t in machine.transitions if who.can(machine.permission(t))]
    return [(t.name, t.button, t.danger) for t in allowed]


def _new_url(other: Any, name: str, value: Any, record: Any, who: Actor) -> str | None:
    if not other.can_create or not other.may(who, "create") or other.mapped.__part_of__ != name:
        return None
    if other.why_no_part(record, who) is not None:
        return None
    return url_for(f"{other.endpoint}.create_view", **{name: value})
