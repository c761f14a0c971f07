"""A record's values and its title as a person reads them: labels for codes, names for keys,
Shanghai time, masks.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Column, Date, inspect, select

from models import clock
from models.accounts.names import AccountName
from models.accounts.tables import UserAccount
from models.base.columns import Meta, meta
from models.base.orm import Base
from models.base.types import Instant
from models.text import Label
from views.base import rights, wording
from views.base.choosing import code_label
from views.base.columns import class_named, target_of
from views.base.masks import masked
from views.base.request import session, text

#: Finds the address of a record's page, None where the actor has none.
PageOf = Callable[[type[Base], int], str | None]


@dataclass(frozen=True, slots=True)
class Shown:
    """One label and value of a record. ``hidden`` says that a mask stands for the value, which a
    purpose may lift unless ``locked``.
    """

    name: str
    label: Label
    text: str
    tone: str | None = None
    url: str | None = None
    hidden: bool = False
    wide: bool = False
    changes: tuple[Any, ...] = ()  # of a row of the trail
    locked: bool = False


def value_text(column: Column[Any], value: Any) -> str:
    """Return a value of a column in words, unmasked: personal data must have been judged before."""
    info = meta(column)
    if value is None:
        return ""
    if info.choices:
        label = info.choices.get(str(value))
        return str(text(label)) if label else str(value)
    if info.code_set:
        return code_label(info.code_set, str(value))
    return plain_text(value, info)


def plain_text(value: Any, info: Meta) -> str:
    """Return a value that is neither code nor key as text."""
    if isinstance(value, bool):
        return str(_("Yes") if value else _("No"))
    if isinstance(value, datetime):
        return instant_text(value, info)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True)
    return str(value)


def instant_text(value: datetime, info: Meta) -> str:
    """Return Shanghai time; the half-open end of a window reads as 24:00 of its last day."""
    if info.day == "end" and (day := clock.whole_day(value, ends=True)):
        return f"{day.isoformat()} 24:00"
    return value.astimezone(clock.SHANGHAI).strftime("%Y-%m-%d %H:%M")


def account_names(ids: Iterable[int | None]) -> dict[int | None, str]:
    """Return display names of accounts, of other offices too: who did something must not be a bare
    number. Read once per session.
    """
    known: dict[int | None, str] = session().info.setdefault("account_names", {})
    missing = {id_ for id_ in ids if id_ is not None} - known.keys()
    if missing:
        wanted = select(AccountName).where(AccountName.id.in_(missing))
        known |= dict.fromkeys(missing, "")
        known |= {found.id: found.display_name for found in session().scalars(wanted)}
    return known


def referred(column: Column[Any], value: Any) -> Base | None:
    """Return the record that a key points at, if the actor may see it."""
    if value is None:
        return None
    target, key = target_of(column)
    found: Base | None
    if key == "id" and str(value).isascii() and str(value).isdigit():
        found = session().get(target, int(value))  # what is loaded already costs no statement
    else:
        found = session().scalar(select(target).where(getattr(target, key) == value))
    return found


def reference_text(column: Column[Any], value: Any, found: Base | None) -> str:
    """Return what stands for a key: the record's title, an account's name, else the key."""
    if target_of(column)[0] is UserAccount and isinstance(value, int):
        return account_names([value])[value] or f"#{value}"
    return title_of(found) if found is not None else f"#{value}"


def stored_text(column: Column[Any], value: Any) -> str:
    """Return a value as it was logged, in words; what was masked there stays masked, and so is
    what the reader may not see in full.
    """
    info = meta(column)
    if value is None or info.sensitive:
        return "" if value is None else str(value)
    model = class_named(column.table.name)
    if model is not None and not rights.is_open(model, column.key):
        return masked("text", value)
    words = wording.vocabulary(model, info.names)
    if words is not None and not words.within:
        return str(text(words.labels.get(str(value), str(value))))
    value = revived(column, value)
    if column.foreign_keys:
        is_account = target_of(column)[0] is UserAccount  # known by name, whatever the scope
        return reference_text(column, value, None if is_account else referred(column, value))
    return value_text(column, value)


def load_told(told: Iterable[tuple[type[Base], Mapping[str, Any]]]) -> None:
    """Read what logged changes refer to by one statement per table, and keep it with the session.

    ``told`` are the changes of records with their classes.
    """
    wanted: dict[type[Base], set[int]] = {}
    for model, changes in told:
        columns = inspect(model).columns
        for name in changes.keys() & columns.keys():
            if columns[name].foreign_keys and not columns[name].primary_key:
                target, key = target_of(columns[name])
                values = changes[name] if isinstance(changes[name], list) and key == "id" else ()
                wanted.setdefault(target, set()).update(v for v in values if isinstance(v, int))
    account_names(wanted.pop(UserAccount, set()))
    held: list[Base] = session().info.setdefault("referred", [])
    for target, ids in wanted.items():
        if ids:
            held += session().scalars(select(target).where(target.id.in_(ids)))


def revived(column: Column[Any], value: Any) -> Any:
    """Return an instant or day from its ISO text; anything else as it is."""
    try:
        if isinstance(column.type, Instant):
            return datetime.fromisoformat(value)
        if isinstance(column.type, Date):
            return date.fromisoformat(value)
    except (TypeError, ValueError):
        return value
    return value


def title_of(record: Base) -> str:
    """Return the text by which a person knows a record, in words where its title is a code; its
    bare number where the reader may not know what it is called.
    """
    if not rights.is_named(type(record)):
        return f"#{record.id}"
    column = inspect(type(record)).columns.get(record.__title__)
    value = getattr(record, record.__title__)
    has_own = type(record).caption is not Base.caption
    if has_own or column is None or value is None or meta(column).sensitive:
        return record.caption()
    named = _named(record, column, value)
    return named[0] if named else stored_text(column, value)


def record_text(entity: str | None, title: str) -> str:
    """Return the title that the trail keeps of a record, in words where it is a code."""
    model = class_named(entity)
    column = inspect(model).columns.get(model.__title__) if model else None
    if column is None or model is None:
        return title
    if not rights.is_named(model):
        return ""
    info = meta(column)
    return stored_text(column, title) if info.choices or info.code_set or info.names else title


def _named(record: Base, column: Column[Any], value: Any) -> tuple[str, str | None] | None:
    """Return text and tone of what the program names; None for any other column."""
    names = meta(column).names
    if value is None or names is None:
        return None
    if names == "event":
        return str(text(wording.event_label(value))), None
    if names == "record":
        return record_text(getattr(record, "entity", None), value), None
    words = wording.vocabulary(type(record), names)
    if words is None:
        return None
    key = words.key(record, value)
    return str(text(words.labels.get(key, value))), (words.tones or {}).get(key)


def show(record: Base, name: str, revealed: bool, page_of: PageOf) -> Shown:
    """Return one value of a record, masked unless it was revealed."""
    column = inspect(type(record)).columns[name]
    info, value = meta(column), getattr(record, name)
    locked = not rights.is_open(type(record), name)
    if locked or (info.sensitive and not revealed):
        mask = masked(info.sensitive or "text", value)
        return Shown(name, info.label, mask, hidden=bool(mask), locked=locked)
    if column.foreign_keys and not column.primary_key:
        return _reference(name, column, value, page_of)
    named = _named(record, column, value)
    if named is not None:
        return Shown(name, info.label, named[0], tone=named[1])
    tone = (info.tones or {}).get(str(value)) if value is not None else None
    wide = info.long or isinstance(value, dict | list)
    return Shown(name, info.label, value_text(column, value), tone=tone, wide=wide)


def _reference(name: str, column: Column[Any], value: Any, page_of: PageOf) -> Shown:
    label = meta(column).label
    if value is None:
        return Shown(name, label, "")
    found = referred(column, value)
    url = page_of(type(found), found.id) if found is not None else None
    return Shown(name, label, reference_text(column, value, found), url=url)


def load_referred(records: Sequence[Base], names: Iterable[str]) -> None:
    """Read what many records refer to by one statement per key, and keep it with the session."""
    held: list[Base] = session().info.setdefault("referred", [])
    for name in names:
        column = inspect(type(records[0])).columns[name] if records else None
        if column is None or not column.foreign_keys or column.primary_key:
            continue
        target, key = target_of(column)
        keys = {getattr(each, name) for each in records} - {None}
        if keys and target is UserAccount:
            account_names(keys)
        if keys and key == "id":
            held += session().scalars(select(target).where(target.id.in_(keys)))


def show_all(record: Base, names: Iterable[str], revealed: bool, page_of: PageOf) -> list[Shown]:
    """Return values in the order of their names; what is hidden from the reader is left out."""
    wanted = [name for name in names if rights.is_shown(type(record), name)]
    return [show(record, name, revealed, page_of) for name in wanted]


def whole_of(record: Any) -> Any:
    """Return the record that this one is a part of, None for one that stands alone or out
    of reach.
    """
    name = type(record).__part_of__
    if name is None:
        return None
    return referred(inspect(type(record)).columns[name], getattr(record, name))
