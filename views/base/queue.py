"""The queue of a list: one waiting record after the other, held for one person, decided by key."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin.base import expose
from flask_babel import gettext as _

from models.base.orm import Base
from models.batch import claims, operations, undoing
from models.batch.pinning import require_version
from models.batch.tables import Batch
from models.errors import BadInput, Conflict, Forbidden, NotFound
from models.text import Message, msg
from models.workflow.inputs import typed_of
from models.workflow.machine import Machine
from models.workflow.registry import machine_of
from views.base.conflict import check_version, posted_version
from views.base.declaration import M
from views.base.queue_last import NOTHING_DECIDED, TOO_LATE, Last, last_decision
from views.base.queue_page import Posted, queue_page
from views.base.record import RecordPages
from views.base.request import actor, commit, session, translate
from views.base.waiting import capped
from views.base.worklist import Worklist

TAKEN = msg("A colleague is working on this record. Take the next one.")
DONE_WITH = msg("This record does not wait any more.")
TAKEN_STATUS = Conflict.status
#: Pages that a table without waiting records does not have.
PAGES = (
    "queue_view",
    "queue_next_view",
    "queue_decide_view",
    "queue_undo_view",
    "queue_hold_view",
    "queue_leave_view",
)


class QueuePages(RecordPages[M]):
    """Records that wait for a role, one at a time."""

    @classmethod
    def _remove_routes(cls, model: type[Base]) -> None:
        super()._remove_routes(model)
        if machine_of(model) is None or model.__part_of__:
            for page in PAGES:
                setattr(cls, page, None)

    @expose("/queue/")
    def queue_view(self) -> ResponseReturnValue:
        """Show a record with the ways to decide it, or how many wait; looking holds nothing."""
        worklist = self._worklist()
        if "id" not in request.args:
            return self._idle(worklist)
        record = self._own_record()
        if getattr(record, worklist.machine.column) not in worklist.own:
            return self._idle(worklist, DONE_WITH)
        holder = claims.holder(session(), worklist.machine, record.id)
        if holder not in (None, actor().user_id):
            return self._idle(worklist, TAKEN)
        return self._record_page(worklist, record.id, held=holder is not None)

    @expose("/queue/next/", methods=("POST",))
    def queue_next_view(self) -> ResponseReturnValue:
        """Hold the next record, behind the one that was skipped."""
        worklist = self._worklist()
        following = _hold_next(worklist, _number("after"))
        commit()
        return self._to(worklist, following)

    @expose("/queue/decide/", methods=("POST",))
    def queue_decide_view(self) -> ResponseReturnValue:
        """Decide the held record as a batch of one, and hold the next."""
        worklist = self._worklist()
        record = self._own_record()
        key = record.id
        if not claims.hold(session(), actor(), worklist.machine, key):
            return self._idle(worklist, TAKEN), TAKEN_STATUS
        try:
            check_version(record)
            batch = self._decided(worklist.machine, key)
        except (BadInput, Conflict) as refusal:
            posted = _posted(worklist.machine, refusal.message)
            session().rollback()  # the lease that was there before stays
            return self._record_page(worklist, key, posted), refusal.status
        done = batch.id
        following = _hold_next(worklist, key)
        commit()
        return self._to(worklist, following, done)

    def _decided(self, machine: Machine, key: int) -> Batch:
        """Carry the posted transition out.

        :raises Conflict: with the reason, when the record may not be moved.
        """
        action = request.form.get("action", "")
        batch = operations.pin_ids(session(), actor(), machine, action, [key])
        require_version(session(), batch, posted_version())
        return _carried_out(batch, request.form)

    @expose("/queue/undo/", methods=("POST",))
    def queue_undo_view(self) -> ResponseReturnValue:
        """Take the last decision back while it is fresh, and hold its record again."""
        worklist = self._worklist()
        try:
            last = _fresh_decision(worklist.machine)
            taking = _carried_out(undoing.undo(session(), actor(), last.batch_id), None)
        except Conflict as refusal:
            session().rollback()
            return self._idle(worklist, refusal.message), refusal.status
        claims.release(session(), actor(), worklist.machine)
        held = claims.hold(session(), actor(), worklist.machine, last.row_id)
        done = taking.id
        commit()
        return self._to(worklist, last.row_id if held else None, done)

    @expose("/queue/hold/", methods=("POST",))
    def queue_hold_view(self) -> ResponseReturnValue:
        """Hold a record, or go on holding it; a script, whose page stays open, is told whether."""
        worklist = self._worklist()
        record = self._own_record()
        if getattr(record, worklist.machine.column) not in worklist.own:
            return self._idle(worklist, DONE_WITH), TAKEN_STATUS
        key = record.id
        holder = claims.holder(session(), worklist.machine, key)
        if holder is None:
            claims.release(session(), actor(), worklist.machine)  # one at a time
        held = claims.hold(session(), actor(), worklist.machine, key)
        commit()
        if request.accept_mimetypes.best == "application/json":
            return "", 204 if held else TAKEN_STATUS
        return self._to(worklist, key) if held else (self._idle(worklist, TAKEN), TAKEN_STATUS)

    @expose("/queue/leave/", methods=("POST",))
    def queue_leave_view(self) -> ResponseReturnValue:
        """Let the record go, undecided, and go back to the list."""
        worklist = self._worklist()
        claims.release(session(), actor(), worklist.machine)
        commit()
        return redirect(worklist.list_url, 303)

    def _own_record(self) -> Any:
        """Return the record asked for, which only who may decide it holds.

        :raises Forbidden: where the actor may look at it only.
        """
        record = self._asked()
        if not self.may_act_on(record, actor()):
            raise Forbidden(msg("It belongs to another organisation: you may look at it only."))
        return record

    def _worklist(self) -> Worklist:
        return Worklist.read(self, request.values)

    def _to(
        self, worklist: Worklist, following: int | None, done: int | None = None
    ) -> ResponseReturnValue:
        named = {"id": following, "done": done}
        known = {name: value for name, value in named.items() if value is not None}
        return redirect(self.get_url(".queue_view", **known, **worklist.carried), 303)

    def _last(self, machine: Machine) -> Last | None:
        done = _number("done")
        return last_decision(actor(), machine, done) if done else None

    def _record_page(
        self, worklist: Worklist, key: int, posted: Posted | None = None, *, held: bool = True
    ) -> str:
        record: Any = self.get_one(str(key))
        page = queue_page(self, worklist, record, posted)
        shown: str = self.render(
            "queue/page.html",
            record=record,
            page=replace(page, last=self._last(worklist.machine)),
            worklist=worklist,
            held=held,
            nothing_decided=NOTHING_DECIDED,
        )
        return shown

    def _idle(self, worklist: Worklist, why: Message | None = None) -> str:
        if why is not None:
            flash(translate(why), "warning")
        shown: str = self.render(
            "queue/idle.html",
            title=_("Work through the list"),
            states=[(state, capped(count)) for state, count in worklist.waits()],
            last=self._last(worklist.machine),
            worklist=worklist,
            nothing_decided=NOTHING_DECIDED,
        )
        return shown


def _hold_next(worklist: Worklist, after: int) -> int | None:
    return claims.hold_next(
        session(), actor(), worklist.machine, worklist.states, after, rows=worklist.rows
    )


def _number(name: str) -> int:
    """Return a number of the address or the form, 0 where there is none."""
    said = request.values.get(name, "")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 10 else 0


def _fresh_decision(machine: Machine) -> Last:
    """Return the decision that a form takes back.

    :raises NotFound: for a batch that is no decision of the actor's in this queue.
    :raises Conflict: when that is not possible here any more.
    """
    last = last_decision(actor(), machine, _number("batch"))
    if last is None:
        raise NotFound(msg("There is no such batch."))
    if last.undo_url is None:
        raise Conflict(last.why_not or TOO_LATE)
    return last


def _carried_out(batch: Batch, form: Any) -> Batch:
    """Judge a batch of one, and carry it out.

    :raises Conflict: with the reason, when the record may not be moved.
    """
    preview = operations.preview(session(), batch, form)
    if not preview.ready:
        why = preview.refused[0].reason if preview.refused else None
        raise Conflict(why or msg("It was refused."))
    return operations.commit(session(), batch, form)


def _posted(machine: Machine, why: Message) -> Posted:
    """Return what was typed for a decision that was refused."""
    action = request.form.get("action", "")
    transition = machine.transition(action)
    return Posted(action, typed_of(transition.inputs, request.form) if transition else {}, why)
