"""The column vocabulary: each call makes a mapped column with label, choices and sensitivity.

Everything that list, form, filter, import and export need to know about a column stands in its
``info["meta"]`` as a :class:`Meta`, so that the grid is derived and nothing is said twice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any, Literal

from sqlalchemy import (
    Boolean,
    Date,
    ForeignKey,
    Integer,
    LargeBinary,
    Numeric,
    SmallInteger,
    String,
    Text,
)
from sqlalchemy.orm import MappedColumn, mapped_column

from models.base.choices import Choice
from models.base.types import Instant, Json
from models.text import Label

#: How a personal value is masked where the role may not see it; ``secret`` is never shown,
#: ``text`` is what a role's field right masks.
Sensitivity = Literal["id_no", "mobile", "secret", "address", "email", "text"]
#: What a column holds that the program itself names; the views know the words. Acts and states are
#: those of the machine in the row's column ``machine`` (or of the table in ``entity``).
Names = Literal["table", "machine", "act", "state", "role", "event", "record", "changes"]
#: How the search box matches the column: whole value, beginning of the value, or beginning of a
#: person's name by characters, pinyin or initials (:mod:`models.base.spelling`).
Search = Literal["exact", "prefix", "name"]
#: Spells a value in the one way in which it is stored and looked up.
Spelling = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Meta:
    """What the panel knows of a column beyond its SQL type."""

    label: Label
    choices: Mapping[str, Label] | None = None
    tones: Mapping[str, str] | None = None
    code_set: str | None = None
    sensitive: Sensitivity | None = None
    search: Search | None = None
    machine: bool = False  # moved by the state engine only; never in a form
    system: bool = False  # kept by the session (version, created_at, …); never in a form
    long: bool = False  # a paragraph rather than a line
    day: Literal["start", "end"] | None = (
        None  # an instant typed as a day: its start, or its half-open end
    )
    help: Label | None = None
    names: Names | None = None
    spelled: Spelling | None = None


#: What a column may declare besides its label, which every one has, and its closed set.
DECLARED = tuple(f for f in fields(Meta) if f.name not in ("label", "choices", "tones"))


def meta(column: Any) -> Meta:
    """Return the declaration of a mapped column; a column without one is a programming error."""
    found: Meta = column.info["meta"]
    return found


def _column(type_: Any, args: tuple[Any, ...], meta_: Meta, **options: Any) -> MappedColumn[Any]:
    comment = options.pop("comment", None) or f"{meta_.label.en}."
    null = options.pop("null", False)
    # Without active history a value set on an expired row has no "before": the check on writes
    # would not see whose the row was, and the trail not what it said.
    options.setdefault("active_history", True)
    return mapped_column(
        type_, *args, nullable=null, comment=comment, info={"meta": meta_}, **options
    )


def _split(options: dict[str, Any]) -> dict[str, Any]:
    return {field.name: options.pop(field.name) for field in DECLARED if field.name in options}


def _label(zh: str, en: str, options: dict[str, Any]) -> Meta:
    return Meta(Label(zh, en), **_split(options))


def string(
    length: int, zh: str, en: str, *, ascii_order: bool = False, **options: Any
) -> MappedColumn[Any]:
    """A line of text of at most ``length`` characters.

    ``ascii_order`` compares by code point on PostgreSQL too, in any locale: for prefix ranges.
    """
    type_ = String(length)
    if ascii_order:
        type_ = type_.with_variant(String(length, collation="C"), "postgresql")
    return _column(type_, (), _label(zh, en, options), **options)


def paragraph(zh: str, en: str, length: int | None = None, **options: Any) -> MappedColumn[Any]:
    """A text of several lines, bounded by ``length`` characters if given."""
    options["long"] = True
    return _column(String(length) if length else Text(), (), _label(zh, en, options), **options)


def choice(set_: type[Choice], zh: str, en: str, **options: Any) -> MappedColumn[Any]:
    """A value of a closed set, held by a CHECK that the base adds."""
    split = _split(options)
    meta_ = Meta(Label(zh, en), choices=set_.labels(), tones=set_.tones(), **split)
    return _column(String(32), (), meta_, **options)


def national(
    codes: Mapping[str, Label], zh: str, en: str, *, number: bool = False, **options: Any
) -> MappedColumn[Any]:
    """A national code: a short string, or a small integer with ``number=True``; held by a CHECK."""
    meta_ = Meta(Label(zh, en), choices=dict(codes), **_split(options))
    return _column(SmallInteger() if number else String(2), (), meta_, **options)


def code(set_code: str, zh: str, en: str, length: int = 20, **options: Any) -> MappedColumn[Any]:
    """A code of an open set kept in ``code_item``; rules judge membership, not a foreign key."""
    options["code_set"] = set_code
    return string(length, zh, en, **options)


def integer(zh: str, en: str, *, small: bool = False, **options: Any) -> MappedColumn[Any]:
    """A whole number."""
    return _column(SmallInteger() if small else Integer(), (), _label(zh, en, options), **options)


def decimal(digits: int, places: int, zh: str, en: str, **options: Any) -> MappedColumn[Any]:
    """An exact decimal number."""
    type_: Numeric[Decimal] = Numeric(digits, places)
    return _column(type_, (), _label(zh, en, options), **options)


def boolean(zh: str, en: str, **options: Any) -> MappedColumn[Any]:
    """A claim that is true or false; false unless said otherwise."""
    options.setdefault("default", False)
    return _column(Boolean(), (), _label(zh, en, options), **options)


def day(zh: str, en: str, **options: Any) -> MappedColumn[Any]:
    """A calendar day."""
    return _column(Date(), (), _label(zh, en, options), **options)


def instant(
    zh: str, en: str, *, typed: Literal["start", "end"] | None = None, **options: Any
) -> MappedColumn[Any]:
    """An instant. ``typed`` says how a bare day is read: as its start or as its half-open end."""
    options["day"] = typed
    return _column(Instant(), (), _label(zh, en, options), **options)


def json(zh: str, en: str, **options: Any) -> MappedColumn[Any]:
    """A small structured value."""
    return _column(Json, (), _label(zh, en, options), **options)


def binary(zh: str, en: str, **options: Any) -> MappedColumn[Any]:
    """The bytes of a file."""
    return _column(LargeBinary(), (), _label(zh, en, options), **options)


def ref(
    target: str, zh: str, en: str, *, ondelete: str = "RESTRICT", type_: Any = None, **options: Any
) -> MappedColumn[Any]:
    """A reference to ``table.column``; deletion of the target is refused unless said otherwise."""
    options.setdefault("index", True)
    key = ForeignKey(target, ondelete=ondelete)
    return _column(type_ or Integer(), (key,), _label(zh, en, options), **options)
