"""The typed declarative base, the naming convention and the columns of every business table."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, ClassVar, Literal

from sqlalchemy import CheckConstraint, Constraint, Index, MetaData, Table, text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr

from models import clock
from models.base import columns, spelling
from models.base.scope import SHARED, Scope
from models.text import Label

CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
#: Sets the default grants and what a grid may do: reference (kept centrally), business, log
#: (append-only).
Family = Literal["reference", "business", "log"]
#: What may be deleted of a table: nothing, drafts that nobody ever acted upon, any row, or any row
#: into the trash, from which it can be put back (reading 24).
Removal = Literal["never", "draft", "free", "trash"]
#: The column that marks what lies in the trash.
TRASHED = "is_deleted"


class Base(DeclarativeBase):
    """Every mapped class: an integer ``id`` (reading 20), label, area, family and scope."""

    metadata = MetaData(naming_convention=CONVENTION)

    __area__: ClassVar[str]
    __label__: ClassVar[Label]
    __family__: ClassVar[Family] = "business"
    __scope__: ClassVar[Scope] = SHARED
    #: Attribute that names a record to a person; the audit trail keeps its text.
    __title__: ClassVar[str] = "id"
    #: Further columns that a caption of the class's own may show.
    __named_by__: ClassVar[tuple[str, ...]] = ()
    #: False for rows whose every write is logged by the engine that makes them.
    __audited__: ClassVar[bool] = True
    #: False where a natural key serves better than an ``id``: rows by the hundred thousand.
    __surrogate__: ClassVar[bool] = True
    #: Attribute of the foreign key to the record that these rows belong to: made together,
    #: audited as one.
    __part_of__: ClassVar[str | None] = None
    __removal__: ClassVar[Removal] = "never"
    #: True where a row that others refer to stays out of the trash.
    __held_by_any__: ClassVar[bool] = False
    #: True where rows are rules for work to come: what they name stays out of the trash.
    __holds_named__: ClassVar[bool] = False

    def __init_subclass__(cls, **kwargs: Any) -> None:
        spelling.add_spelled(cls)
        super().__init_subclass__(**kwargs)
        table = cls.__dict__.get("__table__")
        if isinstance(table, Table):
            if issubclass(cls, Business):
                _never_reuse_ids(table)
            _check_choices(table)
            spelling.index_names(table)
            spelling.listen(cls)

    @declared_attr
    @classmethod
    def id(cls) -> Mapped[int]:
        if not cls.__surrogate__:
            return None  # type: ignore[return-value]  # declarative leaves the attribute unmapped
        return columns.integer("编号", "ID", primary_key=True, system=True, sort_order=-1)

    def caption(self) -> str:
        """Return the text by which a person knows this record."""
        return str(getattr(self, self.__title__))

    def named_in(self) -> Iterable[tuple[Any, Any]]:
        """Return columns of other tables that name this record without a foreign key, each with the
        value by which they do.
        """
        return ()


class Business(Base):
    """A table with an optimistic version and its authors; these without a key (reading 20)."""

    __abstract__ = True

    created_at: Mapped[datetime] = columns.instant(
        "创建时间", "Created at", default=clock.now, system=True, sort_order=900
    )
    updated_at: Mapped[datetime] = columns.instant(
        "更新时间", "Updated at", default=clock.now, onupdate=clock.now, system=True, sort_order=901
    )
    created_by: Mapped[int | None] = columns.integer(
        "创建人", "Created by", null=True, system=True, sort_order=902
    )
    updated_by: Mapped[int | None] = columns.integer(
        "更新人", "Updated by", null=True, system=True, sort_order=903
    )
    version: Mapped[int] = columns.integer(
        "版本", "Version", default=1, system=True, sort_order=904
    )

    @declared_attr.directive
    @classmethod
    def __mapper_args__(cls) -> dict[str, Any]:
        return (
            {"version_id_col": cls.__table__.c.version} if "__tablename__" in cls.__dict__ else {}
        )


def _never_reuse_ids(table: Table) -> None:
    """Let SQLite too give no id twice: what the trail, the ledger and the history hold of a deleted
    record would be shown of the next one.
    """
    table.dialect_options["sqlite"]["autoincrement"] = True


def _check_choices(table: Table) -> None:
    """Hold every closed set in the database too: the engine's CASE could write any string."""
    for column in table.columns:
        choices = columns.meta(column).choices
        if choices:
            number = column.type.python_type is int
            values = [int(value) for value in choices] if number else list(choices)
            table.append_constraint(
                CheckConstraint(column.in_(values), name=f"{column.name}_known")
            )


class SameRow(Constraint):
    """Columns that must agree with one row of another table, held by a composite foreign key.

    The mapping does not know it: each of the columns has a foreign key of its own, by which forms
    and relationships go.
    """

    def __init__(self, name: str, columns: str, target: str, there: str) -> None:
        super().__init__(name=name)
        pairs = (", ".join(columns.split()), target, ", ".join(there.split()))
        self.clause = "FOREIGN KEY ({}) REFERENCES {} ({})".format(*pairs)

    def copy(self, **_options: Any) -> SameRow:
        """Return the constraint itself: it names its columns only."""
        return self


@compiles(SameRow)
def _write_same_row(constraint: SameRow, _compiler: Any, **_options: Any) -> str:
    return f"CONSTRAINT {constraint.name} {constraint.clause}"


def prefix_index(name: str, *cols: str) -> Index:
    """An index that serves ``LIKE 'x%'`` on PostgreSQL; SQLite uses a range over the same index."""
    return Index(name, *cols, postgresql_ops=dict.fromkeys(cols[:1], "varchar_pattern_ops"))


def nulls_first_index(
    name: str, column: str, *then: str, unique: bool = False
) -> tuple[Index, Index]:
    """An index with NULL smallest on both databases, as SQLite has it (reading 25)."""
    first = text(f"{column} NULLS FIRST")
    return (
        Index(name, first, *then, unique=unique).ddl_if(dialect="postgresql"),
        Index(name, column, *then, unique=unique).ddl_if(dialect="sqlite"),
    )
