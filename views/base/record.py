"""Pages of one record: details, edit, new, what a key may hold, and the reveal of personal data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin.base import expose
from flask_babel import gettext as _
from sqlalchemy import select

from models.base.actor import Actor
from models.errors import BadInput, Conflict, Forbidden, ScopeBreach
from models.text import msg
from views.base import conflict, detail
from views.base.addresses import local_path
from views.base.converter import PanelConverter, form_names
from views.base.declaration import M
from views.base.draft import is_draft, shows_drafts
from views.base.form import Editable, RecordForm
from views.base.looking_up import LookingUp
from views.base.request import actor, session, translate
from views.base.reveal import reveal
from views.base.shown import show_all, title_of, whole_of
from views.base.timeline import author_names


class RecordPages(LookingUp[M]):
    """Details, edit and creation of one record. A table narrows it by the hooks of :class:`Saving`,
    :class:`LookingUp` and below.
    """

    form_base_class = RecordForm
    model_form_converter = PanelConverter
    #: Tables outside the own area whose rows are shown with a record.
    related: ClassVar[str] = ""

    # Hooks.

    def editable_fields(self, record: M, who: Actor) -> Editable:
        """Return what the actor may change: the form's columns, in his own scope, but never whose
        part it is.
        """
        if not self.may_act_on(record, who):
            return Editable(
                frozenset(), msg("It belongs to another organisation: you may look at it only.")
            )
        return Editable(self.form_names - {self.mapped.__part_of__, self.owner_column(who)})

    def new_fields(self, who: Actor) -> frozenset[str]:
        """Return the columns that the actor fills in a new record."""
        return self.form_names - {self.owner_column(who)}

    def remove_url(self, record: M, who: Actor) -> str | None:
        """Return where the form that deletes a record is sent, None where the actor may not."""
        return None

    def put_back_url(self, record: M, who: Actor) -> str | None:
        """Return where the form that puts a record back is sent, None where it cannot be."""
        return None

    # Records and forms.

    def may_act_on(self, record: M, who: Actor) -> bool:
        """Say whether a record is the actor's own to change, not only to read."""
        return who.is_system or record.id in self.acted_on([record.id], who)

    def judge_all(self, records: Sequence[M], who: Actor) -> None:
        """Find out by one statement which records :meth:`may_act_on` will allow."""
        if not who.is_system:
            self.acted_on([record.id for record in records], who)

    def acted_on(self, ids: Sequence[int], who: Actor) -> set[int]:
        """Return which of some records are the actor's own to change, asking for each once."""
        if who.is_system:
            return set(ids)
        known: dict[int, bool] = session().info.setdefault(("acts on", self.mapped), {})
        missing = set(ids) - known.keys()
        if missing:
            mine = self.mapped.__scope__.acts(self.mapped, who)
            wanted = select(self.mapped.id).where(self.mapped.id.in_(missing), mine)
            options = {"unscoped": "the scope's own rule"}
            found = set(session().scalars(wanted, execution_options=options))
            known |= {id_: id_ in found for id_ in missing}
        return {id_ for id_ in ids if known[id_]}

    def forget_acts(self) -> None:
        """Ask anew whose records are: what was found before a lock may have changed meanwhile."""
        session().info.pop(("acts on", self.mapped), None)

    def scaffold_form(self) -> Any:
        """Make the form's class once: one field for each column that a form may hold."""
        self.form_columns = form_names(self.mapped, self.fields)
        return super().scaffold_form()

    def edit_form(self, obj: Any = None) -> RecordForm:
        """Return the form of a record with the fields that the actor may change, and no others."""
        form: RecordForm = super().edit_form(obj)
        form.keep(self.editable(obj, actor()).names)
        return form

    def create_form(self, obj: Any = None) -> RecordForm:
        """Return the form of a new record; what the address names is filled in."""
        form: RecordForm = super().create_form(obj)
        form.keep(self._writable(self.new_fields(actor())))
        if request.method == "GET":
            form.fill(request.args)
        return form

    # Pages.

    @expose("/details/")
    def details_view(self) -> ResponseReturnValue:
        """Show a record."""
        return self._details(self._asked(), revealed=False)

    def _details(self, record: Any, *, revealed: bool, status: int = 200) -> ResponseReturnValue:
        shown = detail.detail_of(self, record, actor(), revealed)
        page = self.render(
            "admin/model/details.html", record=record, detail=shown, revealed=revealed
        )
        return page, status, {"Cache-Control": "no-store"} if revealed else {}

    @expose("/reveal/", methods=("POST",))
    def reveal_view(self) -> ResponseReturnValue:
        """Show a record once with its personal data, after the purpose was written down."""
        record = self._asked()
        try:
            reveal(record, self.permission("reveal"))
        except BadInput as refusal:
            flash(translate(refusal.message), "error")
            return self._details(record, revealed=False, status=400)
        return self._details(record, revealed=True)

    @expose("/edit/", methods=("GET", "POST"))
    @shows_drafts
    def edit_view(self) -> ResponseReturnValue:
        """Change a record."""
        record = self._asked()
        rights = self.editable(record, actor())
        form = self.edit_form(record)
        if request.method == "GET" or is_draft():
            return self._edit_page(form, record, rights)
        if not rights.names:
            raise Forbidden(rights.why_not or msg("Nothing of this record can be changed."))
        try:
            if form.validate():
                saved = self.update_model(form, record)
            else:
                saved = self.judge_rest(form, record)
        except Conflict:
            return self._conflict(record.id)
        except ScopeBreach as refusal:
            form.add_refusal(refusal)
            return self._edit_page(form, record, rights, refusal.status)
        return self._saved(record) if saved else self._edit_page(form, record, rights, 400)

    def _edit_page(
        self, form: RecordForm, record: Any, rights: Editable, status: int = 200, **more: Any
    ) -> ResponseReturnValue:
        page_of = detail.pages_of(self, actor())
        names = [name for name in detail.mapped_names(self) if name not in form]
        fixed = {shown.name: shown for shown in show_all(record, names, False, page_of)}
        page = self.render(
            "admin/model/edit.html",
            record=record,
            title=title_of(record),
            form=form,
            rights=rights,
            sections=self._form_sections(form, fixed),
            leave_url=self._leave_url(record),
            **more,
        )
        return page, status

    def _conflict(self, id_: int) -> ResponseReturnValue:
        session().rollback()
        record = self.get_one(str(id_))
        form = self.edit_form(record)
        made, changed = author_names(record)
        page = self.render(
            "admin/model/conflict.html",
            record=record,
            title=title_of(record),
            differences=conflict.differences(form),
            base=form.base(),
            changed_by=changed or made,
            leave_url=self._leave_url(record),
        )
        return page, 409

    @expose("/new/", methods=("GET", "POST"))
    @shows_drafts
    def create_view(self) -> ResponseReturnValue:
        """Make a record."""
        form = self.create_form()
        if request.method == "GET" or is_draft():
            return self._new_page(form)
        try:
            record = self.create_model(form) if form.validate() else None
        except ScopeBreach as refusal:
            form.add_refusal(refusal)
            return self._new_page(form, refusal.status)
        return self.made(record) if record is not None else self._new_page(form, 400)

    def made(self, record: Any) -> ResponseReturnValue:
        """Answer a creation: by default as any other change."""
        return self._saved(record)

    def _new_page(self, form: RecordForm, status: int = 200) -> ResponseReturnValue:
        page = self.render(
            "admin/model/create.html",
            form=form,
            whole=self._whole_of(form),
            sections=self._form_sections(form, {}),
            leave_url=local_path(request.args.get("url")) or self.get_url(".index_view"),
        )
        return page, status

    def _whole_of(self, form: RecordForm) -> str | None:
        """Return the column of the record that a new part is hung on, where the address has said
        so.
        """
        name = self.mapped.__part_of__
        return name if name and name in form and form[name].data is not None else None

    def _form_sections(self, form: RecordForm, fixed: dict[str, Any]) -> list[Any]:
        """Return heading, and fields or read-only values in order; columns outside all sections
        come last.
        """
        sections = []
        for label, names in detail.section_names(self):
            keys = [self.declared(name).key for name in names if name not in self.computed]
            items = [form[key] if key in form else fixed.get(key) for key in keys]
            sections.append((label, [item for item in items if item is not None]))
        placed = set(detail.mapped_names(self))
        rest = [field for name, field in form.fields() if name not in placed]
        return [section for section in (*sections, (detail.OTHER, rest)) if section[1]]

    def _leave_url(self, record: Any) -> str:
        wanted = local_path(request.args.get("url"))
        return wanted or self._page_of(record) or self.get_url(".index_view")

    def _page_of(self, record: Any) -> str | None:
        return detail.pages_of(self, actor())(type(record), record.id)

    def _saved(self, record: Any) -> ResponseReturnValue:
        """Go back to the record, to the record that it is part of, or to the list if it has left
        one's scope.
        """
        found = session().scalar(select(self.mapped).where(self.mapped.id == record.id))
        if found is None:
            flash(
                _("Saved. The record now belongs to another organisation and has left your list."),
                "success",
            )
            return redirect(self.get_url(".index_view"), 303)
        flash(_("Saved."), "success")
        whole = whole_of(found)
        page = self._page_of(whole) if whole is not None else None
        return redirect(page or self._leave_url(found), 303)
