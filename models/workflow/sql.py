"""The few SQL constructs that differ between the databases, and typed values for the rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Date,
    Executable,
    FromClause,
    Integer,
    Join,
    Numeric,
    ScalarSelect,
    String,
    Table,
    cast,
    func,
    literal,
    literal_column,
    null,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from models.base.types import Instant, Json


class BeforeImage(FunctionElement[Any]):
    """A JSON object of columns by name; instants and days are ISO strings."""

    name = "before_image"
    type = Json
    inherit_cache = True


@compiles(BeforeImage, "sqlite")
def _before_on_sqlite(element: BeforeImage, compiler: SQLCompiler, **kw: Any) -> str:
    return f"json_object({_pairs(element, compiler, _SQLITE, **kw)})"


@compiles(BeforeImage, "postgresql")
def _before_on_postgresql(element: BeforeImage, compiler: SQLCompiler, **kw: Any) -> str:
    return f"jsonb_build_object({_pairs(element, compiler, _POSTGRESQL, **kw)})"


_SQLITE = {
    Instant: "replace({0}, ' ', 'T') || '+00:00'",
    Boolean: "json(CASE {0} WHEN 1 THEN 'true' WHEN 0 THEN 'false' END)",
}
_POSTGRESQL = {
    Instant: "to_char({0} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"+00:00\"')",
    Date: "to_char({0}, 'YYYY-MM-DD')",
}


def _pairs(
    element: BeforeImage, compiler: SQLCompiler, forms: dict[type[Any], str], **kw: Any
) -> str:
    pairs = []
    for column in element.clauses:
        form = next((text for kind, text in forms.items() if isinstance(column.type, kind)), "{0}")
        pairs.append(f"'{column.key}', {form.format(compiler.process(column, **kw))}")
    return ", ".join(pairs)


class instant_of(FunctionElement[datetime]):  # noqa: N801 -- reads as a function
    """An instant out of its ISO text."""

    name = "instant_of"
    type = Instant()
    inherit_cache = True


@compiles(instant_of, "sqlite")
def _instant_on_sqlite(element: instant_of, compiler: SQLCompiler, **kw: Any) -> str:
    text = compiler.process(element.clauses, **kw)
    return f"replace(replace({text}, 'T', ' '), '+00:00', '')"


@compiles(instant_of, "postgresql")
def _instant_on_postgresql(element: instant_of, compiler: SQLCompiler, **kw: Any) -> str:
    return f"CAST({compiler.process(element.clauses, **kw)} AS TIMESTAMP WITH TIME ZONE)"


class day_of(FunctionElement[date]):  # noqa: N801 -- reads as a function
    """A calendar day out of its ISO text, which SQLite takes as it is."""

    name = "day_of"
    type = Date()
    inherit_cache = True


@compiles(day_of, "sqlite")
def _day_of_on_sqlite(element: day_of, compiler: SQLCompiler, **kw: Any) -> str:
    return compiler.process(element.clauses, **kw)


@compiles(day_of, "postgresql")
def _day_of_on_postgresql(element: day_of, compiler: SQLCompiler, **kw: Any) -> str:
    return f"CAST({compiler.process(element.clauses, **kw)} AS DATE)"


def kept(image: Any, column: Any) -> ColumnElement[Any]:
    """Return the value of a column out of a :class:`BeforeImage`, of the column's own type."""
    found = image[column.key]
    if isinstance(column.type, Boolean):
        return cast(found.as_boolean(), Boolean())
    if isinstance(column.type, Integer):
        return cast(found.as_integer(), column.type)
    if isinstance(column.type, Numeric):
        return cast(found.as_string(), column.type)
    text = found.as_string()
    if isinstance(column.type, Instant):
        return instant_of(text)
    return day_of(text) if isinstance(column.type, Date) else cast(text, column.type)


class shanghai_day(FunctionElement[str]):  # noqa: N801 -- reads as a function
    """The calendar day of an instant in Shanghai, as ISO text."""

    name = "shanghai_day"
    type = String()
    inherit_cache = True


@compiles(shanghai_day, "sqlite")
def _day_on_sqlite(element: shanghai_day, compiler: SQLCompiler, **kw: Any) -> str:
    return f"date({compiler.process(element.clauses, **kw)}, '+8 hours')"  # since 1992 always


@compiles(shanghai_day, "postgresql")
def _day_on_postgresql(element: shanghai_day, compiler: SQLCompiler, **kw: Any) -> str:
    instant = compiler.process(element.clauses, **kw)
    return f"to_char({instant} AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD')"


def value(of: Any, type_: Any) -> ColumnElement[Any]:
    """Return a typed value: PostgreSQL takes an untyped one for text."""
    return cast(null(), type_) if of is None else literal(of, type_)


def words(of: str | None) -> ColumnElement[str]:
    """Return a text value."""
    return value(of, String())


def number(of: int | None) -> ColumnElement[int]:
    """Return a whole number."""
    return value(of, Integer())


def instant(of: datetime | None) -> ColumnElement[datetime]:
    """Return an aware instant."""
    return value(of, Instant())


def digits(of: ColumnElement[int], width: int) -> ColumnElement[str]:
    """Write a whole number with leading zeros; ``width`` digits are enough for it.

    ``lpad`` is unknown to SQLite and ``printf`` to PostgreSQL, ``substr`` is known to both.
    """
    text = cast(literal(10**width, Integer()) + of, String())
    return func.substr(text, 2, width, type_=String())


@cache
def alias_of(table: Any, name: str) -> Any:
    """Return a plain alias of a table, always the same one.

    Copying a table's columns into a new alias costs more than running the statement: it was half
    of the time of a batch of one.
    """
    return table.alias(name)


def there_is(source: FromClause, *where: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return EXISTS over an alias, or a join of aliases; whatever else is named belongs outside."""
    inside: Any = select(literal_column("1")).select_from(source).where(*where)
    found: ColumnElement[bool] = inside.correlate_except(*_parts(source)).exists()
    return found


def of_row(column: ColumnElement[Any], *where: ColumnElement[bool]) -> ScalarSelect[Any]:
    """Return the one value of a column of another table's alias, such as a plan's year."""
    inside: Any = select(column).where(*where)
    found: ScalarSelect[Any] = inside.correlate_except(
        *inside.columns_clause_froms
    ).scalar_subquery()
    return found


def _parts(source: FromClause) -> list[FromClause]:
    if isinstance(source, Join):
        return [*_parts(source.left), *_parts(source.right)]
    return [source]


def _inserting(session: Session, table: Table, names: Sequence[str], rows: Any) -> Any:
    """Return an INSERT … SELECT with ON CONFLICT to come; SQLite wants a WHERE in ``rows``."""
    dialect = session.get_bind().dialect.name
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return insert(table).from_select(names, rows)


def insert_missing(session: Session, table: Table, names: Sequence[str], rows: Any) -> Executable:
    """Return an INSERT … SELECT that leaves out rows which a unique key knows already."""
    statement: Executable = _inserting(session, table, names, rows).on_conflict_do_nothing()
    return statement


def write_into(session: Session, table: Table, names: Sequence[str], rows: Any) -> Executable:
    """Return a statement that writes ``rows`` into the rows of the same primary key, which exist.

    An UPDATE … FROM that joins a table with itself depends on statistics: on rows just inserted
    PostgreSQL took a nested loop of all with all. Here every row is found by its key.
    """
    inserting = _inserting(session, table, names, rows)
    keys = [column.name for column in table.primary_key]
    written = {name: inserting.excluded[name] for name in names if name not in keys}
    statement: Executable = inserting.on_conflict_do_update(index_elements=keys, set_=written)
    return statement


def insert_or_take(
    session: Session,
    table: Table,
    row: Mapping[str, Any],
    keys: Sequence[str],
    free: ColumnElement[bool],
) -> Executable:
    """Return a statement that writes a row, over one of the same ``keys`` only where it is
    ``free``: its ``rowcount`` tells whether it did.
    """
    dialect = session.get_bind().dialect.name
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    written = {name: value for name, value in row.items() if name not in keys}
    statement: Executable = (
        insert(table)
        .values(dict(row))
        .on_conflict_do_update(index_elements=list(keys), set_=written, where=free)
    )
    return statement
