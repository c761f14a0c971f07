"""The form that adds a condition: columns to choose from, then operators and a typed input."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from models.base.session import ActorSession
from views.base import search
from views.base.access import may_look_up
from views.base.chips import DAY_WORDS, OWN_WORDS, SHIFTS, code_words, day_words, titles
from views.base.columns import GridColumn
from views.base.conditions import Condition, exposes
from views.base.filters import OPERATORS, Written, operators
from views.base.request import text
from views.base.trees import parent_of

if TYPE_CHECKING:
    from views.base.declaration import Declared

#: Longest list offered as a choice; beyond it one types.
CHOICES_OFFERED = 200
#: Operator of the form for what the address writes ``empty:false``.
FILLED = "filled"
Options = Sequence[tuple[str, str]]
_PARTS = re.compile(r"[,，、;；\s]+")


@dataclass(frozen=True, slots=True)
class Offer:
    """The input for one column: its kind, its operators, and values to choose from; those of a
    tree, and more than stand in a form, are searched by ``lookup`` where a script can.
    """

    name: str
    label: str
    kind: str
    operators: Options
    options: Options = ()
    words: Options = ()
    lookup: str = ""
    named: Options = ()


def offered_columns(grid: Declared[Any]) -> Options:
    """Return name and label of the columns that take a condition."""
    return [(column.name, str(text(column.label))) for column in grid.seen.conditional]


def offer(session: ActorSession, grid: Declared[Any], name: str) -> Offer | None:
    """Return the form for one column; None when there is no such column."""
    try:
        column = grid.filter_column(name)
    except LookupError:
        return None
    found = operators(column)
    if not found:
        return None
    closed = not _may_name(session, column)
    options = [] if closed else _options(session, column)
    many = closed or len(options) > CHOICES_OFFERED
    searched = column.kind == "ref" and (many or parent_of(column.target)) and not closed
    return Offer(
        name=column.name,
        label=str(text(column.label)),
        kind="text" if many and column.kind in ("ref", "code") else column.kind,
        operators=_offered(found),
        options=[] if many else options,
        words=_words(column),
        lookup=f"choices/{column.name}/" if searched else "",
    )


def naming(session: ActorSession, offer: Offer, condition: Condition) -> Offer:
    """Return an offer that is searched, with the titles of the records that a condition names."""
    if condition.column is None:
        return offer
    known = titles(session, condition.column, condition.written.values)
    named = [(value, known.get(value, f"#{value}")) for value in condition.written.values]
    return replace(offer, named=named)


def _offered(found: Sequence[str]) -> Options:
    """Return operators with their words; that something is filled in has one of its own."""
    offered = [(op, str(text(OPERATORS[op]))) for op in found]
    return [*offered, (FILLED, str(_("is filled")))] if "empty" in found else offered


def _may_name(session: ActorSession, column: GridColumn) -> bool:
    """Say whether the actor may know the titles of what a column refers to."""
    return column.target is None or may_look_up(session.need_actor(), column.target)


def _options(session: ActorSession, column: GridColumn) -> Options:
    if column.kind == "boolean":
        return [("true", _("Yes")), ("false", _("No"))]
    if column.meta.choices:
        return [(value, str(text(label))) for value, label in column.meta.choices.items()]
    if column.kind == "code":
        return code_words(session, column, CHOICES_OFFERED + 1)
    if column.kind == "ref" and column.target is not None:
        target: Any = column.target
        title, key = getattr(target, target.__title__), getattr(target, column.target_key)
        rows = session.execute(select(key, title).order_by(title).limit(CHOICES_OFFERED + 1))
        return [(str(k), str(t) if t is not None else f"#{k}") for k, t in rows]
    return []


def _words(column: GridColumn) -> Options:
    if column.kind in ("day", "instant"):
        shifts = [(shift, day_words(shift)) for shift in SHIFTS]
        return [*((word, str(text(label))) for word, label in DAY_WORDS.items()), *shifts]
    target = column.target.__tablename__ if column.target is not None else ""
    word = {"org": "my_org", "user_account": "me"}.get(target, "")
    return [(word, str(text(OWN_WORDS[word])))] if word else []


def written(session: ActorSession, grid: Declared[Any], posted: MultiDict[str, str]) -> str:
    """Return the condition that a posted form means, as it stands in an address.

    A personal number is kept and replaced by its token; a record named by its title by its key.
    """
    name, op = posted.get("column", "").strip(), posted.get("op", "eq").strip()
    try:
        column = grid.filter_column(name)
    except LookupError:
        return str(Written(name[:60] or "?", op, ()))
    if op == FILLED:
        return str(Written(name, "empty", ("false",)))
    values = _posted_values(column, op, posted)
    if column.sensitive:
        term = search.stored_spelling(column, search.normalise("".join(values)))
        return str(Written(name, op, (search.keep_term(session, term),) if term else ()))
    if column.kind == "ref":
        values = [_key_of(session, column, value) for value in values]
    return str(without_number(session, grid, Written(name, op, tuple(values))))


def names_person(grid: Declared[Any], condition: Written) -> bool:
    """Say whether a condition that can be applied, or a whole number, stands in the open."""
    try:
        column = grid.filter_column(condition.column)
    except LookupError:
        return False
    told = _is_applicable(column, condition) or any(map(search.holds_personal, condition.values))
    return told and exposes(column, condition)


def _is_applicable(column: GridColumn, condition: Written) -> bool:
    return len(condition.values) == 1 and condition.op in operators(column)


def without_number(session: ActorSession, grid: Declared[Any], condition: Written) -> Written:
    """Return a condition whose personal number is kept and replaced by its token."""
    try:
        column = grid.filter_column(condition.column)
    except LookupError:
        return condition
    if not exposes(column, condition):
        return condition
    if not _is_applicable(column, condition):  # nothing that it could mean: the number is dropped
        return Written(condition.column, condition.op, ())
    term = search.stored_spelling(column, search.normalise(condition.values[0]))
    return Written(condition.column, condition.op, (search.keep_term(session, term),))


def _posted_values(column: GridColumn, op: str, posted: MultiDict[str, str]) -> list[str]:
    word = posted.get("word", "")
    if op == "empty":
        return []
    values = [word] if word else [value.strip() for value in posted.getlist("value")]
    if op == "between":
        return [(values or [""])[0], posted.get("value_to", "").strip()]
    if op == "in" and len(values) == 1 and not column.meta.choices:
        values = _PARTS.split(values[0])
    return [
        value.replace("T", " ") if column.kind == "instant" else value for value in values if value
    ]


def _key_of(session: ActorSession, column: GridColumn, value: str) -> str:
    """Return the key of the one record with a title; the text itself when that is no help."""
    target: Any = column.target
    if value.isdigit() or value in OWN_WORDS or target is None or not _may_name(session, column):
        return value
    titled = select(getattr(target, column.target_key)).where(
        getattr(target, target.__title__) == value
    )
    found = session.scalars(titled.limit(2)).all()
    return str(found[0]) if len(found) == 1 else value
