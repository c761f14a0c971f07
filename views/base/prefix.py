"""``column begins with text`` in the words that each database has an index for."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Boolean, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

#: The last code point: nothing that begins with a text stands behind the text followed by it.
_LAST = "\U0010ffff"


class begins_with(FunctionElement[bool]):  # noqa: N801 -- reads as a function, as SQLAlchemy's do
    """A range on SQLite, whose LIKE ignores case and with it the index; LIKE elsewhere."""

    inherit_cache = True
    type = Boolean()
    name = "begins_with"

    def __init__(self, column: Any, text: str) -> None:
        pattern = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        bounds = (text, text + _LAST, pattern)
        super().__init__(
            column, *(bindparam(None, value, type_=column.type, unique=True) for value in bounds)
        )

    def self_group(self, against: Any = None) -> Any:
        """Stand as it is: SQLite would compare it with 1, and no index serves that."""
        return self


@compiles(begins_with)
def _like(element: begins_with, compiler: Any, **options: Any) -> str:
    column, _low, _high, pattern = element.clauses
    return f"({compiler.process(column, **options)} LIKE {compiler.process(pattern, **options)})"


@compiles(begins_with, "sqlite")
def _range(element: begins_with, compiler: Any, **options: Any) -> str:
    column, low, high, _pattern = (compiler.process(each, **options) for each in element.clauses)
    return f"({column} >= {low} AND {column} < {high})"
