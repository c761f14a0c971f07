"""The columns of a file: what is selected for each, and how a value of it leaves, in Python."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from models.base.session import ActorSession
from models.text import Label
from models.transfer.codes import distinguished
from models.transfer.columns import NO, YES, ColumnSpec
from views.base.cells import Codes, all_code_names, presenter
from views.base.columns import GridColumn
from views.base.masks import masked
from views.base.request import text
from views.base.titles import titles

Present = Callable[[Any], Any]


@dataclass(frozen=True)
class ExportColumn:
    """One column of a file.

    ``words`` say what stands for a value; for one that is not among them stands the value, behind
    ``otherwise``. ``mask`` is the kind of personal data that is masked. ``present`` is what only
    Python can do.
    """

    name: str
    label: Label
    kind: str
    expression: Any
    words: Mapping[str, str] | None = None
    otherwise: str = ""
    mask: Any = None
    present: Present | None = None

    @property
    def spec(self) -> ColumnSpec:
        """Return what the writers need to know: the values are words already."""
        return ColumnSpec(self.name, self.label)

    def presented(self) -> Present:
        """Return what makes a value ready for the file."""
        if self.mask:
            return lambda value: masked(self.mask, value)
        words = self.words
        if words is not None:
            return lambda value: None if value is None else self._word(words, str(value))
        return self.present or (lambda value: value)

    def _word(self, words: Mapping[str, str], value: str) -> str:
        return words.get(value, self.otherwise + value)


def export_columns(
    work: ActorSession, columns: Sequence[GridColumn], *, full: bool, codes: bool
) -> list[ExportColumn]:
    """Return how columns leave; ``full``: unmasked as far as the reader may see them; ``codes``:
    the codes of closed sets instead of their labels.
    """
    names = {} if codes else all_code_names(work, columns)
    return [_export_column(work, column, names, full, codes) for column in columns]


def _export_column(
    work: ActorSession, column: GridColumn, names: Codes, full: bool, codes: bool
) -> ExportColumn:
    made = ExportColumn(column.name, column.label, column.kind, column.shown)
    kind = column.meta.sensitive
    if kind and (kind == "secret" or column.is_locked or not full):
        return replace(made, mask=kind)
    if codes and column.several:
        return replace(made, present=lambda value: value and ",".join(value))
    present = presenter(column)
    if present is not None:
        return replace(made, present=present)
    if column.kind == "ref":
        found = titles(work, column)
        known = {"words": found, "expression": column.expression, "otherwise": "#"}
        return made if found is None else replace(made, **known)
    return (
        replace(made, present=_structured)
        if column.kind == "json"
        else _worded(made, column, names, codes)
    )


def _worded(made: ExportColumn, column: GridColumn, names: Codes, codes: bool) -> ExportColumn:
    if column.kind == "boolean":
        return replace(made, words={"True": text(YES), "False": text(NO)})
    if codes:
        return made
    if column.meta.choices:
        labels = column.meta.choices.items()
        return replace(made, words={value: text(label) for value, label in labels})
    if column.kind == "code":
        own = str(column.meta.code_set)
        called = {code: said for (set_, code), said in names.items() if set_ == own}
        return replace(made, words=distinguished(called))
    return made


def _structured(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False, sort_keys=True) if value is not None else None
