"""The part of a batch's page where a column and its new value are chosen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import Boolean, Column, ColumnElement, select
from typing_extensions import override

from models.base.session import ActorSession
from models.batch.editing import FIELD, column_of, old_values
from models.batch.queries import typed_values
from models.batch.tables import Batch, BatchKind, BatchRow
from models.errors import BadInput
from models.text import Label, Message, msg
from models.workflow.editing import VALUE
from models.workflow.inputs import PREFIX
from views.base.choosing import YesNoField
from views.base.converter import PanelConverter
from views.base.fields import PanelField
from views.base.form import RecordForm
from views.base.lookup import Lookup
from views.base.request import actor, translate
from views.base.rights import is_open
from views.base.shell import grid_named
from views.base.shown import stored_text


@dataclass(frozen=True, slots=True)
class EditPart:
    """The columns to choose from; of the chosen one its field, and how many rows hold what now.

    ``new`` is the value as the last preview kept it, in words; empty while there is none.
    """

    options: Sequence[tuple[str, Label]]
    chosen: str
    field: PanelField | None
    olds: Sequence[tuple[str, int]]
    new: str


class BatchLookup(Lookup):
    """The records that a key of all records of a batch may hold."""

    def __init__(self, batch: Batch, view: Any, column: Column[Any]) -> None:
        super().__init__(view, column.key, column)
        self.batch = batch

    @override
    def criteria(self, record: Any) -> Sequence[ColumnElement[bool]]:
        rows = select(BatchRow.row_id).where(BatchRow.batch_id == self.batch.id)
        return self.view.lookup_criteria_of_many(self.name, self.target, rows)

    @override
    def url(self, record: Any) -> str:
        return url_for("batch_page.lookup", key=self.batch.id)


def edit_part(work: ActorSession, batch: Batch, form: Mapping[str, Any] | None) -> EditPart | None:
    """Return the part for a batch that changes a column, as kept or as typed in ``form``; None for
    any other batch.
    """
    if batch.kind != BatchKind.edit:
        return None
    view, column = grid_named(batch.entity), column_of(batch)
    names = _names(view)
    options = [(name, view.declared(name).label) for name in names]
    if column is None or view is None or not is_open(view.mapped, column.key):
        return EditPart(options, "", None, (), "")
    kept = typed_values(work, batch).get(VALUE)
    field = _field(batch, view, column)
    field.process(form, kept if form is None else None)
    olds = [(stored_text(column, each.value), each.count) for each in old_values(work, batch)]
    new = "" if kept is None else stored_text(column, kept)
    return EditPart(options, column.key, field, olds, new)


def _names(view: Any) -> tuple[str, ...]:
    return view.seen.changeable(actor()) if view is not None else ()


def lookup_of(batch: Batch) -> BatchLookup | None:
    """Return the look-up of a batch that changes a key; None for any other."""
    view, column = grid_named(batch.entity), column_of(batch)
    if view is None or column is None or not column.foreign_keys:
        return None
    return BatchLookup(batch, view, column)


def say_fault(part: EditPart | None, error: BadInput) -> bool:
    """Put a refusal of the new value beside its field; False where it is about something else."""
    if part is None or part.field is None or error.field != VALUE:
        return False
    part.field.errors = [translate(error.message)]
    return True


def typed_form(batch: Batch, form: Any) -> Any:
    """Return a posted form with the new value as the models read it; any other form as it is.

    :raises BadInput: for a column that the list does not declare, or a value that cannot be read.
    """
    if batch.kind != BatchKind.edit:
        return form
    view, column = grid_named(batch.entity), column_of(batch)
    named = form.get(FIELD, "")
    if named and named not in _names(view):
        raise BadInput(msg("This cannot be changed for many records at once."), "field")
    given: dict[str, Any] = {name: form[name] for name in form if not name.startswith(PREFIX)}
    given |= {FIELD: named} if named else {}
    if column is None or (named and named != column.key):
        return given
    field = _field(batch, view, column)
    field.process(form, None)
    if not field.validate(RecordForm()):
        raise BadInput(Message(str(field.errors[0]).replace("%", "%%")), VALUE)
    text = _canonical(field.data)
    return given | ({PREFIX + VALUE: text} if text else {})


def _canonical(value: Any) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None else str(value)


def _field(batch: Batch, view: Any, column: Column[Any]) -> PanelField:
    kind = YesNoField if isinstance(column.type, Boolean) else None
    lookup = BatchLookup(batch, view, column) if column.foreign_keys else None
    unbound = PanelConverter(None, view).field(column.key, column, kind, lookup)
    field: PanelField = unbound.bind(form=RecordForm(), name=VALUE, prefix=PREFIX)
    field.label.text = _("Change to")
    field.flags.required = True
    return field
