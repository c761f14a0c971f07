"""Fields that choose from a closed set: labels of a declaration, codes of a code set, yes
and no.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from flask_babel import get_locale
from flask_babel import gettext as _
from sqlalchemy import Integer, select
from typing_extensions import override

from models.reference.tables import CodeItem
from models.text import Label
from views.base import widgets
from views.base.fields import PanelField
from views.base.request import session


class ChoiceField(PanelField):
    """A select over value → label; values are compared as the text that the page carries."""

    widget = widgets.Select()
    looks_like = "SelectField"
    #: The only values on offer to this actor; None for all.
    only: frozenset[str] | None = None

    def labels(self) -> Mapping[str, str]:
        """Return value → label in the reader's language, in the order of the declaration."""
        locale = str(get_locale())
        choices = self.info.choices or {}
        return {
            str(key): label.get(locale)
            for key, label in choices.items()
            if self.only is None or str(key) in self.only
        }

    def options(self) -> Iterable[tuple[str, str]]:
        """Return the options, an empty one first where nothing need or has yet been chosen."""
        if self.column.nullable or self.data is None:
            yield "", "—"
        labels, stored = self.labels(), self.text(self.object_data)
        if stored and stored not in labels:
            yield stored, self.shown(self.object_data)
        yield from labels.items()

    @override
    def shown(self, value: Any) -> str:
        return "" if value is None else self.labels().get(self.text(value), self.text(value))

    @override
    def parse(self, typed: str) -> Any:
        if typed not in self.labels():
            raise ValueError(_("Please choose one of the list."))
        return int(typed) if isinstance(self.column.type, Integer) else typed


class YesNoField(ChoiceField):
    """A claim that may also be unknown."""

    LABELS: ClassVar[dict[str, Label]] = {"1": Label("是", "Yes"), "0": Label("否", "No")}

    @override
    def labels(self) -> Mapping[str, str]:
        locale = str(get_locale())
        return {key: label.get(locale) for key, label in self.LABELS.items()}

    @override
    def text(self, value: bool | None) -> str:
        return "" if value is None else str(int(value))

    @override
    def parse(self, typed: str) -> bool:
        if typed not in self.LABELS:
            raise ValueError(_("Please choose one of the list."))
        return typed == "1"


class CodeField(ChoiceField):
    """A code of an open set: the enabled items, and the stored one even where it is enabled no
    more.
    """

    @override
    def labels(self) -> Mapping[str, str]:
        if self._labels is None:
            stored = self.object_data
            self._labels = {
                item.code: item.label
                for item in code_items(str(self.info.code_set))
                if item.enabled or item.code == stored
            }
        return self._labels

    _labels: dict[str, str] | None = None

    @override
    def shown(self, value: Any) -> str:
        if value is None:
            return ""
        return code_label(str(self.info.code_set), str(value))


@dataclass(frozen=True, slots=True)
class CodeName:
    """What is read of a code item."""

    code: str
    name: str
    name_en: str | None
    enabled: bool

    @property
    def label(self) -> str:
        """The name in the reader's language."""
        return self.name if str(get_locale()).startswith("zh") else self.name_en or self.name


def code_items(set_code: str) -> list[CodeName]:
    """Return the items of a set in their order, read once per session."""
    return load_code_sets({set_code})[set_code]


def load_code_sets(sets: Iterable[str]) -> Mapping[str, list[CodeName]]:
    """Read the sets that are not known yet by one statement; return all that are."""
    known: dict[str, list[CodeName]] = session().info.setdefault("code_items", {})
    missing = set(sets) - known.keys()
    if missing:
        known |= {set_code: [] for set_code in missing}
        columns = (CodeItem.code, CodeItem.name, CodeItem.name_en, CodeItem.enabled)
        wanted = select(CodeItem.set_code, *columns).where(
            CodeItem.set_code.in_(missing), ~CodeItem.is_deleted
        )
        rows = session().execute(wanted.order_by(CodeItem.sort, CodeItem.code))
        for set_code, code, name, name_en, enabled in rows:
            known[set_code].append(CodeName(code, name, name_en, enabled))
    return known


def code_label(set_code: str, code: str) -> str:
    """Return the name of a code in the reader's language; the code itself where it is unknown."""
    return next((item.label for item in code_items(set_code) if item.code == code), code)
