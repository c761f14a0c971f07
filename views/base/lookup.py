"""Foreign keys as look-ups: which records may be chosen, how they are found, and the field that
holds one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from flask_babel import gettext as _
from sqlalchemy import Column, ColumnElement, Select, String, false, inspect, or_, select
from typing_extensions import override

from models.base.columns import meta
from models.base.orm import Base
from models.base.spelling import half_width
from models.text import Message, msg
from views.base import widgets
from views.base.access import may_look_up
from views.base.columns import target_of
from views.base.fields import PanelField
from views.base.request import actor, session, translate
from views.base.rights import is_open
from views.base.shown import title_of
from views.base.spelled import spelled_ids
from views.base.trees import parent_of, paths, with_lower

if TYPE_CHECKING:
    from views.base.looking_up import LookingUp

#: So many records stand in the select itself; where there are more, they are searched.
IN_SELECT = 50
MOST_FOUND = 20
#: A branch is shown whole: the counties of a prefecture, the sites of an authority.
MOST_IN_BRANCH = 60


class Lookup:
    """The records that one foreign key may hold, in the actor's scope and the grid's own limits."""

    def __init__(self, view: LookingUp[Any], name: str, column: Column[Any]) -> None:
        self.view = view
        self.name = name
        self.column = column
        self.target, self.key = target_of(column)

    def statement(self, record: Any = None) -> Select[Any]:
        """Return the select of what may be chosen for a record, or for a new one: nothing by whom
        the target's own list is closed to.
        """
        wanted = select(self.target)
        if not may_look_up(actor(), self.target):
            return wanted.where(false())
        for flag, value in (("enabled", True), ("is_deleted", False)):
            if flag in inspect(self.target).columns:
                wanted = wanted.where(getattr(self.target, flag).is_(value))
        return wanted.where(*self.criteria(record))

    def criteria(self, record: Any) -> Sequence[ColumnElement[bool]]:
        """Return what limits the choices beyond the actor's scope."""
        return self.view.lookup_criteria(self.name, self.target, record)

    def url(self, record: Any) -> str:
        """Return the address that searches the choices."""
        return self.view.lookup_url(self.name, record)

    def first(self, record: Any, limit: int) -> list[tuple[str, str]]:
        """Return the first choices as (key, text)."""
        return self._choices(self.statement(record), limit)

    def search(self, text: str, record: Any, limit: int = MOST_FOUND) -> list[tuple[str, str]]:
        """Return the choices that a text names: by its beginning, in characters or in
        letters, or exactly by number or code.
        """
        text = half_width(text).strip()
        wanted = self.statement(record)
        return self._choices(wanted.where(self._named(text, wanted)) if text else wanted, limit)

    def found(self, text: str, record: Any, under: str = "") -> list[dict[str, Any]]:
        """Return what a text names, as the script of the search box takes it.

        Of a tree, ``under`` asks for what hangs below a record; without either come its roots,
        each record with its path and whether there is more below it.
        """
        parent = parent_of(self.target)
        if parent is None:
            return [{"id": key, "text": name} for key, name in self.search(text, record)]
        rows = self._of_tree(half_width(text).strip(), record, under, getattr(self.target, parent))
        above = paths(session(), rows, self.key)
        deep = with_lower(session(), rows, self.key)
        return [
            {"id": str(key), "text": choice_text(row), "path": above[key], "deep": key in deep}
            for row in rows
            for key in [getattr(row, self.key)]
        ]

    def _of_tree(self, text: str, record: Any, under: str, parent: Any) -> Sequence[Any]:
        wanted = self.statement(record)
        if under:
            key = cast_key(inspect(self.target).columns[self.key], under)
            return self._rows(wanted.where(parent == key) if key is not None else wanted)
        if text:
            return self._rows(wanted.where(self._named(text, wanted)))
        return self._rows(wanted.where(parent.is_(None))) or self._rows(wanted)

    def _rows(self, wanted: Select[Any]) -> Sequence[Any]:
        return session().scalars(wanted.order_by(*self._order()).limit(MOST_IN_BRANCH)).all()

    def find(self, key: str, record: Any) -> Any:
        """Return the record with this key if it may be chosen, else None."""
        value = cast_key(inspect(self.target).columns[self.key], key)
        if value is None:
            return None
        wanted = self.statement(record).where(getattr(self.target, self.key) == value)
        return session().scalar(wanted)

    def why_not(self, key: str, record: Any) -> Message:
        """Return why the record with this key may not be chosen, as far as the grid can say."""
        value = cast_key(inspect(self.target).columns[self.key], key)
        why_not = None if value is None else self.view.why_not_chosen(self.name, value, record)
        return why_not or msg("There is no such record that you may choose.")

    def only(self, text: str, record: Any) -> str | None:
        """Return the key of the one record that a typed code, number or whole name means; else
        None.
        """
        text = half_width(text).strip()
        if not text:
            return None
        found = self._choices(self.statement(record).where(self._exactly(text)), 2)
        return found[0][0] if len(found) == 1 else None

    def label(self, key: Any) -> str:
        """Return the text of the record that is stored, within the actor's scope; else its bare
        key.
        """
        wanted = select(self.target).where(getattr(self.target, self.key) == key)
        found = session().scalar(wanted)
        return choice_text(found) if found is not None else f"#{key}"

    def path(self, key: Any) -> str:
        """Return what the record that is stored hangs below, empty for what is no tree."""
        if parent_of(self.target) is None:
            return ""
        wanted = select(self.target).where(getattr(self.target, self.key) == key)
        return next(iter(paths(session(), session().scalars(wanted).all(), self.key).values()), "")

    def _choices(self, wanted: Select[Any], limit: int) -> list[tuple[str, str]]:
        rows = session().scalars(wanted.order_by(*self._order()).limit(limit))
        return [(str(getattr(row, self.key)), choice_text(row)) for row in rows]

    def _order(self) -> list[Any]:
        columns = inspect(self.target).columns
        names = [name for name in ("sort", self._title, "id") if name in columns]
        return [getattr(self.target, name) for name in names]

    @property
    def _title(self) -> str:
        return str(self.target.__title__)

    def _texts(self) -> list[Any]:
        """Return the attributes that a person may search by: title, codes and names, never personal
        data.
        """
        return [
            getattr(self.target, name)
            for name, column in inspect(self.target).columns.items()
            if isinstance(column.type, String)
            and not meta(column).sensitive
            and is_open(self.target, name)
            and (name in (self._title, "code") or meta(column).search)
        ]

    def _named(self, text: str, wanted: Select[Any]) -> ColumnElement[bool]:
        texts = self._texts()
        begins = [column.startswith(text, autoescape=True) for column in texts]
        if self._title in {column.key for column in texts}:
            ids = spelled_ids(wanted, self.target, self._title, text)
            begins += [self.target.id.in_(ids)] if ids else []
        return or_(false(), *begins, self._exactly(text))

    def _exactly(self, text: str) -> ColumnElement[bool]:
        number = cast_key(inspect(self.target).columns["id"], text)
        same = [column == text for column in self._texts()]
        return or_(false(), *same, *([self.target.id == number] if number is not None else []))


class FilterLookup(Lookup):
    """The records that a condition may name: whatever the actor may look up, in use or not."""

    @override
    def statement(self, record: Any = None) -> Select[Any]:
        wanted = select(self.target)
        return wanted if may_look_up(actor(), self.target) else wanted.where(false())


def cast_key(column: Column[Any], text: str) -> Any:
    """Return a typed key as its column holds it, None where it cannot be one."""
    if isinstance(column.type, String):
        return text if 0 < len(text) <= (column.type.length or 200) and "\0" not in text else None
    if not re.fullmatch(r"[0-9]{1,10}", text):
        return None
    return int(text) if int(text) <= 2147483647 else None


def choice_text(record: Base) -> str:
    """Return a record's name, after its code where it has one that people know."""
    code = getattr(record, "code", None)
    title = title_of(record)
    return f"{title} ({code})" if code and str(code) != title else title


class LookupField(PanelField):
    """One record of another table: a select of all where there are few, of the stored one where
    there are many.
    """

    widget = widgets.LookupSelect()
    looks_like = "SelectField"

    def __init__(self, *args: Any, lookup: Lookup, **kwargs: Any) -> None:
        self.lookup = lookup
        self.record = getattr(kwargs.get("_form"), "_obj", None)
        self.key_typed = ""
        self._first: list[tuple[str, str]] | None = None
        super().__init__(*args, **kwargs)

    def first(self) -> list[tuple[str, str]]:
        """Return the first choices, one more than the select takes if there are more."""
        if self._first is None:
            self._first = self.lookup.first(self.record, IN_SELECT + 1)
        return self._first

    @property
    def partial(self) -> bool:
        """Whether there are more records than stand in the select."""
        return len(self.first()) > IN_SELECT

    @override
    def attributes(self) -> dict[str, Any]:
        told = {"data-lookup": self.lookup.url(self.record)}
        path = "" if self.data is None else self.lookup.path(self.data)
        return told | {"data-path": path} if path else told

    def key_label(self) -> str:
        """Return what the input beside the select asks for."""
        return str(_("or type its code, number or whole name"))

    def options(self) -> Iterable[tuple[str, str]]:
        """Return the empty option, the stored and the chosen record, and the others where there
        are few; what was refused is no option.
        """
        listed = [] if self.partial else self.first()
        yield "", "—"
        for key in dict.fromkeys((self.object_data, self.data)):
            if key is not None and str(key) not in dict(listed):
                yield str(key), self.lookup.label(key)
        yield from listed

    @override
    def shown(self, value: Any) -> str:
        return "" if value is None else self.lookup.label(value)

    @override
    def process(self, formdata: Any, *args: Any, **kwargs: Any) -> None:
        self.key_typed = (formdata.get(f"{self.name}__key", "") if formdata else "").strip()
        super().process(formdata, *args, **kwargs)

    @override
    def process_formdata(self, valuelist: list[str]) -> None:
        if self.key_typed:
            meant = self.lookup.only(self.key_typed, self.record)
            if meant is None:
                raise ValueError(_("No single record has this code, number or name."))
            self.raw_data = valuelist = [meant]
        super().process_formdata(valuelist)

    @override
    def parse(self, typed: str) -> Any:
        found = self.lookup.find(typed, self.record)
        if found is None:
            raise ValueError(translate(self.lookup.why_not(typed, self.record)))
        return getattr(found, self.lookup.key)
