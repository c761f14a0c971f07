"""The inputs of a transition as fields of a page, with what is wrong with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select

from models.base.session import ActorSession
from models.errors import BadInput
from models.workflow.inputs import PREFIX, Input, read_inputs
from views.base.request import text, translate


@dataclass(frozen=True, slots=True)
class ShownInput:
    """One field; ``value`` for a single text, ``values`` for chosen codes."""

    id: str
    name: str
    label: str
    kind: str
    value: str
    values: Sequence[str]
    options: Sequence[tuple[str, str]]
    required: bool
    help: str
    errors: Sequence[str]


@dataclass(frozen=True, slots=True)
class Filling:
    """What stands in the fields: as ``typed`` just now, else as ``kept``, else the defaults for
    ``rows``, a SELECT of record ids. What was typed is judged unless it is too early for that.

    ``form`` tells the fields of several forms on a page apart.
    """

    rows: Select[Any]
    kept: Mapping[str, Any] | None = None
    typed: Mapping[str, Any] | None = None
    form: str = "input"
    is_judged: bool = True

    @property
    def judged(self) -> Mapping[str, Any] | None:
        """What is to be judged, if anything."""
        return self.typed if self.is_judged else None


def shown_input(work: ActorSession, each: Input, filling: Filling) -> ShownInput:
    """Return one field as it is filled in."""
    value = _value(work, each, filling)
    return ShownInput(
        id=f"{filling.form}-{each.name}",
        name=PREFIX + each.name,
        label=text(each.label),
        kind=each.kind,
        value="" if each.kind == "codes" else value,
        values=value if each.kind == "codes" else (),
        options=each.choices(work) if each.choices else (),
        required=each.required,
        help=text(each.help) if each.help else "",
        errors=() if filling.judged is None else _errors(work, each, filling.judged),
    )


def _value(work: ActorSession, each: Input, filling: Filling) -> Any:
    known = filling.typed if filling.typed is not None else filling.kept
    if not known and filling.typed is None and each.default:
        return each.default(work, filling.rows) or ""
    return (known or {}).get(each.name, ()) or ""


def _errors(work: ActorSession, each: Input, typed: Mapping[str, Any]) -> list[str]:
    """Judge each field by itself, so that everything that is wrong is said at once."""
    try:
        read_inputs(work, (each,), typed)
    except BadInput as error:
        return [translate(error.message)]
    return []
