"""The inputs of a transition as fields of the batch page, with what is wrong with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from models.base.session import ActorSession
from models.batch.actions import action_of
from models.batch.tables import Batch
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


def shown_inputs(
    work: ActorSession,
    batch: Batch,
    typed: Mapping[str, Any] | None = None,
    *,
    is_judged: bool = True,
) -> list[ShownInput]:
    """Return the fields of a batch: as the last preview kept them, or ``typed`` and judged.

    A new value of a column has a field of the column's own.
    """
    _machine, transition = action_of(batch)
    judged = typed if is_judged else None
    asked = [each for each in transition.inputs if each.column is None]
    return [_shown(work, batch, each, typed, judged) for each in asked]


def _shown(
    work: ActorSession,
    batch: Batch,
    each: Input,
    typed: Mapping[str, Any] | None,
    judged: Mapping[str, Any] | None,
) -> ShownInput:
    value = _value(work, batch, each, typed)
    return ShownInput(
        id=f"input-{each.name}",
        name=PREFIX + each.name,
        label=text(each.label),
        kind=each.kind,
        value="" if each.kind == "codes" else value,
        values=value if each.kind == "codes" else (),
        options=each.choices(work) if each.choices else (),
        required=each.required,
        help=text(each.help) if each.help else "",
        errors=() if judged is None else _errors(work, each, judged),
    )


def _value(work: ActorSession, batch: Batch, each: Input, typed: Mapping[str, Any] | None) -> Any:
    known = typed if typed is not None else batch.inputs
    if not known and typed is None and each.default:
        return each.default(work, batch.id) or ""
    return (known or {}).get(each.name, ()) or ""


def _errors(work: ActorSession, each: Input, typed: Mapping[str, Any]) -> list[str]:
    """Judge each field by itself, so that everything that is wrong is said at once."""
    try:
        read_inputs(work, (each,), typed)
    except BadInput as error:
        return [translate(error.message)]
    return []
