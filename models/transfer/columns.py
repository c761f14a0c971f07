"""What a column of a file is: its heading, how its values are written, and how cells are read
back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, Column

from models import clock
from models.base.columns import meta
from models.text import Label

#: Turns a two-language label into the reader's language.
Text = Callable[[Label], str]

YES, NO = Label("是", "Yes"), Label("否", "No")


@dataclass(frozen=True, slots=True)
class ColumnSpec:
    """One column of an export: attribute name, heading, and for closed sets the labels of its
    values.
    """

    name: str
    label: Label
    choices: Mapping[str, Label] | None = None
    boolean: bool = False

    def present(self, value: Any, text: Text) -> Any:
        """Return ``value`` as a file shows it: labels for codes, Shanghai wall time for
        instants.
        """
        if value is None:
            return None
        if self.choices is not None:
            label = self.choices.get(str(value))
            return text(label) if label else str(value)
        if self.boolean:
            return text(YES if value else NO)
        if isinstance(value, datetime):
            return value.astimezone(clock.SHANGHAI).replace(tzinfo=None)
        return value


def spec(column: Column[Any]) -> ColumnSpec:
    """Derive the spec of a mapped column from its declaration."""
    declared = meta(column)
    return ColumnSpec(
        column.key, declared.label, declared.choices, isinstance(column.type, Boolean)
    )
