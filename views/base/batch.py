"""The batch form of a list: pins what was ticked or matches, judges it, and shows the batch."""

from __future__ import annotations

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin.base import expose
from typing_extensions import override

from models.batch import operations
from models.batch.tables import Batch
from models.errors import BadInput
from models.text import msg
from models.workflow.editing import UNCHOSEN, action_on
from models.workflow.registry import mover_of
from views.base.declaration import Declared, M
from views.base.liststate import ListState
from views.base.request import actor, commit, session


class BatchPages(Declared[M]):
    """Actions on ticked or on all matching rows; a single record's buttons post the same form."""

    @expose("/action/", methods=("POST",))
    @override
    def action_view(self) -> ResponseReturnValue:
        """Pin the rows meant, judge them, and go to the batch's own page; nothing else changes."""
        batch = self._pin()
        operations.preview(session(), batch)
        key = batch.id
        commit()
        return redirect(url_for("batch_page.show", key=key), 303)

    def _edits(self, action: str) -> bool:
        """Say whether an action changes a column that this list declares, or lets one be chosen."""
        names = self.seen.changeable(actor())
        return bool(names) and action in (UNCHOSEN, *(action_on(name) for name in names))

    def _pin(self) -> Batch:
        action = request.form.get("action", "")
        machine = mover_of(self.mapped)
        if machine is None or not (machine.transition(action) or self._edits(action)):
            raise BadInput(
                msg("This list has no such action. Go back to the list and use one of its buttons.")
            )
        address = request.query_string.decode("ascii", "replace")
        state = ListState.from_post(self, request.form, address)
        if request.form.get("all_matching") == "1":
            state.require_clean()
            rows, query = state.statement(), state.query_string()
            return operations.pin(session(), actor(), machine, action, rows, query)
        ids = request.form.getlist("rowid")
        if not ids:
            raise BadInput(msg("No record was chosen. Tick the records first."))
        query = state.query_string()
        return operations.pin_ids(session(), actor(), machine, action, ids, source=query)
