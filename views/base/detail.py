"""What the page of a record shows: sections of values, what can be done, what happened, what
belongs to it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from flask import request, url_for
from flask_admin.helpers import get_redirect_target
from sqlalchemy import inspect, select

from models.base.actor import Actor
from models.base.columns import meta
from models.base.orm import Base
from models.batch.offers import Offer, offer_for
from models.text import Label, Message
from models.workflow.registry import machine_of
from models.workflow.removal import is_trashed
from views.base import changes, reveal, rights, seen, timeline, told
from views.base.actions import Verb, verbs
from views.base.cells import presenter
from views.base.choosing import load_code_sets
from views.base.columns import GridColumn, class_named
from views.base.declaration import Declared, Section
from views.base.masks import masked
from views.base.neighbours import FROM, Place, place_of
from views.base.related import Related, from_here, pointing_at, related_to
from views.base.request import session, text
from views.base.shown import PageOf, Shown, show_all, title_of

if TYPE_CHECKING:
    from views.base.record import RecordPages

#: The heading of a table that declares no sections.
ONLY = (Section("基本信息", "Record", ""),)
#: The heading of form fields that no declared section names.
OTHER = Label("其他", "Other")


@dataclass(frozen=True, slots=True)
class Detail:
    """Everything that the template of a detail page reads."""

    title: str
    state: Shown | None
    sections: list[tuple[Label, list[Shown]]]
    can_reveal: bool
    purpose: str
    edit_url: str | None
    why_no_edit: Message | None
    verbs: list[Verb]
    course: timeline.Steps
    history: timeline.Steps
    seen: seen.Sights | None
    trail_url: str | None
    place_url: Callable[[str, int | None], str]
    related: list[Related]
    authors: tuple[str, str]
    place: Place | None
    back_url: str | None
    undo: Offer | None
    print_url: str | None
    remove_url: str | None
    put_back_url: str | None
    is_trashed: bool


def pages_of(view: Declared[Any], who: Actor) -> PageOf:
    """Return the function that finds the address of a record's page for an actor."""
    open_to = {
        other.mapped: other
        for other in view.grids
        if (other.details_view or "details" not in other.record_url) and other.may(who, "view")
    }

    def page_of(model: type[Base], id_: int) -> str | None:
        other = open_to.get(model)
        if other is None or other.details_view:
            return url_for(f"{other.endpoint}.details_view", id=id_) if other else None
        return urljoin(url_for(f"{other.endpoint}.index_view"), other.record_url.format(id=id_))

    return page_of


def section_names(view: Declared[Any]) -> list[tuple[Label, list[str]]]:
    """Return the headings of a record with the names of their columns, every declared one once."""
    sections = view.sections or ONLY
    return [(s.label, s.columns.split() or _every(view)) for s in sections]


def mapped_names(view: Declared[Any]) -> list[str]:
    """Return the mapped columns of all sections, in their order."""
    return [
        view.declared(name).key
        for _label, names in section_names(view)
        for name in names
        if name not in view.computed
    ]


def _every(view: Declared[Any]) -> list[str]:
    columns = inspect(view.mapped).columns
    return [name for name, column in columns.items() if not meta(column).system]


def detail_of(
    view: RecordPages[Any], record: Any, who: Actor, revealed: bool, *, in_list: bool = True
) -> Detail:
    """Collect the detail page of a record for an actor, with its place in the list that the
    address names unless the page shows no neighbours.
    """
    page_of = from_here(pages_of(view, who), record)
    machine = machine_of(view.mapped)
    load_code_sets(_code_sets(view))
    sections = [
        (label, _values(view, record, names, revealed, page_of))
        for label, names in section_names(view)
    ]
    may_edit = view.may(who, "edit") and view.edit_view
    editable = view.editable(record, who) if may_edit else None
    return Detail(
        title=title_of(record),
        state=_state(view, record, machine, page_of),
        sections=sections,
        can_reveal=not revealed and view.may(who, "reveal") and bool(_hidden(sections)),
        purpose=reveal.remembered_purpose() if view.may(who, "reveal") else "",
        edit_url=_edit_url(view, record) if editable and editable.names else None,
        why_no_edit=editable.why_not if editable and not editable.names else None,
        verbs=verbs(record, machine, who),
        course=timeline.timeline(record, who, page_of),
        history=timeline.history(record, who, page_of, editable.names if editable else frozenset()),
        seen=seen.seen_by(view, record, who),
        trail_url=_trail_url(record, who),
        place_url=partial(_place_url, view, record),
        related=related_to(view, record, who, view.related, page_of),
        authors=timeline.author_names(record),
        place=place_of(view, record) if in_list else None,
        back_url=get_redirect_target(),
        undo=offer_for(session(), who, view.mapped, record.id),
        print_url=_print_url(view, record, who),
        remove_url=view.remove_url(record, who),
        put_back_url=view.put_back_url(record, who),
        is_trashed=is_trashed(record),
    )


def _edit_url(view: Declared[Any], record: Base) -> str:
    """Return the address of the form, which leads back to this page in its list."""
    query = request.args.get(FROM)
    known = (
        {}
        if query is None
        else {"url": view.get_url(".details_view", id=record.id, **{FROM: query})}
    )
    url: str = view.get_url(".edit_view", id=record.id, **known)
    return url


def _print_url(view: RecordPages[Any], record: Base, who: Actor) -> str | None:
    if getattr(view, "print_record_view", None) is None or not view.may(who, "print"):
        return None
    url: str = view.get_url(".print_record_view", id=record.id)
    return url


def _place_url(view: Declared[Any], record: Base, name: str, behind: int | None) -> str:
    """Return the address of the page with one of its lists going on behind an entry."""
    kept = {key: value for key, value in request.args.items() if key not in ("id", name)}
    url: str = view.get_url(
        ".details_view", id=record.id, **kept, **({name: behind} if behind else {})
    )
    return url


def _trail_url(record: Base, who: Actor) -> str | None:
    """Return the address of all that the trail holds of a record, for those who may read it."""
    if not who.can(seen.READ_TRAIL):
        return None
    which = [f"entity:eq:{record.__tablename__}", f"entity_id:eq:{record.id}"]
    return url_for("audit_log.index_view", filter=which)


def _code_sets(view: RecordPages[Any]) -> set[str]:
    """Return the code sets of a record and of its parts."""
    parts = [
        other.mapped
        for other, name in pointing_at(view, view.related)
        if other.mapped.__part_of__ == name
    ]
    columns = [c for model in (view.mapped, *parts) for c in inspect(model).columns]
    return {str(meta(c).code_set) for c in columns if meta(c).code_set}


def _hidden(sections: list[tuple[Label, list[Shown]]]) -> list[Shown]:
    """Return the masked values that a purpose would show."""
    found = [value for _label, values in sections for value in values]
    return [value for value in found if value.hidden and not value.locked]


def _values(
    view: Declared[Any], record: Any, names: list[str], revealed: bool, page_of: PageOf
) -> list[Shown]:
    found: list[Shown] = []
    for name in names:
        column = view.declared(name)
        if not rights.is_shown(view.mapped, *column.sources):
            continue
        if name in view.computed:
            found.append(_computed(view, record, view.column(name)))
        elif column.meta.names == "changes":
            found.append(_changes(record, column))
        elif column.meta.names == "record":
            found += [
                _linked(record, value, page_of)
                for value in show_all(record, [name], False, page_of)
            ]
        else:
            found += show_all(record, [column.key], revealed, page_of)
    return found


def _changes(record: Any, column: GridColumn) -> Shown:
    """Return what a row of the trail tells to have changed."""
    kept = getattr(record, column.key) or {}
    listed = tuple(changes.changes_of(class_named(record.entity), kept))
    lines = "\n".join(change.line for change in listed)
    return Shown(column.name, column.label, lines, wide=True, changes=listed)


def _linked(record: Any, value: Shown, page_of: PageOf) -> Shown:
    """Return what a row of the trail calls its record, as a link while the actor may open it."""
    model, key = class_named(record.entity), record.entity_id
    there = model is not None and key is not None and (model, key) in told.living([(model, key)])
    return replace(value, url=page_of(model, key)) if there and model is not None else value


def _computed(view: Declared[Any], record: Any, column: GridColumn) -> Shown:
    value = session().scalar(select(column.expression).where(view.mapped.id == record.id))
    if column.sensitive:
        return Shown(column.name, column.label, masked("text", value), hidden=True, locked=True)
    present = presenter(column)
    label = (column.meta.choices or {}).get(str(value))
    said = present(value) if present else text(label) if label else value
    shown = "" if said is None else str(said)
    return Shown(column.name, column.label, shown, tone=(column.meta.tones or {}).get(str(value)))


def _state(view: Declared[Any], record: Any, machine: Any, page_of: PageOf) -> Shown | None:
    column = timeline.state_column(view.mapped, machine)
    names = [column.key] if column is not None else []
    return next(iter(show_all(record, names, False, page_of)), None)
