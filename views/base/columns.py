"""What a grid knows of a column: label, kind, what is filtered, sorted and shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Literal, cast

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Date,
    Index,
    Numeric,
    String,
    Table,
    UniqueConstraint,
    case,
    func,
    literal,
    select,
)
from sqlalchemy import cast as cast_to
from sqlalchemy import inspect as inspect_mapping
from sqlalchemy.orm import Mapper, RelationshipDirection, aliased
from sqlalchemy.sql.visitors import iterate

from models.accounts.names import AccountName
from models.accounts.tables import UserAccount
from models.base.columns import Meta, meta
from models.base.orm import Base
from models.base.spelling import PINYIN, SPELLED
from models.base.types import Instant
from models.text import Label
from views.base import wording

Kind = Literal["text", "number", "boolean", "day", "instant", "choice", "code", "ref", "json"]


@dataclass(frozen=True)
class Computed:
    """A column that the database computes: shown and filtered, never sorted or saved.

    ``link`` is an address seen from the list, in which ``{}`` stands for the value, and ``linked``
    what the link says of it.
    ``served`` selects the rows of some values by an index, where the expression could not.
    ``several`` codes of one character may stand in a row's value.
    """

    label: Label
    expression: Callable[[Any], Any]
    choices: Mapping[str, Label] | None = None
    tones: Mapping[str, str] | None = None
    served: Callable[[Any, Sequence[str]], ColumnElement[bool]] | None = None
    link: str = ""
    linked: Label | None = None
    several: bool = False


@dataclass(frozen=True, eq=False)
class GridColumn:
    """One column of a grid.

    ``name`` stands in the address, ``key`` is the mapped attribute behind it (``org``, ``org_id``).
    ``expression`` is filtered; ``shown`` is selected: for a reference the other record's title.
    """

    name: str
    key: str
    label: Label
    kind: Kind
    expression: Any
    shown: Any
    meta: Meta
    target: type[Base] | None = None
    target_key: str = "id"
    nullable: bool = True
    indexed: bool = False
    order: Any = None  # what sorting compares; None: not sortable
    number: bool = False  # values are integers in the database, whatever the kind
    sounds: tuple[Any, ...] = ()  # of a person's name: pinyin and initials
    served: Callable[[Sequence[str]], ColumnElement[bool]] | None = None
    link: str = ""
    linked: Label | None = None
    sources: tuple[str, ...] = ()  # the mapped columns whose field rights it follows
    untitled: Any = None  # of a reference: the bare key, for who may not read titles
    is_locked: bool = False  # never told in full to this reader
    several: bool = False  # a value is a row of codes of one character

    @property
    def sensitive(self) -> bool:
        """Say whether it holds personal data: masked, matched exactly, never sorted (reading 6)."""
        return self.meta.sensitive is not None

    @property
    def secret(self) -> bool:
        """Say whether the column is never shown to anybody."""
        return self.meta.sensitive == "secret"


def resolve(model: type[Base], computed: Mapping[str, Computed], name: str) -> GridColumn:
    """Return a column by name: computed, mapped, or what a reference points to (``org``: org_id).

    :raises LookupError: when the class has no such column.
    """
    if name in computed:
        return _computed(model, computed[name], name)
    mapper: Mapper[Any] = inspect_mapping(model)
    relation = mapper.relationships.get(name)
    if relation is not None and relation.direction is RelationshipDirection.MANYTOONE:
        column = next(iter(relation.local_columns))
        return _mapped(model, mapper.get_property_by_column(column).key, name)
    for key in (name, f"{name}_id", f"{name}_code"):
        if key in mapper.columns and (key == name or mapper.columns[key].foreign_keys):
            return _mapped(model, key, name)
    raise LookupError(f"{model.__name__} has no column {name}")


def _computed(model: type[Base], declared: Computed, name: str) -> GridColumn:
    expression = declared.expression(model)
    kind: Kind = "choice" if declared.choices else "text"
    declaration = Meta(declared.label, choices=declared.choices, tones=declared.tones)
    column = GridColumn(
        name,
        name,
        declared.label,
        kind,
        expression,
        expression,
        declaration,
        served=partial(declared.served, model) if declared.served else None,
        sources=_columns_in(model, expression),
    )
    return replace(column, link=declared.link, linked=declared.linked, several=declared.several)


def _columns_in(model: type[Base], expression: Any) -> tuple[str, ...]:
    """Return the names of the class's own columns that an expression reads."""
    parts = (each for each in iterate(expression) if isinstance(each, Column))
    mine = {each.key for each in parts if getattr(each.table, "name", "") == model.__tablename__}
    return tuple(sorted(mine))


def _mapped(model: type[Base], key: str, name: str) -> GridColumn:
    attribute = getattr(model, key)
    column: Column[Any] = inspect_mapping(model).columns[key]
    declared = meta(column)
    target, shown, target_key, bare = _title(model, attribute, column)
    found = GridColumn(
        name=name,
        key=key,
        label=declared.label,
        kind=_kind(column, declared),
        expression=attribute,
        shown=shown,
        meta=declared,
        target=target,
        target_key=target_key,
        nullable=bool(column.nullable),
        indexed=column in leading_columns(model),
        order=_order(model, column, declared),
        number=column.type.python_type is int,
        sounds=tuple(getattr(model, key + s) for s in SPELLED) if declared.search == "name" else (),
        sources=(key,),
        untitled=bare,
    )
    return found if column.foreign_keys else _named(model, found)


def _named(model: type[Base], column: GridColumn) -> GridColumn:
    """Return a column with the words of what it names; an act or state with whose it is."""
    if column.meta.names == "record":
        whose = func.coalesce(model.entity, "")  # type: ignore[attr-defined]  # goes with the text
        return replace(column, shown=whose + literal(":") + column.expression)
    words = wording.vocabulary(model, column.meta.names)
    if words is None:
        return column
    said = replace(column.meta, choices=words.labels, tones=words.tones)
    if not words.within:
        return replace(column, kind="choice", meta=said)
    value = getattr(model, words.within) + literal(":") + column.expression
    if words.free:
        is_free = column.expression.in_(sorted(words.free))
        value = case((is_free, column.expression), else_=value)
    return replace(
        column, kind="choice", meta=said, expression=value, shown=value, order=None, indexed=False
    )


def _kind(column: Column[Any], declared: Meta) -> Kind:
    if column.foreign_keys and not column.primary_key:
        return "ref"
    if declared.choices:
        return "choice"
    if declared.code_set:
        return "code"
    return _kind_of_type(column)


def _kind_of_type(column: Column[Any]) -> Kind:
    if isinstance(column.type, Instant):
        return "instant"
    if isinstance(column.type, Date):
        return "day"
    if isinstance(column.type, Boolean):
        return "boolean"
    python = column.type.python_type
    if python is int or isinstance(column.type, Numeric):
        return "number"
    return "text" if python is str else "json"


def _order(model: type[Base], column: Column[Any], declared: Meta) -> Any:
    """Return what sorting by a column compares (names by their pinyin); None: not sortable."""
    if declared.sensitive or declared.long or column.foreign_keys:
        return None
    if _kind_of_type(column) == "json":
        return None
    if column.nullable and column not in leading_columns(model):
        return None
    mapper: Mapper[Any] = inspect_mapping(model)
    key = mapper.get_property_by_column(column).key
    return getattr(model, key + PINYIN if declared.search == "name" else key)


def _title(
    model: type[Base], attribute: Any, column: Column[Any]
) -> tuple[type[Base] | None, Any, str, Any]:
    """Return class, title, key and bare key of what a reference points to; else the column
    itself.

    The title is a correlated subquery: the session adapts its scope to an alias there, but not in
    the ON clause of a join (SQLAlchemy 2.1.9), and a look-up by key costs the same. An account is
    shown by its name alone, whatever office it is of.
    """
    if not column.foreign_keys or column.primary_key:
        return None, attribute, "id", None
    referred = next(iter(column.foreign_keys)).column
    target = class_of(referred.table)
    named: Any = AccountName if target is UserAccount else target
    alias = aliased(named, name=f"of_{column.key}")
    target_key = inspect_mapping(target).get_property_by_column(referred).key
    title = getattr(alias, target.__title__) if named is target else alias.display_name
    found = select(cast_to(title, String))
    found = found.where(getattr(alias, target_key) == attribute).correlate(model)
    # Without a title, or out of the actor's scope, the bare key still tells one from another.
    bare = literal("#", String) + cast_to(attribute, String)
    # The name of an account is never withheld: who did something must not be a bare number.
    untitled = bare if named is target else None
    return target, func.coalesce(found.scalar_subquery(), bare), target_key, untitled


def class_of(table: Any) -> type[Base]:
    """Return the mapped class of a table."""
    for mapper in Base.registry.mappers:
        if mapper.local_table is table:
            found: type[Base] = mapper.class_
            return found
    raise LookupError(f"no mapped class for {table}")


def class_named(name: str | None) -> type[Base] | None:
    """Return the mapped class of a table's name, None for a name that is none."""
    table = Base.metadata.tables.get(name or "")
    return None if table is None else class_of(table)


def target_of(column: Column[Any]) -> tuple[type[Base], str]:
    """Return the mapped class that a foreign key points at, and the attribute that it holds."""
    key = next(iter(column.foreign_keys)).column
    target = class_of(key.table)
    return target, str(inspect_mapping(target).get_property_by_column(key).key)


def leading_columns(model: type[Base]) -> set[Column[Any]]:
    """Return the columns that an index starts with: searched without reading the whole table."""
    table = cast(Table, model.__table__)
    found: set[Column[Any]] = set(table.primary_key.columns)
    for index in table.indexes:
        found.update(_first(index))
    for constraint in table.constraints:
        if isinstance(constraint, UniqueConstraint):
            found.add(next(iter(constraint.columns)))
    return found


def _first(index: Index) -> list[Column[Any]]:
    first = index.expressions[0]
    return [first] if isinstance(first, Column) else []
