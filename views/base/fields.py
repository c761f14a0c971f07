"""Form fields: each turns a value into the text of one input and back, and leaves untouched what
was not changed.

A field compares what was posted with the text it would itself show for the stored value. Equal
means untouched: nothing is parsed and nothing is written, so that no rounding, line ending or empty
JSON ever becomes a change.
"""

from __future__ import annotations

import json
import re
import uuid
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar

from flask_babel import gettext as _
from sqlalchemy import Column, Float, SmallInteger
from sqlalchemy.sql.schema import ScalarElementColumnDefault
from typing_extensions import override
from wtforms import Field, ValidationError

from models.base.columns import Meta
from models.base.spelling import UNSEEN, half_width, has_unseen, plain_text
from views.base import widgets
from views.base.request import translate

WHOLE = re.compile(r"[+-]?[0-9]{1,18}")
#: What JSON can spell and PostgreSQL does not store: NUL and half of a surrogate pair.
UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")
#: Deeper nesting than this is nobody's setting.
JSON_LEVELS = 50
NUMBER = re.compile(r"[+-]?[0-9]{1,20}(\.[0-9]{1,12})?")


def scalar_default(column: Column[Any]) -> Any:
    """Return the value that a column takes by itself, None where it has none or computes it."""
    default = column.default
    return default.arg if isinstance(default, ScalarElementColumnDefault) else None


class PanelField(Field):  # type: ignore[misc]  # WTForms is untyped
    """One input over one column. Absent from the post: left alone. Empty: NULL, or the column's
    default.
    """

    widget: Any = widgets.Line()
    input_type: ClassVar[str] = "text"
    #: The WTForms field that the templates should take this one for.
    looks_like: ClassVar[str] = "StringField"
    column: Column[Any]
    info: Meta
    required: bool

    def __init__(self, *args: Any, column: Column[Any], info: Meta, **kwargs: Any) -> None:
        self.column = column
        self.info = info
        self.required = not column.nullable and column.default is None
        super().__init__(*args, **kwargs)
        self.type = self.looks_like
        self.flags.required = self.required

    def text(self, value: Any) -> str:
        """Return the text that the input shows for a value; empty for None."""
        return "" if value is None else str(value)

    def parse(self, typed: str) -> Any:
        """Return the value of a text that is not empty.

        :raises ValueError: with the sentence to show beside the field.
        """
        return typed

    def shown(self, value: Any) -> str:
        """Return a value as a person reads it, on the conflict page and where a field may not be
        edited.
        """
        return self.text(value)

    def attributes(self) -> dict[str, Any]:
        """Return HTML attributes beyond those that every input has."""
        return {}

    @property
    def typed(self) -> str | None:
        """What was posted, normalised; None when the field was absent."""
        raw = self.raw_data or []
        return self.normalise(str(raw[-1])) if raw else None

    @property
    def changed(self) -> bool:
        """Whether the post asks for another value than the stored one."""
        typed = self.typed
        return typed is not None and typed != self.normalise(self.text(self.object_data))

    def normalise(self, raw: str) -> str:
        """Return the text without what browsers and clipboards add around it."""
        return plain_text(raw)

    @override
    def process_formdata(self, valuelist: list[str]) -> None:
        if not self.changed:
            return
        typed = self.typed or ""
        if has_unseen(typed):
            raise ValueError(translate(UNSEEN))
        self.data = self.parse(typed) if typed else self.empty()

    def empty(self) -> Any:
        """Return the value of an emptied input."""
        return None if self.column.nullable else scalar_default(self.column)

    @override
    def pre_validate(self, form: Any) -> None:
        if self.required and self.data is None and not self.process_errors:
            raise ValidationError(_("Please fill this in."))

    def _value(self) -> str:
        typed = self.typed
        return self.text(self.data) if typed is None else typed

    @override
    def populate_obj(self, obj: Any, name: str) -> None:
        if self.changed and self.data != self.object_data:
            setattr(obj, name, self.data)


class LineField(PanelField):
    """A line of text, bounded by the column."""

    @override
    def normalise(self, raw: str) -> str:
        return " ".join(super().normalise(raw).split("\n"))

    @property
    def limit(self) -> int | None:
        """The most characters that the column takes; None for no bound."""
        length: int | None = getattr(self.column.type, "length", None)
        return length

    @override
    def attributes(self) -> dict[str, Any]:
        return {"maxlength": self.limit} if self.limit else {}

    @override
    def parse(self, typed: str) -> str:
        if self.limit and len(typed) > self.limit:
            raise ValueError(
                _(
                    "At most %(limit)s characters; this has %(size)s.",
                    limit=self.limit,
                    size=len(typed),
                )
            )
        return typed


class ParagraphField(LineField):
    """A text of several lines."""

    widget = widgets.Paragraph()
    looks_like = "TextAreaField"

    @override
    def normalise(self, raw: str) -> str:
        return PanelField.normalise(self, raw)


class WholeField(PanelField):
    """A whole number within the range of its column."""

    @override
    def attributes(self) -> dict[str, Any]:
        return {"inputmode": "numeric"}

    @override
    def parse(self, typed: str) -> int:
        most = 32767 if isinstance(self.column.type, SmallInteger) else 2147483647
        text = half_width(typed)
        if not WHOLE.fullmatch(text) or abs(int(text)) > most:
            raise ValueError(_("Please type a whole number."))
        return int(text)


class NumberField(PanelField):
    """A decimal or floating-point number."""

    @override
    def attributes(self) -> dict[str, Any]:
        return {"inputmode": "decimal"}

    @override
    def parse(self, typed: str) -> Any:
        text = half_width(typed)
        if not NUMBER.fullmatch(text):
            raise ValueError(_("Please type a number."))
        if isinstance(self.column.type, Float):
            return float(text)
        return self._exact(text)

    def _exact(self, text: str) -> Decimal:
        precision, scale = self.column.type.precision, self.column.type.scale  # type: ignore[attr-defined]
        try:
            value = Decimal(text)
        except InvalidOperation as error:
            raise ValueError(_("Please type a number.")) from error
        if scale is not None and -int(value.as_tuple().exponent) > scale:
            raise ValueError(_("At most %(places)s decimal places.", places=scale))
        if precision is not None and abs(value) >= 10 ** (precision - (scale or 0)):
            raise ValueError(_("This number is too large."))
        return value


class UuidField(PanelField):
    """A UUID."""

    @override
    def parse(self, typed: str) -> uuid.UUID:
        try:
            return uuid.UUID(typed)
        except ValueError as error:
            raise ValueError(_("Please type a UUID.")) from error


class JsonField(PanelField):
    """A structured value as JSON text; an emptied input is NULL, never ``{}`` or ``null``."""

    widget = widgets.Paragraph()
    looks_like = "TextAreaField"

    @override
    def text(self, value: Any) -> str:
        if value is None:
            return ""
        return json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True)

    @override
    def parse(self, typed: str) -> Any:
        try:
            value = json.loads(typed, parse_constant=_no_number)
        except (ValueError, RecursionError) as error:
            raise ValueError(_("This is no valid JSON.")) from error
        if not _storable(value, JSON_LEVELS):
            raise ValueError(_("Contains a character that cannot be stored."))
        return value


def _no_number(word: str) -> Any:
    raise ValueError(word)  # NaN and Infinity: not JSON, and refused by PostgreSQL


def _storable(value: Any, levels: int) -> bool:
    """Say whether both databases store a structured value and every page can show it."""
    if isinstance(value, str):
        return not UNSTORABLE.search(value)
    if isinstance(value, dict):
        value = [*value, *value.values()]
    if not isinstance(value, list):
        return True
    return levels > 0 and all(_storable(part, levels - 1) for part in value)


class FlagField(PanelField):
    """A claim: a tick box with a hidden companion, so that unticked and absent differ."""

    widget = widgets.Tick()

    @override
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.required = self.flags.required = False

    @override
    def text(self, value: bool | None) -> str:
        return "1" if value else ""

    @override
    def shown(self, value: bool | None) -> str:
        return str(_("Yes") if value else _("No"))

    @override
    def parse(self, typed: str) -> bool:
        return typed.lower() not in ("0", "false", "off", "no", "n")

    @override
    def empty(self) -> bool:
        return False
