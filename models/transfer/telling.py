"""Values in words, as a preview tells them: labels for codes, days as the form shows them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from models import clock
from models.base.columns import Meta, meta
from models.base.orm import Base
from models.transfer.codes import labels_of
from models.transfer.columns import spec
from models.transfer.importing import Change
from models.transfer.lookups import Lookups, is_reference, is_secret

HIDDEN = "***"


class Words:
    """Tells the columns of one table; labels are read once."""

    def __init__(self, table: type[Base], lookups: Lookups) -> None:
        self.columns: Any = table.__table__.c
        self.lookups = lookups
        self._labels: dict[str, dict[str, str]] = {}

    def heading(self, name: str) -> str:
        """Return what a column is called; nothing for what is none of the table's."""
        return meta(self.columns[name]).label.zh if name in self.columns else ""

    def change(self, name: str, old: Any, new: Any) -> Change:
        """Return what a preview says of a column that changes."""
        return Change(self.heading(name), self.told(name, old), self.told(name, new))

    def told(self, name: str, value: Any) -> str | None:
        """Return a value in words; personal data are not told."""
        column = self.columns[name]
        if value is None:
            return None
        if is_secret(column):
            return HIDDEN
        if is_reference(column):
            return self.lookups.title(column, value)
        return self._plain(column, value)

    def _plain(self, column: Any, value: Any) -> str:
        info = meta(column)
        if info.code_set:
            return self._label(info.code_set, value)
        if isinstance(value, datetime):
            return moment(value, info)
        return str(spec(column).present(value, lambda label: label.zh))

    def _label(self, code_set: str, code: str) -> str:
        if code_set not in self._labels:
            self._labels[code_set] = labels_of(self.lookups.session, code_set)
        return self._labels[code_set].get(code, code)


def moment(at: datetime, info: Meta) -> str:
    """Return Shanghai time; of a window whose border is that of a day, the day that was typed."""
    day = clock.whole_day(at, ends=info.day == "end") if info.day else None
    return day.isoformat() if day else at.astimezone(clock.SHANGHAI).strftime("%Y-%m-%d %H:%M")
