"""The form of a record: which fields it has for whom, what it would change, and its faults in
words.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from flask_admin.form import BaseForm
from flask_babel import gettext as _
from flask_babel import ngettext

from models.errors import BadInput
from models.text import Message
from views.base.fields import PanelField
from views.base.request import tell_refusal, translate

#: Names in a post that are no columns.
VERSION, BASE, REASON = "row_version", "row_base", "change_reason"


@dataclass(frozen=True, slots=True)
class Confirmation:
    """A sentence to be ticked, with a reason, before what it says is done: the input's name, the
    sentence, and when the reason is needed.
    """

    name: str
    sentence: Message
    help: Message


@dataclass(frozen=True, slots=True)
class Editable:
    """What an actor may change of a record: column names, why nothing or no more, which need a
    reason, and what may have to be confirmed.
    """

    names: frozenset[str]
    why_not: Message | None = None
    need_reason: frozenset[str] = frozenset()
    confirmation: Confirmation | None = None


class Texts:
    """WTForms' own sentences through our catalogue."""

    def gettext(self, string: str) -> str:
        """Translate a sentence."""
        translated: str = _(string)
        return translated

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        """Translate a sentence that counts."""
        translated: str = ngettext(singular, plural, n)
        return translated


class RecordForm(BaseForm):
    """A form over one record; fields that the actor may not edit are taken out before anything is
    written.
    """

    class Meta(BaseForm.Meta):
        """WTForms' settings."""

        _translations: Any = Texts()

    #: Faults that belong to no field.
    general: list[str]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.general = []
        super().__init__(*args, **kwargs)

    def keep(self, names: Iterable[str]) -> None:
        """Take out every field but these: what is posted for the others is never looked at."""
        kept = set(names)
        for name in [name for name in self._fields if name not in kept]:
            del self[name]

    def fields(self) -> Iterator[tuple[str, PanelField]]:
        """Return the fields by column name."""
        yield from self._fields.items()

    def fill(self, values: Mapping[str, str]) -> None:
        """Fill in what an address names; what cannot be read is left empty."""
        for name, field in self.fields():
            if values.get(name):
                with suppress(ValueError):
                    field.data = field.parse(field.normalise(values[name]))

    def changes(self) -> list[str]:
        """Return the columns for which another value was posted than the stored one."""
        return [name for name, field in self.fields() if field.changed]

    def add_faults(self, faults: Iterable[tuple[str | None, Message]]) -> None:
        """Put sentences beside the fields they belong to, or on top."""
        for name, message in faults:
            text = translate(message)
            if name in self._fields:
                self._fields[name].errors = [*self._fields[name].errors, text]
            else:
                self.general.append(text)

    def add_refusal(self, refusal: Any) -> None:
        """Show a refusal of the rules or of the database as a fault."""
        tell_refusal(refusal.message)
        field = refusal.field if isinstance(refusal, BadInput) else None
        self.add_faults([(field, refusal.message)])

    def base(self) -> str:
        """Return digests of the values that the form was made from, so that a conflict can be told
        apart.
        """
        return json.dumps(
            {name: digest(field.text(field.object_data)) for name, field in self.fields()}
        )


def digest(text: str) -> str:
    """Return a short digest; it guides a choice and guards nothing."""
    return f"{zlib.crc32(text.encode()):08x}"


def read_base(posted: str | None) -> dict[str, str]:
    """Return what :meth:`RecordForm.base` wrote; junk is as good as nothing."""
    try:
        found = json.loads(posted or "{}")
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
