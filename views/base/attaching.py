"""Files of a record: uploaded to a column, served to who may see the record, pictures on record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from typing import Any, ClassVar

from flask import abort, current_app, flash, redirect, request, send_file
from flask.typing import ResponseReturnValue
from flask_admin.base import expose
from flask_babel import gettext as _
from sqlalchemy import inspect

from models.audit import recorder
from models.base.actor import Actor
from models.base.columns import meta
from models.base.orm import Base
from models.errors import BadInput, Conflict, Forbidden, NotFound
from models.files.accepted import Accepted
from models.files.operations import file_of, keep_file
from models.files.storage import Folder
from models.files.tables import Attachment
from models.text import Label, Message, msg
from views.base import rights
from views.base.addresses import local_path
from views.base.conflict import check_version
from views.base.declaration import M
from views.base.form import RecordForm
from views.base.record import RecordPages
from views.base.request import actor, commit, own_session, session, translate
from views.base.reveal import remembered_purpose, stated_purpose

#: The right to open the files of a table's records.
RIGHT = "file"
PAGES = ("file_view", "attach_view")
NO_PURPOSE = msg(
    "A picture shows personal data. State on the page of its record what you need it for; then it"
    " opens."
)


@dataclass(frozen=True, slots=True)
class Attached:
    """A column that holds a file: what is in it, where it opens, and whether the actor may put
    another there; no ``url`` where it waits for a purpose or is not handed out now.
    """

    name: str
    label: Label
    accepted: Accepted
    file: Attachment | None
    url: str | None
    may_attach: bool
    needs_purpose: bool = False
    why_closed: Message | None = None


def storage() -> Folder:
    """Return where this installation keeps its files."""
    return Folder(Path(current_app.config["FILES"]))


class AttachPages(RecordPages[M]):
    """Columns that hold a file, by declaration: they are in no form but have one of their own."""

    attached: ClassVar[Mapping[str, Accepted]] = {}

    @classmethod
    def _remove_routes(cls, model: type[Base]) -> None:
        super()._remove_routes(model)
        if not cls.attached:
            for page in PAGES:
                setattr(cls, page, None)
        if not any(each.is_picture for each in cls.attached.values()):
            cls.purpose_view = None  # type: ignore[method-assign]

    def edit_form(self, obj: Any = None) -> RecordForm:
        """Return the form without the columns that hold a file."""
        return self._without_files(super().edit_form(obj))

    def create_form(self, obj: Any = None) -> RecordForm:
        """Return the form without the columns that hold a file."""
        return self._without_files(super().create_form(obj))

    def _without_files(self, form: RecordForm) -> RecordForm:
        form.keep(name for name, _field in form.fields() if name not in self.attached)
        return form

    def files_of(self, record: Any) -> list[Attached]:
        """Return the files of a record as far as the actor may know of them."""
        shown = [name for name in self.attached if rights.is_shown(self.mapped, name)]
        return [self._attached(record, name, actor()) for name in shown]

    def why_closed(self, record: Any, name: str, who: Actor) -> Message | None:
        """Return why a file of a record that the actor sees is not handed out to him now, None
        where it is: a hook for tables whose files have their time.
        """
        return None

    def _attached(self, record: Any, name: str, who: Actor) -> Attached:
        file = file_of(session(), getattr(record, name))
        known = Attached(
            name,
            meta(inspect(self.mapped).columns[name]).label,
            self.attached[name],
            file,
            None,
            self._may_attach(record, name, who),
        )
        if file is None or not self.may(who, RIGHT) or not rights.is_open(self.mapped, name):
            return known
        closed = self.why_closed(record, name, who)
        if closed is not None:
            return replace(known, why_closed=closed)
        if known.accepted.is_picture and not remembered_purpose():
            return replace(known, needs_purpose=True)
        return replace(known, url=self.get_url(".file_view", id=record.id, column=name, v=file.id))

    def _may_attach(self, record: Any, name: str, who: Actor) -> bool:
        return bool(
            self.edit_view and self.may(who, "edit") and name in self.editable(record, who).names
        )

    def _file_column(self, given: str) -> str:
        if given not in self.attached or not rights.is_open(self.mapped, given):
            abort(404)
        return given

    @expose("/file/")
    def file_view(self) -> ResponseReturnValue:
        """Send the file of a record that the actor may see. A picture is personal data: it opens
        for a purpose stated in this session, and is recorded as seen (reading 6).
        """
        record = self._asked()
        name = self._file_column(request.args.get("column", ""))
        self._need_open(record, name)
        file = file_of(session(), getattr(record, name))
        if file is None or not storage().has(file.storage_path):
            raise NotFound(msg("There is no file, or it was taken away."))
        content = BytesIO(storage().read(file.storage_path))
        mime, file_name = file.mime, file.file_name
        if self.attached[name].is_picture:
            self._record_sight(record, name)
            return send_file(content, mime)
        return send_file(content, mime, as_attachment=True, download_name=file_name)

    def _need_open(self, record: Any, name: str) -> None:
        """Refuse a file that is not handed out now, and a picture without a purpose."""
        closed = self.why_closed(record, name, actor())
        if closed is not None:
            raise Forbidden(closed)
        if self.attached[name].is_picture and not remembered_purpose():
            raise BadInput(NO_PURPOSE)

    @expose("/purpose/", methods=("POST",))
    def purpose_view(self) -> ResponseReturnValue:
        """Keep for the session why pictures are looked at, and go back to the page that shows
        their places; each sight is recorded with it.
        """
        record = self._asked()
        try:
            stated_purpose(session())
        except BadInput as refusal:
            session().rollback()
            flash(translate(refusal.message), "error")
        else:
            commit()
        back = local_path(request.form.get("url"))
        return redirect(back or self.get_url(".details_view", id=record.id), 303)

    def _record_sight(self, record: Any, name: str) -> None:
        about = {
            "entity": self.mapped.__tablename__,
            "entity_id": record.id,
            "entity_text": record.caption()[:200],
        }
        with own_session(write=True) as work:
            seen = {"fields": [None, [name]]}
            event = self.permission("reveal")
            recorder.record(work, event, **about, changes=seen, reason=remembered_purpose())
            commit(work)

    @expose("/attach/", methods=("POST",))
    def attach_view(self) -> ResponseReturnValue:
        """Put an uploaded file into a column of a record."""
        record = self._asked()
        name = self._file_column(request.form.get("column", ""))
        editable = self.editable(record, actor())
        if name not in editable.names:
            raise Forbidden(editable.why_not or msg("Nothing of this record can be changed."))
        try:
            check_version(record)
            self._keep_upload(record, name)
        except (BadInput, Conflict) as refusal:
            session().rollback()
            flash(translate(refusal.message), "error")
            return self._details(self._asked(), revealed=False, status=refusal.status)
        flash(_("The file is kept."), "success")
        back = local_path(request.form.get("url"))
        return redirect(back or self.get_url(".details_view", id=record.id), 303)

    def _keep_upload(self, record: Any, name: str) -> None:
        """Keep the posted file and point the record at it.

        :raises BadInput: when the file may not be kept.
        """
        posted = request.files.get("file")
        accepted = self.attached[name]
        data = posted.read(accepted.most_bytes + 1) if posted else b""
        file_name = (posted.filename if posted else None) or ""
        kept = keep_file(session(), actor(), storage(), accepted, data=data, file_name=file_name)
        setattr(record, name, kept.id)
        commit()
