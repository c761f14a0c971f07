"""How a form becomes a saved record: version, changes, faults, one commit; nothing half-written."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from flask import request
from sqlalchemy import inspect
from sqlalchemy.orm import Session

from models.base.actor import Actor
from models.base.scope import Owned
from models.base.spelling import UNSEEN, has_unseen
from models.errors import BadInput, Forbidden, Refusal
from models.text import Message, msg
from models.workflow.editing import IN_TRASH
from models.workflow.removal import is_trashed
from views.base import rights
from views.base.conflict import check_version
from views.base.declaration import Declared, M
from views.base.fields import scalar_default
from views.base.form import REASON, Editable, RecordForm
from views.base.request import actor, commit, session
from views.base.shown import whole_of


class Saving(Declared[M]):
    """Writing of one record. The hooks are what a table may declare beyond its columns."""

    def editable_fields(self, record: M, who: Actor) -> Editable:
        """Return what the actor may change of a record. A table with states of its own narrows
        this.
        """
        raise NotImplementedError

    def editable(self, record: M, who: Actor) -> Editable:
        """Return what the actor may change of a record and his role may write."""
        if is_trashed(record):
            return Editable(frozenset(), IN_TRASH)
        usual = self.editable_fields(record, who)
        return replace(usual, names=self._writable(usual.names))

    def _writable(self, names: Iterable[str]) -> frozenset[str]:
        """Return those that the role may write; what is no column of the table is not judged."""
        columns = inspect(self.mapped).columns
        return frozenset(
            name for name in names if name not in columns or rights.may_write(self.mapped, name)
        )

    def faults(self, record: M, who: Actor) -> Iterable[tuple[str | None, Message]]:
        """Return what is wrong with a filled record, in words: column (or None) and sentence."""
        return ()

    def before_save(self, record: M, who: Actor, is_created: bool, work: Session) -> None:
        """Keep together what belongs together (a site and its arrangement) before the record is
        written.
        """

    def create_model(self, form: RecordForm) -> Any:
        """Make a record of the form; None with the faults in the form if it may not be."""
        record: Any = self.build_new_instance()
        work = session()
        return record if self._write(form, record, work, is_created=True) else None

    def update_model(self, form: RecordForm, record: Any) -> bool:
        """Change a record as the form says; False with the faults in the form.

        :raises Conflict: when the record has moved on since the form was loaded.
        """
        if not form.changes():
            return True
        check_version(record)
        self._note_reason(form, record)
        return not form.errors and self._write(form, record, session(), is_created=False)

    def judge_rest(self, form: RecordForm, record: Any) -> bool:
        """Say of a form that cannot be read in some fields what is wrong with the others, so that
        nobody learns of it only from the next save; nothing is saved.
        """
        work, unread = session(), {name for name, field in form.fields() if field.errors}
        self._note_reason(form, record)
        with work.no_autoflush:
            for name, field in form.fields():
                if name not in unread:
                    field.populate_obj(record, name)
            faults = list(self.faults(record, actor()))
        form.add_faults((name, message) for name, message in faults if name not in unread)
        work.rollback()
        return False

    def _write(self, form: RecordForm, record: M, work: Any, *, is_created: bool) -> bool:
        who = actor()
        try:
            with work.no_autoflush:
                self._fill(form, record, who, is_created, work)
                form.add_faults(self.faults(record, who))
            if form.general or form.errors:
                work.rollback()
                return False
            if is_created:
                work.add(record)
            self._on_model_change(form, record, is_created)
            commit()
        except BadInput as refusal:
            work.rollback()
            form.add_refusal(refusal)
            return False
        except Refusal:
            work.rollback()
            raise
        return True

    def _fill(self, form: RecordForm, record: M, who: Actor, is_created: bool, work: Any) -> None:
        form.populate_obj(record)
        if is_created:
            self._set_defaults(record)
            self._set_owner(record, who)
            self._judge_whole(record, who)
        self.before_save(record, who, is_created, work)

    def _set_defaults(self, record: M) -> None:
        """Fill in what nobody chose: faults are judged on the row that will be written."""
        for name, column in inspect(self.mapped).columns.items():
            if getattr(record, name) is None and (default := scalar_default(column)) is not None:
                setattr(record, name, default)

    def owner_column(self, who: Actor) -> str | None:
        """Return the column that says whose a row is, where the actor may not choose it."""
        scope = self.mapped.__scope__
        return scope.org if isinstance(scope, Owned) and not who.acts_in_subtree else None

    def _set_owner(self, record: M, who: Actor) -> None:
        scope = self.mapped.__scope__
        if not isinstance(scope, Owned):
            return
        if getattr(record, scope.org, None) is None or not who.acts_in_subtree:
            setattr(record, scope.org, who.authority_id if who.is_site else who.org_id)
        if scope.site and who.is_site:
            setattr(record, scope.site, who.org_id)

    def why_no_part(self, whole: Any, who: Actor) -> Message | None:
        """Return why no new part may be hung on a record, None where it may."""
        return None

    def _judge_whole(self, record: M, who: Actor) -> None:
        whole = whole_of(record)
        why_not = self.why_no_part(whole, who) if whole is not None else None
        if why_not is not None:
            raise Forbidden(why_not)

    def _note_reason(self, form: RecordForm, record: M) -> None:
        """Ask for the reason of a change that needs one, and hand it to the audit trail."""
        need_reason = self.editable(record, actor()).need_reason
        reason = request.form.get(REASON, "").strip()[:500]
        if need_reason & set(form.changes()) and not reason:
            form.add_faults([(None, msg("Say why: this change is kept with its reason."))])
        if has_unseen(reason):
            form.add_faults([(None, UNSEEN)])
        session().info["reason"] = reason or None
