"""Inputs as plain HTML: native controls, no inline script. What stands around them is the
template's affair.
"""

from __future__ import annotations

from typing import Any

from markupsafe import Markup
from wtforms.widgets import html_params


def attributes(field: Any, extra: dict[str, Any]) -> dict[str, Any]:
    """Return the attributes of every input: the field's own, and those that the template gives."""
    return {"id": field.id, "name": field.name, **field.attributes(), **extra}


def _tag(name: str, /, **params: Any) -> Markup:
    return Markup(f"<{name} {html_params(**params)}>")  # noqa: S704 -- html_params escapes


class Line:
    """A single-line native input of the field's own type."""

    def __call__(self, field: Any, **extra: Any) -> Markup:
        params = attributes(field, extra)
        return _tag("input", type=field.input_type, value=field._value(), **params)


class Paragraph:
    """A text area."""

    def __call__(self, field: Any, **extra: Any) -> Markup:
        params = {"rows": 4, **attributes(field, extra)}
        return Markup("{}\n{}</textarea>").format(_tag("textarea", **params), field._value())


class DayAndTime:
    """A day, and beside it a time for windows that do not start or end with the day."""

    def __call__(self, field: Any, **extra: Any) -> Markup:
        day, time = field.parts
        params = attributes(field, extra)
        params.pop("step", None)  # of a day input it would count days
        first = _tag("input", type="date", value=day, **params)
        second = _tag(
            "input",
            type="time",
            name=f"{field.name}__time",
            value=time,
            step="any" if len(time) > 5 else "60",
            aria_label=field.time_label(),
            **{"class": params.get("class", "")},
        )
        return Markup('<div class="day-time">{}{}</div>').format(first, second)


class Tick:
    """A tick box after a hidden empty value of the same name."""

    input_type = "checkbox"

    def __call__(self, field: Any, **extra: Any) -> Markup:
        params = attributes(field, extra)
        if field._value():
            params["checked"] = True
        hidden = _tag("input", type="hidden", name=field.name, value="")
        return hidden + _tag("input", type="checkbox", value="1", **params)


class Select:
    """A native select."""

    def __call__(self, field: Any, **extra: Any) -> Markup:
        chosen = field._value()
        options = Markup("").join(
            Markup('<option value="{}"{}>{}</option>').format(
                value, Markup(" selected") if value == chosen else "", label
            )
            for value, label in field.options()
        )
        return Markup("{}{}</select>").format(_tag("select", **attributes(field, extra)), options)


class LookupSelect(Select):
    """A select that may not hold every record: beside it an input for a code, which the script
    hides.
    """

    def __call__(self, field: Any, **extra: Any) -> Markup:
        select = super().__call__(field, **extra)
        if not field.partial:
            return select
        label = field.key_label()
        key = _tag(
            "input",
            type="text",
            name=f"{field.name}__key",
            placeholder=label,
            aria_label=label,
            data_key_of=field.id,
            **{"class": "form-control"},
        )
        return select + key
