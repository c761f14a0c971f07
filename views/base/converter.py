"""From column to form field: one table of types, read at start-up; a column without a field stops
the start.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from flask_admin.contrib.sqla.form import AdminModelConverter
from flask_babel import get_locale
from flask_babel.speaklater import LazyString
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    DateTime,
    Float,
    Integer,
    Interval,
    Numeric,
    String,
    Uuid,
    inspect,
)
from typing_extensions import override
from wtforms.fields.core import UnboundField

from models.base.columns import Meta, meta
from models.base.orm import Base
from models.base.types import Instant
from models.text import Label
from views.base import choosing, fields, moments
from views.base.columns import resolve
from views.base.lookup import Lookup, LookupField
from views.base.personal import PersonalField

if TYPE_CHECKING:
    from views.base.record import RecordPages

#: The first type that fits decides; Float is no Numeric in SQLAlchemy 2.1, and neither may vanish.
TYPES: tuple[tuple[type[Any], type[fields.PanelField]], ...] = (
    (Boolean, fields.FlagField),
    (Instant, moments.InstantField),
    (DateTime, moments.InstantField),
    (Date, moments.DayField),
    (Integer, fields.WholeField),
    (Float, fields.NumberField),
    (Numeric, fields.NumberField),
    (Interval, moments.IntervalField),
    (Uuid, fields.UuidField),
    (JSON, fields.JsonField),
    (String, fields.LineField),
)

#: What a column means goes before its type; the first that fits decides.
KINDS: tuple[tuple[Callable[[Column[Any], Meta], Any], type[fields.PanelField]], ...] = (
    (lambda column, _info: column.foreign_keys, LookupField),
    (lambda _column, info: info.choices, choosing.ChoiceField),
    (lambda _column, info: info.code_set, choosing.CodeField),
    (lambda _column, info: info.sensitive, PersonalField),
    (lambda column, _info: column.nullable and _is(column, Boolean), choosing.YesNoField),
    (lambda column, info: info.day and _is(column, Instant), moments.WindowField),
    (lambda column, info: info.long and _is(column, String), fields.ParagraphField),
)


def _is(column: Column[Any], type_: type[Any]) -> bool:
    return isinstance(column.type, type_)


def lazy(label: Label) -> LazyString:
    """Return a label that is read in the language of the request that shows it."""
    return LazyString(lambda: label.get(str(get_locale())))


def may_stand_in_form(column: Column[Any]) -> bool:
    """Say whether any form at all may hold a column: never what the engine, the session or nobody
    may set.
    """
    info = meta(column)
    return not (info.machine or info.system or info.sensitive == "secret" or column.primary_key)


def field_class(column: Column[Any], info: Meta) -> type[fields.PanelField]:
    """Return the field that fits a column.

    :raises TypeError: when none does; Flask-Admin would drop such a column silently.
    """
    for fits, field in KINDS:
        if fits(column, info):
            return field
    for type_, field in TYPES:
        if isinstance(column.type, type_):
            return field
    raise TypeError(f"{column}: no form field for {column.type!r}")


class PanelConverter(AdminModelConverter):
    """Flask-Admin's hook: asked for each property of a class, answers with our fields."""

    @override
    def convert(
        self,
        model: Any,
        mapper: Any,
        name: str,
        prop: Any,
        field_args: Any,
        hidden_pk: bool,
    ) -> Any:
        column = mapper.columns.get(name)
        if column is None or name not in (self.view.form_columns or ()):
            return None
        return self.field(name, column) if may_stand_in_form(column) else None

    def field(
        self,
        name: str,
        column: Column[Any],
        kind: type[fields.PanelField] | None = None,
        lookup: Lookup | None = None,
    ) -> UnboundField[Any]:
        """Return the unbound field of a column, of another ``kind`` or with another ``lookup`` if
        wanted.
        """
        info = meta(column)
        options: dict[str, Any] = {"column": column, "info": info, "label": lazy(info.label)}
        if info.help:
            options["description"] = lazy(info.help)
        if (default := fields.scalar_default(column)) is not None:
            options["default"] = default
        kind = kind or field_class(column, info)
        if kind is LookupField:
            view = cast("RecordPages[Any]", self.view)
            options["lookup"] = lookup or Lookup(view, name, column)
        return kind(**options)  # WTForms makes an unbound field here


def form_names(model: type[Base], declared: str) -> tuple[str, ...]:
    """Return the columns of a form in their order: those declared, or all that may stand in one.

    :raises LookupError: when a declared column does not exist or may not stand in a form.
    """
    columns = inspect(model).columns
    if not declared:
        return tuple(name for name, column in columns.items() if may_stand_in_form(column))
    names = tuple(resolve(model, {}, name).key for name in declared.split())
    for name in names:
        if not may_stand_in_form(columns[name]):
            raise LookupError(f"{model.__name__}.{name} may not stand in a form")
    return names
