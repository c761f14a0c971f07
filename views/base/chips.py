"""The conditions of a list in words, each with the address that removes it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import select

from models.base.session import ActorSession
from models.people.rules import mask_id_no
from models.text import Label
from views.base.columns import GridColumn
from views.base.conditions import Condition, Group
from views.base.filters import OPERATORS
from views.base.liststate import ListState
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
OWN_WORDS = {"me": Label("本人", "me"), "my_org": Label("本机构", "my organisation")}
_AGO = re.compile(r"-([0-9]+)d")
_SHOWN_VALUES = 5


@dataclass(frozen=True, slots=True)
class Chip:
    """A condition in words; ``error`` says why it cannot be applied."""

    label: str
    remove: str
    error: str = ""


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
            yield Chip(words(session, condition), "?" + remove)


def _group(session: ActorSession, state: ListState) -> Iterator[Chip]:
    if state.group and not any(problem.name == "filter_group" for problem in state.problems):
        yield Chip(_nest(session, state.group), "?" + state.query_string(filter_group=""))


def _nest(session: ActorSession, group: Group) -> str:
    word = _("and") if group.word == "and" else _("or")
    parts = [
        f"({_nest(session, item)})" if isinstance(item, Group) else words(session, item)
        for item in group.items
    ]
    return f" {word} ".join(parts)


def _wrong(state: ListState) -> Iterator[Chip]:
    for problem in state.problems:
        label = f"{problem.name}={problem.value}" if problem.value else problem.name
        if problem.name == "filter":
            label, remove = problem.value, state.without_pair("filter", problem.value)
        else:
            remove = state.query_string(**{problem.name: ""})
        yield Chip(label[:120], "?" + remove, translate(problem.reason))


def words(session: ActorSession, condition: Condition) -> str:
    """Return a condition in the reader's words: 状态 等于 待确认."""
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
    values = _values(session, column, written.values)
    return f"{name} {text(OPERATORS[written.op])} {values}"


def _values(session: ActorSession, column: GridColumn, values: Sequence[str]) -> str:
    titles = _titles(session, column, values) if column.kind == "ref" else {}
    shown = [titles.get(value) or _value(column, value) for value in values[:_SHOWN_VALUES]]
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
    if ago := _AGO.fullmatch(value):
        return str(_("%(days)s days ago", days=ago[1]))
    return value


def _titles(session: ActorSession, column: GridColumn, values: Sequence[str]) -> dict[str, str]:
    """Return the titles of the records meant, as far as the actor sees them."""
    target = column.target
    keys = [int(v) if column.number else v for v in values if not column.number or v.isdigit()]
    if target is None or not keys or not is_named(target):
        return {}
    key = getattr(target, column.target_key)
    rows = session.execute(select(key, getattr(target, target.__title__)).where(key.in_(keys)))
    return {str(found): str(title) for found, title in rows if title is not None}


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
