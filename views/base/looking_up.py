"""Finding records: the one that a page is about, and those that a key of its form may hold."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from flask import abort, jsonify, request
from flask.typing import ResponseReturnValue
from flask_admin.base import expose
from sqlalchemy import ColumnElement, Select, inspect, select

from models.base.orm import Base
from models.errors import NotFound
from models.text import Message, msg
from models.workflow.removal import is_trashed
from views.base import trash
from views.base.access import may_look_up
from views.base.converter import form_names
from views.base.declaration import M
from views.base.lookup import Lookup, cast_key
from views.base.request import actor, session
from views.base.rights import is_open
from views.base.saving import Saving


class LookingUp(Saving[M]):
    """The record asked for, and the search boxes of its form."""

    def lookup_criteria(
        self, name: str, target: Any, record: M | None
    ) -> Sequence[ColumnElement[bool]]:
        """Return what limits the records that a key may hold beyond the actor's scope."""
        who = actor()
        if name == getattr(self.mapped.__scope__, "org", None) and not who.is_system:
            return (target.__scope__.acts(target, who),)
        return ()

    def lookup_criteria_of_many(
        self, name: str, target: Any, rows: Select[Any]
    ) -> Sequence[ColumnElement[bool]]:
        """Return the same for records that are changed together; ``rows`` selects their ids."""
        return self.lookup_criteria(name, target, None)

    def why_not_chosen(self, name: str, key: Any, record: M | None) -> Message | None:
        """Return why a record that those limits leave out may not be chosen; None says nothing of
        it, not even that it is there.
        """
        return None

    @cached_property
    def form_names(self) -> frozenset[str]:
        """The columns that a form of this table may hold at all."""
        return frozenset(form_names(self.mapped, self.fields))

    def get_one(self, id: Any) -> Any:
        """Return a record in the actor's scope.

        :raises NotFound: for any other, for junk, for several ids, and for what lies in the trash
            where the actor may not put it back.
        """
        key = cast_key(inspect(self.mapped).columns["id"], id) if isinstance(id, str) else None
        found = None
        if key is not None:
            found = session().scalar(select(self.mapped).where(self.mapped.id == key))
        if found is None or (is_trashed(found) and not self._may_put_back(found)):
            raise NotFound(msg("There is no such record, or it belongs to another organisation."))
        return found

    def _may_put_back(self, record: Base) -> bool:
        return trash.may_open(self, actor()) and record.id in trash.own_ids(self, actor())

    def _asked(self) -> Any:
        ids = request.args.getlist("id") or request.form.getlist("id")
        return self.get_one(ids[0] if len(ids) == 1 else None)

    def form_keys(self) -> dict[str, Any]:
        """Return the foreign keys that a form of this table may hold, by name."""
        columns = inspect(self.mapped).columns
        return {name: columns[name] for name in self.form_names if columns[name].foreign_keys}

    def lookup_url(self, name: str, record: Any) -> str:
        """Return the address that searches what a key may hold."""
        known = {"id": record.id} if record is not None else {}
        return self.get_url(".lookup_view", field=name, **known)

    @expose("/lookup/<field>/")
    def lookup_view(self, field: str) -> ResponseReturnValue:
        """Answer the records that a text names, for the search box of a form."""
        column = self.form_keys().get(field)
        is_mapped = field in inspect(self.mapped).columns
        if column is None or (is_mapped and not is_open(self.mapped, field)):
            abort(404)
        lookup = Lookup(self, field, column)
        if not may_look_up(actor(), lookup.target):
            abort(403)
        record = self._asked() if "id" in request.args else None
        asked, under = request.args.get("q", "")[:100], request.args.get("under", "")[:40]
        return jsonify(results=lookup.found(asked, record, under))
