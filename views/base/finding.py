"""Records by number or name in every list at once: what the palette of each page offers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, String, cast, inspect, literal, null, select, union_all

from models.base.actor import Actor
from models.base.columns import meta
from models.base.session import ActorSession
from models.text import Label
from models.workflow.registry import machine_of
from views.base.declaration import Declared
from views.base.liststate import ListState
from views.base.rights import is_open

#: Records offered of each list; more of them are found in the list itself.
MOST_OF_EACH = 5
#: One letter or digit finds too much to be of use; a Chinese character is a surname.
FEWEST_LETTERS = 2


@dataclass(frozen=True, slots=True)
class FoundRecord:
    """A record: its title, the person it is about, and its state."""

    id: int
    title: str
    name: str
    state: Label | None


def is_findable(view: Any, who: Actor) -> bool:
    """Say whether the palette looks into a list: business records with a page of their own."""
    return (
        isinstance(view, Declared)
        and view.mapped.__family__ == "business"
        and bool(view.search_columns and view.details_view)
        and view.in_menu
        and view.may(who, "list")
        and view.may(who, "view")
    )


def found_records(
    work: ActorSession, who: Actor, views: Iterable[Declared[Any]], term: str
) -> dict[str, list[FoundRecord]]:
    """Return the records that a term finds, by endpoint of their list; by one statement, under the
    actor's scope.
    """
    searched = {view.endpoint: view for view in views}
    if not searched or (term.isascii() and len(term) < FEWEST_LETTERS):
        return {}
    rows = work.execute(union_all(*(_first(v, who, term) for v in searched.values())))
    found: dict[str, list[FoundRecord]] = {}
    for endpoint, id_, title, name, state in rows:
        record = FoundRecord(id_, title or name or f"#{id_}", name or "", None)
        if state is not None:
            record = FoundRecord(id_, record.title, record.name, _label(searched[endpoint], state))
        found.setdefault(endpoint, []).append(record)
    return found


def _first(view: Declared[Any], who: Actor, term: str) -> Select[Any]:
    """Return the newest records of a list that a term finds."""
    model: Any = view.mapped
    wanted = ListState(view, who, q=term, term=term).statement()
    shown = [literal(view.endpoint, String()).label("grid"), model.id, *_texts(model)]
    newest = wanted.with_only_columns(*shown).order_by(model.id.desc()).limit(MOST_OF_EACH)
    return select(newest.subquery())


def _texts(model: Any) -> Iterator[Any]:
    """Yield title, person and state as texts; personal data is none of them."""
    machine = machine_of(model)
    state = machine.column if machine else None
    wanted = {"title": model.__title__, "name": _name_column(model), "state": state}
    for label, key in wanted.items():
        known = _is_known(model, key)
        yield cast(getattr(model, str(key)) if known else null(), String).label(label)


def _name_column(model: Any) -> str | None:
    """Return the column with the name of the person that a record is about."""
    columns = inspect(model).columns.items()
    return next((key for key, column in columns if meta(column).search == "name"), None)


def _is_known(model: Any, key: str | None) -> bool:
    if key is None or meta(inspect(model).columns[key]).sensitive:
        return False
    return is_open(model, key)


def name_of(record: Any) -> str:
    """Return the name of the person that a record is about; empty where its title is the name."""
    model = type(record)
    key = _name_column(model)
    known = key is not None and key != model.__title__ and _is_known(model, key)
    return str(getattr(record, str(key)) or "") if known else ""


def _label(view: Declared[Any], state: str) -> Label | None:
    machine = machine_of(view.mapped)
    return machine.states.labels().get(state) if machine else None
