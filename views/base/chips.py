"""The conditions of a list in words, each with the address that removes it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import select

from models.base.session import ActorSession
from models.people.rules import mask_id_no
from models.text import Label
from views.base.columns import GridColumn
from views.base.conditions import Condition, Group
from views.base.filters import OPERATORS
from views.base.liststate import ListState, Problem, encode
from views.base.request import locale, text, translate
from views.base.rights import is_named
from views.base.search import is_token
from views.base.wording import event_label

DAY_WORDS = {
    "today": Label("今天", "today"),
    "yesterday": Label("昨天", "yesterday"),
    "tomorrow": Label("明天", "tomorrow"),
    "this_week": Label("本周", "this week"),
    "last_week": Label("上周", "last week"),
    "this_month": Label("本月", "this month"),
    "last_month": Label("上月", "last month"),
    "this_year": Label("今年", "this year"),
    "last_year": Label("去年", "last year"),
}
#: Shifts that the form offers beside the words.
SHIFTS = ("-7d", "-30d", "-90d")
OWN_WORDS = {"me": Label("本人", "me"), "my_org": Label("本机构", "my organisation")}
#: Where a part of a nest stands: the numbers of the branches that lead to it.
Place = tuple[int, ...]
#: Names in an address whose values are conditions.
CONDITIONS = ("filter", "filter_group")
_AGO = re.compile(r"-([0-9]+)d")
_SHOWN_VALUES = 5
#: What a database holds as a key.
LARGEST_ID = 2**31 - 1
LONGEST_ID = 10


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a nest in words: a condition with the address that removes it, or what stands
    between conditions.
    """

    label: str
    remove: str = ""


@dataclass(frozen=True, slots=True)
class Chip:
    """A condition in words, or the parts of a nest; ``error`` says why it cannot be applied,
    ``opens`` is the page of the one record that it names.
    """

    label: str
    remove: str
    error: str = ""
    parts: tuple[Part, ...] = ()
    opens: str = ""


def chips(session: ActorSession, state: ListState) -> list[Chip]:
    """Return everything that narrows the list, and everything in the address that is wrong."""
    return [*_search(state), *_conditions(session, state), *_group(session, state), *_wrong(state)]


def _search(state: ListState) -> Iterator[Chip]:
    if state.q and not any(problem.name == "q" for problem in state.problems):
        shown = mask_id_no(state.term) if is_token(state.q) else state.term
        yield Chip(_("Search: %(term)s", term=shown), "?" + state.query_string(q=""))


def _conditions(session: ActorSession, state: ListState) -> Iterator[Chip]:
    for condition in state.conditions:
        if condition.problem is None:
            remove = state.without_pair("filter", str(condition.written))
            known = _named(session, condition)
            opens = _page_of_named(state, condition, known)
            yield Chip(words(session, condition, known), "?" + remove, opens=opens)


def _named(session: ActorSession, condition: Condition) -> Mapping[str, str]:
    """Return the titles of the records that a condition names, by what it names them with."""
    column = condition.column
    is_ref = column is not None and column.kind == "ref"
    return titles(session, column, condition.written.values) if column and is_ref else {}


def _page_of_named(state: ListState, condition: Condition, known: Mapping[str, str]) -> str:
    """Return the page of the one record that a condition names: so a list of what belongs to a
    record leads back to it. Empty where it names others, or one that the actor may not open.
    """
    column, written = condition.column, condition.written
    is_one = written.op == "eq" and tuple(known) == tuple(written.values)
    if column is None or column.target is None or column.target_key != "id" or not is_one:
        return ""
    grid = state.grid.grid_of(column.target)
    if grid is None or not grid.details_view or not grid.may(state.actor, "view"):
        return ""
    return url_for(f"{grid.endpoint}.details_view", id=written.values[0])


def _group(session: ActorSession, state: ListState) -> Iterator[Chip]:
    """Return a chip for each part that must hold, or one for a nest of which any part may."""
    if state.group is None or any(problem.name == "filter_group" for problem in state.problems):
        return
    if state.group.word == "or":
        yield _nest_chip(session, state, state.group, ())
        return
    for place, item in enumerate(state.group.items):
        if isinstance(item, Group):
            yield _nest_chip(session, state, item, (place,))
        else:
            yield Chip(words(session, item), _without(state, (place,)))


def _nest_chip(session: ActorSession, state: ListState, group: Group, place: Place) -> Chip:
    parts = tuple(_parts(session, state, group, place))
    label = " ".join(part.label for part in parts)
    return Chip(label, _without(state, place), parts=parts)


def _parts(session: ActorSession, state: ListState, group: Group, place: Place) -> Iterator[Part]:
    word = _("and") if group.word == "and" else _("or")
    for number, item in enumerate(group.items):
        if number:
            yield Part(word)
        if isinstance(item, Group):
            yield Part("(")
            yield from _parts(session, state, item, (*place, number))
            yield Part(")")
        else:
            yield Part(words(session, item), _without(state, (*place, number)))


def _without(state: ListState, place: Place) -> str:
    """Return the address of the list without the part of the nest at a place."""
    nest = without(state.group, place) if state.group else None
    text_ = json.dumps(nest, ensure_ascii=False, separators=(",", ":")) if nest else ""
    if isinstance(nest, str):
        return "?" + encode([*_but_group(state), ("filter", nest)])
    return "?" + state.query_string(filter_group=text_)


def _but_group(state: ListState) -> list[tuple[str, str]]:
    return [pair for pair in state.pairs() if pair[0] != "filter_group"]


def without(item: Condition | Group, place: Place) -> Any:
    """Return a nest as JSON without the part at a place; None where nothing is left."""
    if not place:
        return None
    if isinstance(item, Condition):
        return str(item.written)
    kept = [_kept(each, number, place) for number, each in enumerate(item.items)]
    kept = [each for each in kept if each is not None]
    return {item.word: kept} if len(kept) > 1 else kept[0] if kept else None


def _kept(item: Condition | Group, number: int, place: Place) -> Any:
    return without(item, place[1:]) if number == place[0] else plain(item)


def plain(item: Condition | Group) -> Any:
    """Return a nest as JSON."""
    if isinstance(item, Condition):
        return str(item.written)
    return {item.word: [plain(each) for each in item.items]}


def _wrong(state: ListState) -> Iterator[Chip]:
    read = [*state.conditions, *(state.group.conditions() if state.group else ())]
    refused = {str(condition.written): condition for condition in read}
    for problem in state.problems:
        if problem.name == "filter":
            remove = state.without_pair("filter", problem.value)
        else:
            remove = state.query_string(**{problem.name: ""})
        condition = refused.get(problem.value) if problem.name in CONDITIONS else None
        label = _refused_words(condition) if condition else _written(problem)
        yield Chip(label[:120], "?" + remove, translate(problem.reason))


def _written(problem: Problem) -> str:
    if problem.name == "filter":
        return problem.value
    return f"{problem.name}={problem.value}" if problem.value else problem.name


def _refused_words(condition: Condition) -> str:
    """Return a condition that cannot be applied, in words as far as there are any: 性别 等于 x."""
    column, written = condition.column, condition.written
    if column is None:
        return str(written)
    labels = column.meta.choices or {}
    values = [text(labels[each]) if each in labels else each for each in written.values]
    operator = text(OPERATORS[written.op]) if written.op in OPERATORS else written.op
    return " ".join(
        each for each in (text(column.label), operator, str(_(", ")).join(values)) if each
    )


def words(
    session: ActorSession, condition: Condition, known: Mapping[str, str] | None = None
) -> str:
    """Return a condition in the reader's words: 状态 等于 待确认. ``known`` are the titles of the
    records that it names; they are read where they are not given.
    """
    column, written = condition.column, condition.written
    if column is None:
        return str(written)
    name = text(column.label)
    if condition.secret is not None:
        return str(_("%(name)s: %(value)s", name=name, value=mask_id_no(condition.secret)))
    if written.op == "empty":
        filled = written.values and written.values[0].lower() in ("false", "0")
        word = _("is filled") if filled else text(OPERATORS["empty"])
        return f"{name} {word}"
    known = _named(session, condition) if known is None else known
    values = _values(column, written.values, known)
    return f"{name} {text(OPERATORS[written.op])} {values}"


def _values(column: GridColumn, values: Sequence[str], known: Mapping[str, str]) -> str:
    shown = [known.get(value) or _value(column, value) for value in values[:_SHOWN_VALUES]]
    more = "…" if len(values) > _SHOWN_VALUES else ""
    return str(_(", ")).join(shown) + more


def _value(column: GridColumn, value: str) -> str:
    if column.meta.names == "event":
        return str(text(event_label(value)))
    label = (column.meta.choices or {}).get(value) or DAY_WORDS.get(value) or OWN_WORDS.get(value)
    if label is not None and (column.meta.choices or column.kind != "text"):
        return str(text(label))
    if column.kind == "boolean":
        return str(_("Yes") if value.lower() in ("true", "1", "yes") else _("No"))
    return day_words(value)


def day_words(value: str) -> str:
    """Return ``-7d`` in words; any other value as it is."""
    ago = _AGO.fullmatch(value)
    return str(_("%(days)s days ago", days=ago[1])) if ago else value


def titles(session: ActorSession, column: GridColumn, values: Sequence[str]) -> dict[str, str]:
    """Return the titles of the records meant, as far as the actor sees them."""
    target = column.target
    keys = [int(v) if column.number else v for v in values if not column.number or _is_id(v)]
    if target is None or not keys or not is_named(target):
        return {}
    key = getattr(target, column.target_key)
    rows = session.execute(select(key, getattr(target, target.__title__)).where(key.in_(keys)))
    return {str(found): str(title) for found, title in rows if title is not None}


def _is_id(value: str) -> bool:
    is_short = value.isascii() and value.isdigit() and len(value) <= LONGEST_ID
    return is_short and int(value) <= LARGEST_ID


def code_words(session: ActorSession, column: GridColumn, limit: int) -> list[tuple[str, str]]:
    """Return code and name of a code column's set, at most ``limit``, for a choice."""
    from models.reference.tables import CodeItem

    chinese = locale().startswith("zh")
    rows = session.execute(
        select(CodeItem.code, CodeItem.name, CodeItem.name_en)
        .where(CodeItem.set_code == column.meta.code_set, CodeItem.is_deleted.is_(False))
        .order_by(CodeItem.sort, CodeItem.code)
        .limit(limit)
    )
    return [(code, zh if chinese else en or zh) for code, zh, en in rows]
