"""Bringing logged values back: an ordinary edit whose form is filled in, and not saved, by the
trail.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import request
from flask.typing import ResponseReturnValue
from flask_admin.base import expose
from flask_babel import gettext as _
from sqlalchemy import Column, inspect, select

from models.audit.diff import MASK, plain
from models.audit.tables import AuditLog
from models.base.columns import meta
from models.errors import Forbidden, NotFound
from models.text import Label, msg
from views.base import told
from views.base.declaration import M
from views.base.fields import PanelField
from views.base.form import Editable, RecordForm
from views.base.lookup import cast_key
from views.base.record import RecordPages
from views.base.request import actor, session
from views.base.rights import is_shown
from views.base.shown import account_names, instant_text, revived, stored_text
from views.base.timeline import RESTORED, is_restorable


@dataclass(frozen=True, slots=True)
class Restored:
    """One column: what stands in the record, what the trail holds, and why it cannot come back."""

    name: str
    label: Label
    now: str
    then: str
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class Restoration:
    """What an entry of the trail brings back into the form of a record."""

    entry: AuditLog
    columns: list[Restored]

    @property
    def names(self) -> frozenset[str]:
        """Return the columns that are filled in."""
        return frozenset(each.name for each in self.columns if not each.why_not)

    @property
    def who(self) -> str:
        """Return who made the entry."""
        return account_names([self.entry.user_id]).get(self.entry.user_id, self.entry.username)

    @property
    def reason(self) -> str:
        """Return the reason that the form suggests."""
        when = instant_text(self.entry.at, meta(inspect(AuditLog).columns["at"]))
        if _act(self.entry) == "create":
            return str(_("Values restored as they were entered on %(when)s", when=when))
        return str(_("Values restored as they were before the change of %(when)s", when=when))


class Restoring(RecordPages[M]):
    """The page that brings values back. What it shows is saved by the edit page, if at all."""

    @expose("/restore/")
    def restore_view(self) -> ResponseReturnValue:
        """Show the edit form of a record with the values of an entry of its history."""
        record = self._asked()
        rights = self.editable(record, actor())
        if not rights.names:
            raise Forbidden(rights.why_not or msg("Nothing of this record can be changed."))
        entry = entry_of(record, request.args.get("entry", ""), rights)
        form = self.edit_form(record)
        restoration = Restoration(entry, list(_fill(form, record, entry)))
        return self._edit_page(form, record, rights, restoration=restoration)


def entry_of(record: Any, typed: str, rights: Editable) -> AuditLog:
    """Return an entry of a record's history that holds values to bring back.

    :raises NotFound: for any other.
    """
    key = cast_key(inspect(AuditLog).columns["id"], typed)
    wanted = select(AuditLog).where(AuditLog.id == key)
    entry = session().scalar(wanted, execution_options=told.OF_A_RECORD) if key else None
    if entry is None or not is_restorable(record, entry, rights.names):
        raise NotFound(
            msg("The history of this record has no such entry with values that you may restore.")
        )
    return entry


def _act(entry: AuditLog) -> str:
    return entry.event.rpartition(":")[2]


def _fill(form: RecordForm, record: Any, entry: AuditLog) -> Iterator[Restored]:
    """Fill in what may come back, and yield every column whose value differs."""
    columns, place = inspect(type(record)).columns, RESTORED[_act(entry)]
    fields = dict(form.fields())
    for name, pair in (entry.changes or {}).items():
        column = columns.get(name)
        if column is None or meta(column).system or meta(column).machine:
            continue
        if not is_shown(type(record), name):
            continue
        found = _restored(column, fields.get(name), getattr(record, name), pair[place])
        if found is not None:
            yield found


def _restored(
    column: Column[Any], field: PanelField | None, now: Any, then: Any
) -> Restored | None:
    info, masked = meta(column), then == MASK
    if info.sensitive == "secret" or plain(now) == then:
        return None
    if field is None or masked:
        return _left(column, now, then, masked)
    value = revived(column, then)
    typed = field.normalise(field.text(value))
    if typed == field.normalise(field.text(field.object_data)):
        return None
    shown = field.shown(field.object_data), stored_text(column, then)
    return Restored(column.key, info.label, *shown, why_not=_set(field, typed))


def _left(column: Column[Any], now: Any, then: Any, masked: bool) -> Restored:
    """Return a column that stays as it is, with the reason."""
    info = meta(column)
    shown = MASK if info.sensitive and now is not None else stored_text(column, now)
    if masked:
        why_not = _("The trail holds this masked only, so it cannot come back from there.")
    else:
        why_not = _("Your role may not change this now.")
    return Restored(column.key, info.label, shown, stored_text(column, then), str(why_not))


def _set(field: PanelField, typed: str) -> str:
    """Fill a field in as if the value had been typed; return why it cannot be, or nothing."""
    try:
        value = field.parse(typed) if typed else field.empty()
    except ValueError as error:
        return str(error)
    if value is None and field.required:
        return str(_("Please fill this in."))
    field.data = value
    return ""
