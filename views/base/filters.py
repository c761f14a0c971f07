"""Conditions of a list: ``column:operator:value``, read with suspicion and turned into SQL."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import ColumnElement, and_, false, or_

from models.base.actor import Actor
from models.errors import BadInput
from models.text import Label, msg
from views.base.columns import GridColumn, Kind
from views.base.prefix import begins_with
from views.base.values import read_span, read_value

Operator = Literal["eq", "ne", "in", "gt", "ge", "lt", "le", "between", "prefix", "empty"]

OPERATORS: dict[str, Label] = {
    "eq": Label("等于", "is"),
    "ne": Label("不等于", "is not"),
    "in": Label("属于", "is one of"),
    "prefix": Label("开头是", "begins with"),
    "gt": Label("大于", "is above"),
    "ge": Label("不小于", "is at least"),
    "lt": Label("小于", "is below"),
    "le": Label("不大于", "is at most"),
    "between": Label("介于", "is between"),
    "empty": Label("为空", "is empty"),
}
_ORDERED = ("eq", "ne", "in", "gt", "ge", "lt", "le", "between", "empty")
_CHOSEN = ("eq", "ne", "in", "empty")
_BY_KIND: dict[Kind, tuple[str, ...]] = {
    "text": ("eq", "ne", "in", "prefix", "empty"),
    "number": _ORDERED,
    "day": _ORDERED,
    "instant": _ORDERED,
    "boolean": ("eq", "ne", "empty"),
    "choice": _CHOSEN,
    "code": _CHOSEN,
    "ref": _CHOSEN,
    "json": ("empty",),
}
MAX_VALUES = 500
_SPLIT = re.compile(r"(?<!\\),")


def operators(column: GridColumn) -> tuple[str, ...]:
    """Return the operators of a column; personal data takes an exact match only (reading 6)."""
    if column.secret:
        return ()
    if column.meta.sensitive == "text":  # of few values a whole match would tell the masked one
        return ("eq",) if column.kind == "text" else ()
    if column.sensitive:
        return ("eq",)
    allowed = _BY_KIND[column.kind]
    return allowed if column.nullable else tuple(op for op in allowed if op != "empty")


def split_values(text: str) -> list[str]:
    """Part ``a,b`` into values; a comma inside a value is written ``\\,``."""
    return [part.replace("\\,", ",").strip() for part in _SPLIT.split(text)]


def join_values(values: Sequence[str]) -> str:
    """Write values as they stand in an address."""
    return ",".join(value.replace(",", "\\,") for value in values)


@dataclass(frozen=True, slots=True)
class Written:
    """A condition as it is written, before anybody has judged it."""

    column: str
    op: str
    values: tuple[str, ...]

    @classmethod
    def read(cls, text: str) -> Written:
        """Part ``column:op:value``; the value may hold colons."""
        column, _, rest = text.partition(":")
        op, _, value = rest.partition(":")
        return cls(column.strip(), op.strip(), tuple(split_values(value)))

    def __str__(self) -> str:
        return f"{self.column}:{self.op}:{join_values(self.values)}".rstrip(":") or ":"


def predicate(
    column: GridColumn, op: str, values: Sequence[str], actor: Actor
) -> ColumnElement[bool]:
    """Return the SQL of one condition.

    :raises BadInput: for an operator that the column does not have, or a value that is none.
    """
    if op not in operators(column):
        raise BadInput(msg("this column cannot be compared in this way"))
    if op == "empty":
        return _empty(column, values)
    if len(values) > MAX_VALUES:
        raise BadInput(msg("at most %(count)s values", count=MAX_VALUES))
    if op == "between":
        return _between(column, values, actor)
    if column.kind in ("day", "instant"):
        return _in_time(column, op, values)
    return _compared(column, op, values, actor)


def _empty(column: GridColumn, values: Sequence[str]) -> ColumnElement[bool]:
    wanted = (values[0] if values else "").lower()
    if wanted not in ("", "true", "false", "1", "0"):
        raise BadInput(msg("“%(value)s” is neither yes nor no", value=wanted))
    empty: ColumnElement[bool] = column.expression.is_(None)
    if column.kind == "text":
        empty = or_(empty, column.expression == "")
    return ~empty if wanted in ("false", "0") else empty


def _compared(
    column: GridColumn, op: str, values: Sequence[str], actor: Actor
) -> ColumnElement[bool]:
    expression = column.expression
    read = [read_value(column, value, actor) for value in values]
    if column.served is not None:
        return ~column.served(read) if op == "ne" else column.served(read)
    if op == "prefix":
        return or_(*(begins_with(expression, value) for value in read))
    if op in ("eq", "in"):
        single: ColumnElement[bool] = expression == read[0]
        return single if len(read) == 1 else expression.in_(read)
    if op == "ne":
        other: ColumnElement[bool] = expression.not_in(read)
        return or_(other, expression.is_(None)) if column.nullable else other
    return _ordered(expression, op, _only(read))


def _ordered(expression: Any, op: str, value: Any) -> ColumnElement[bool]:
    comparison: dict[str, ColumnElement[bool]] = {
        "gt": expression > value,
        "ge": expression >= value,
        "lt": expression < value,
        "le": expression <= value,
    }
    return comparison[op]


def _only(values: Sequence[Any]) -> Any:
    if len(values) != 1:
        raise BadInput(msg("this comparison takes one value"))
    return values[0]


def _in_time(column: GridColumn, op: str, values: Sequence[str]) -> ColumnElement[bool]:
    """Compare with spans: ``le`` a day means until its end, ``gt`` a day means from the next."""
    expression = column.expression
    spans = [read_span(column, value) for value in values]
    if op in ("eq", "in", "ne"):
        inside = or_(false(), *(and_(expression >= low, expression < high) for low, high in spans))
        if op != "ne":
            return inside
        return or_(~inside, expression.is_(None)) if column.nullable else ~inside
    low, high = _only(spans)
    bounds: dict[str, ColumnElement[bool]] = {
        "gt": expression >= high,
        "ge": expression >= low,
        "lt": expression < low,
        "le": expression < high,
    }
    return bounds[op]


def _between(column: GridColumn, values: Sequence[str], actor: Actor) -> ColumnElement[bool]:
    """Bound from both sides; an end left empty is open."""
    if len(values) != 2 or not any(values):
        raise BadInput(msg("“between” takes two values, of which one may be empty"))
    ends = ((op, value) for op, value in zip(("ge", "le"), values, strict=True) if value)
    if column.kind in ("day", "instant"):
        return and_(*(_in_time(column, op, [value]) for op, value in ends))
    return and_(*(_compared(column, op, [value], actor) for op, value in ends))
