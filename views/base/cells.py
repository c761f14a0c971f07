"""Values of a list as cells: formatters made once per page, so that a row costs next to nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from flask import get_template_attribute
from flask_babel import gettext as _
from markupsafe import Markup, escape
from sqlalchemy import and_, or_, select

from models.base.session import ActorSession
from models.reference.tables import CodeItem
from models.text import Label
from views.base.columns import GridColumn
from views.base.masks import masked
from views.base.request import locale, text
from views.base.shown import instant_text, record_text
from views.base.wording import event_label

Cell = Callable[[Any], Markup]
FIRST_WIDE = "\u2e80"
#: (code set, code) → its name.
Codes = Mapping[tuple[str, str], str]

NOTHING = Markup('<span class="none">—</span>')
#: Wider texts, a Chinese sign counted twice, are cut by the style sheet; the whole stands in the
#: tooltip and under the focus.
LONG_WIDTH = 24


def code_names(
    session: ActorSession, columns: Sequence[GridColumn], rows: Iterable[Sequence[Any]]
) -> Codes:
    """Return the names of all codes on a page by one statement; by none where no code is shown."""
    places = [(i, str(c.meta.code_set)) for i, c in enumerate(columns, 1) if c.kind == "code"]
    wanted: dict[str, set[str]] = {}
    for row in rows if places else ():
        for place, name in places:
            if row[place] is not None:
                wanted.setdefault(name, set()).add(row[place])
    if not wanted:
        return {}
    among = or_(
        *(
            and_(CodeItem.set_code == name, CodeItem.code.in_(codes))
            for name, codes in wanted.items()
        )
    )
    return _names(session, among)


def all_code_names(session: ActorSession, columns: Sequence[GridColumn]) -> Codes:
    """Return the names of all codes of the columns' sets: an export does not know its rows."""
    sets = {column.meta.code_set for column in columns if column.kind == "code"}
    return _names(session, CodeItem.set_code.in_(sets)) if sets else {}


def _names(session: ActorSession, among: Any) -> Codes:
    chinese = locale().startswith("zh")
    rows = session.execute(
        select(CodeItem.set_code, CodeItem.code, CodeItem.name, CodeItem.name_en).where(among)
    )
    return {(set_, code): zh if chinese else en or zh for set_, code, zh, en in rows}


def formatter(
    column: GridColumn,
    codes: Codes,
    *,
    linked: bool = False,
    closed: Mapping[int, str] = MappingProxyType({}),
) -> Cell:
    """Return what turns a value of a column into the content of a cell; a link has the focus
    itself, and ``closed`` tells of what no link leads to.
    """
    if column.link:
        return _links(column, closed)
    words = _linked_words if linked else _words
    if column.meta.sensitive:
        kind = column.meta.sensitive
        return lambda value: _masked(masked(kind, value))
    present = presenter(column)
    if present is not None:
        return lambda value: words(present(value))
    if column.meta.choices:
        return _choices(column, words)
    if column.kind == "code":
        set_code = str(column.meta.code_set)
        return lambda value: words(codes.get((set_code, value), value))
    return _of_kind(column, words)


def presenter(column: GridColumn) -> Callable[[Any], Any] | None:
    """Return what puts values into words that are not one of a closed set; None where nothing need
    do it.
    """
    if column.several:
        return _several(column)
    if column.meta.names == "event":
        return lambda value: value and str(text(event_label(value)))
    if column.meta.names == "record":
        return lambda value: value and record_text(*value.split(":", 1))
    return None


def _several(column: GridColumn) -> Callable[[Any], Any]:
    labels = {value: str(text(label)) for value, label in (column.meta.choices or {}).items()}
    return lambda value: value and _(", ").join(labels.get(code, code) for code in value)


def _links(column: GridColumn, closed: Mapping[int, str]) -> Cell:
    link, said = Markup('<a href="{}">{}</a>'), text(column.linked or Label("{}", "{}"))

    def cell(value: Any) -> Markup:
        if value is None:
            return NOTHING
        if value in closed:
            return shut(escape(said.format(value)), closed[value])
        return link.format(column.link.format(value), said.format(value))

    return cell


def shut(shown: Markup, why: str) -> Markup:
    """Return a cell that leads nowhere, with what there is to say of that."""
    return Markup('{} <span class="elsewhere">{}</span>').format(shown, why) if why else shown


def _masked(value: str) -> Markup:
    return Markup(f'<span class="masked">{escape(value)}</span>') if value else NOTHING  # noqa: S704 -- escaped


def _choices(column: GridColumn, words: Cell) -> Cell:
    labels = {value: text(label) for value, label in (column.meta.choices or {}).items()}
    tones = column.meta.tones or {}
    if column.meta.machine or any(tone != "grey" for tone in tones.values()):
        badge = get_template_attribute("macros/ui.html", "badge")
        made = {value: badge(label, tones.get(value, "grey")) for value, label in labels.items()}
    else:
        made = {value: words(label) for value, label in labels.items()}
    return lambda value: NOTHING if value is None else made.get(str(value), escape(value))


def _of_kind(column: GridColumn, words: Cell) -> Cell:
    if column.kind == "boolean":
        yes, no = escape(_("Yes")), Markup('<span class="none">{}</span>').format(_("No"))
        return lambda value: NOTHING if value is None else (yes if value else no)
    if column.kind == "instant":
        return lambda value: _instant(value, column)
    return _day if column.kind == "day" else words


def _instant(value: datetime | None, column: GridColumn) -> Markup:
    return NOTHING if value is None else escape(instant_text(value, column.meta))


def _day(value: date | None) -> Markup:
    return NOTHING if value is None else escape(value.isoformat())


def _words(value: Any) -> Markup:
    return _cut(value, ' tabindex="0"')


def _linked_words(value: Any) -> Markup:
    return _cut(value, "")


def _cut(value: Any, focus: str) -> Markup:
    if value is None or value == "":
        return NOTHING
    words = str(value)
    if _width(words) <= LONG_WIDTH:
        return escape(words)
    whole = escape(words)
    return Markup(f'<span{focus} title="{whole}">{whole}</span>')  # noqa: S704 -- escaped


def _width(words: str) -> int:
    if words.isascii():
        return len(words)
    return len(words) + sum(char >= FIRST_WIDE for char in words)


def style_of(column: GridColumn) -> str:
    """Return the class of a column's cells: numbers to the right, times with even digits."""
    if column.kind == "number":
        return "num"
    return "date" if column.kind in ("day", "instant") else ""
