"""The changes that the trail keeps, in words: labels for columns, parts and counts, texts for
values.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Column, inspect

from models.audit.diff import MASK
from models.base.columns import meta
from models.base.orm import Base
from models.text import Label
from models.workflow.inputs import PREFIX
from models.workflow.registry import machine_of
from views.base import rights, wording
from views.base.request import text
from views.base.shown import stored_text

#: What the trail says besides columns and parts.
FACTS: Mapping[str, Label] = {
    **wording.OUTCOMES,
    "fields": Label("查看的项目", "Columns shown"),
    "columns": Label("导出的项目", "Columns exported"),
    "format": Label("文件格式", "Format"),
    "conditions": Label("列表条件", "Conditions"),
    "personal_data": Label("个人信息", "Personal data"),
    "values": Label("代码项", "Values of code sets"),
    "ticked": Label("勾选行数", "Rows ticked"),
    "rows": Label("行数", "Rows"),
    "saved": Label("已保存", "Saved"),
    "head": Label("链首", "Head"),
    "file": Label("文件", "File"),
    "sha256": Label("文件摘要", "Digest of the file"),
    "since": Label("起始时间", "From"),
    "until": Label("截止时间", "Until"),
    "role_code": Label("角色", "Role"),
    "held_over": Label("管辖机构", "Over organisation"),
    "page": Label("请求", "Request"),
    "undo_of": Label("所撤销批次", "Undoes batch"),
    "expired": Label("已过期的选定", "Selections closed"),
    "images": Label("已清除的原值", "Old values forgotten"),
}
FACT_VALUES: Mapping[str, Label] = {
    "full": Label("完整", "in full"),
    "masked": Label("已遮盖", "masked"),
    "codes": Label("代码", "codes"),
}


@dataclass(frozen=True, slots=True)
class Change:
    """One field of a change; old and new are texts as a person reads them."""

    label: Label | str
    old: str
    new: str

    @property
    def line(self) -> str:
        """Return the change as one line of text."""
        value = f"{self.old or '—'} → {self.new or '—'}" if self.old else self.new
        return str(_("%(name)s: %(value)s", name=text(self.label), value=value))


def changes_of(model: type[Base] | None, changes: Mapping[str, Any]) -> list[Change]:
    """Return logged changes with the labels of columns and values; system columns are left out."""
    return [
        change
        for name, pair in changes.items()
        if isinstance(pair, list | tuple) and len(pair) == 2
        for change in _change(model, name, *pair)
    ]


def _change(model: type[Base] | None, name: str, old: Any, new: Any) -> Iterator[Change]:
    column = inspect(model).columns.get(name) if model else None
    if column is None:
        label = wording.tables().get(name) or FACTS.get(name) or _input_label(model, name)
        yield Change(label, _fact(model, name, old), _fact(model, name, new))
    elif model is not None and not meta(column).system and rights.is_shown(model, name):
        yield Change(meta(column).label, *_column_texts(column, old, new))


def _column_texts(column: Column[Any], old: Any, new: Any) -> tuple[str, str]:
    """Return old and new value in words; of values that the trail masks, what became of them."""
    if MASK not in (old, new):
        return stored_text(column, old), stored_text(column, new)
    if old is None:
        return "", str(_("filled in (masked)"))
    return ("", str(_("changed (masked)"))) if new is not None else (str(_("masked")), "")


def _input_label(model: type[Base] | None, name: str) -> Label | str:
    """Return what a transition calls an input that it asked for."""
    machine = machine_of(model) if model else None
    return next(
        (
            each.label
            for transition in (machine.transitions if machine else ())
            for each in transition.inputs
            if PREFIX + each.name == name
        ),
        name,
    )


def _fact(model: type[Base] | None, name: str, value: Any) -> str:
    """Return what no column holds: a number of parts, names of columns, a word."""
    if value is None:
        return ""
    if name in wording.tables():
        count = len(value) if isinstance(value, list) else value
        return str(_("%(count)s records", count=count))
    if name == "role_code":
        return str(text(wording.role_label(str(value)) or value))
    if name in ("fields", "columns"):
        listed = value if isinstance(value, list) else str(value).split()
        labels = (_column_label(model, each) for each in listed)
        return str(_(", ")).join(label for label in labels if label)
    return str(text(FACT_VALUES.get(str(value), str(value))))


def _column_label(model: type[Base] | None, name: str) -> str:
    """Return what a column is called, empty for one that is hidden from the reader."""
    if model is None:
        return name
    columns = inspect(model).columns
    found = next((columns[key] for key in (name, f"{name}_id") if key in columns), None)
    if found is None:
        return name
    return str(text(meta(found).label)) if rights.is_shown(model, found.key) else ""
