"""The page of a batch: preview, commit once, result. Works as plain forms."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    flash,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from models.audit.recorder import event_of, record
from models.base.session import ActorSession
from models.batch import operations, ownership, undoing
from models.batch.actions import deed_of
from models.batch.tables import Batch
from models.errors import BadInput, Conflict
from models.transfer import taking_back
from models.transfer.carrying import is_import
from models.transfer.exporting import is_export
from models.transfer.taking_back import is_undo
from models.workflow.inputs import typed_of
from views.base.asked import OF_A_REFUSAL, Asked, names
from views.base.draft import is_draft, shows_drafts
from views.base.request import actor, commit, own_session, session, translate
from views.base.workbook import send_workbook
from views.batch.editing import edit_part, lookup_of, say_fault, typed_form
from views.batch.inputs import shown_inputs
from views.batch.presenting import Page, page_of
from views.batch.progress import progress_told
from views.batch.rows import row_table, write_outcomes

pages = Blueprint("batch_page", __name__, url_prefix="/admin/batch")
#: Ids beyond INTEGER are no page at all, on either database.
KEY = "<int(max=2147483647):key>"
#: What a page asks for where it is not the batch's own action.
ACTS = {"cancel": "cancel", "rows_xlsx": "export", "undo": "undo"}


@pages.get(f"/{KEY}/")
def show(key: int) -> ResponseReturnValue:
    """Show where the batch stands; imports and exports have pages of their own."""
    batch = load(key)
    if is_import(batch):
        return redirect(url_for("import_page.show", key=batch.id))
    if is_export(batch):
        return redirect(url_for("export_page.show", key=batch.id))
    page = page_of(session(), batch, actor())
    page.edit = edit_part(session(), batch, None)
    if page.is_open:
        page.inputs = shown_inputs(session(), batch)
    return render(batch, page)


@pages.post(f"/{KEY}/preview")
@shows_drafts
def preview(key: int) -> ResponseReturnValue:
    """Judge again, with the inputs typed."""
    batch = load(key)
    if is_draft():
        return _filled(batch)
    if is_undo(batch):
        return begin_judging(batch)
    try:
        operations.preview(session(), batch, typed_form(batch, request.form))
    except BadInput as error:
        return _wanting(key, error)
    commit()
    return _to(key)


def begin_judging(batch: Batch) -> ResponseReturnValue:
    """Judge the undo of an import, or have the worker do it, and lead to its page."""
    is_large, key = _is_large(batch), batch.id
    (taking_back.judge_later if is_large else taking_back.preview)(session(), batch)
    commit()
    if is_large:
        current_app.extensions["jobs"].send(key)
    return _to(key)


@pages.post(f"/{KEY}/commit")
@shows_drafts
def carry_out(key: int) -> ResponseReturnValue:
    """Do it, once; whoever presses twice sees the same result. A large one waits for the worker."""
    batch = load(key)
    if is_draft():
        return _filled(batch)
    is_large, works = _is_large(batch), taking_back if is_undo(batch) else operations
    act = works.queue if is_large else works.commit
    try:
        act(session(), batch, typed_form(batch, request.form))
    except BadInput as error:
        return _wanting(key, error)
    commit()
    if is_large:
        current_app.extensions["jobs"].send(key)
    return _to(key)


@pages.post(f"/{KEY}/undo")
def undo(key: int) -> ResponseReturnValue:
    """Pin what the batch did, or what it did to some records, and show what undoing would do."""
    taking = undoing.undo(session(), actor(), key, request.form.getlist("rowid") or None)
    operations.preview(session(), taking)
    number = taking.id
    commit()
    return _to(number)


@pages.get(f"/{KEY}/lookup")
def lookup(key: int) -> ResponseReturnValue:
    """Answer the records that a text names, for the new value of a batch."""
    choices = lookup_of(load(key))
    if choices is None:
        abort(404)
    found = choices.search(request.args.get("q", "")[:100], None)
    return jsonify(results=[{"id": value, "text": name} for value, name in found])


@pages.get(f"/{KEY}/progress")
def progress(key: int) -> ResponseReturnValue:
    """Answer how far a batch is, for the bar on its page and the note on every other."""
    return jsonify(progress_told(load(key), url_for("batch_page.show", key=key)))


@pages.post(f"/{KEY}/cancel")
def cancel(key: int) -> ResponseReturnValue:
    """Give the selection up; where it is too late for that, show what became of it."""
    give_up(operations.cancel, load(key))
    return _to(key)


def give_up(cancel_: Callable[[ActorSession, Batch], object], batch: Batch) -> None:
    """Give a batch up; where something came first, say so on its page, which tells the rest."""
    try:
        cancel_(session(), batch)
    except Conflict as late:
        session().rollback()
        flash(translate(late.message), "warning")
    else:
        commit()


@pages.get(f"/{KEY}/preview")
@pages.get(f"/{KEY}/commit")
@pages.get(f"/{KEY}/cancel")
@pages.get(f"/{KEY}/undo")
def back(key: int) -> ResponseReturnValue:
    """Lead from the address of a refused step, typed again or loaded anew, to the batch."""
    return _to(load(key).id)


@pages.get(f"/{KEY}/rows.xlsx")
def rows_xlsx(key: int) -> Response:
    """Send every row's outcome as a workbook; the trail says who took it."""
    with own_session(write=True) as work:
        record_taking(work, ownership.load(work, actor(), key))
    with own_session() as work:
        batch = ownership.load(work, actor(), key)
        name = _("Batch %(number)s", number=key)
        return send_workbook(name, partial(write_outcomes, work, batch))


def record_taking(work: ActorSession, batch: Batch) -> None:
    """Tell the trail, before anything is sent, that a file of a batch is taken away."""
    key = batch.id
    record(work, event_of(Batch, "export"), entity=Batch.__tablename__, entity_id=key, batch_id=key)
    commit(work)


@names("batch_page.")
def _asked(work: ActorSession) -> Asked:
    """Return the action of the batch meant; the batch itself for what only looks at it."""
    key = (request.view_args or {})["key"]
    batch = work.get(Batch, key, execution_options=OF_A_REFUSAL)
    method = (request.endpoint or "").rpartition(".")[2]
    event = f"{Batch.__area__}:{Batch.__tablename__}:{ACTS.get(method, 'view')}"
    if batch is None:
        return Asked(event)
    if method in ("preview", "carry_out"):
        event = event_of(deed_of(batch).table, batch.action)
    return Asked(event, Batch.__tablename__, key, key)


def load(key: int) -> Batch:
    """Return a batch that the actor may see.

    :raises NotFound: for any other.
    """
    return ownership.load(session(), actor(), key)


def _to(key: int) -> ResponseReturnValue:
    return redirect(url_for("batch_page.show", key=key), 303)


def _wanting(key: int, error: BadInput) -> ResponseReturnValue:
    """Show the page again with what was typed and what is wrong with it; nothing was done."""
    session().rollback()
    batch = load(key)
    page = page_of(session(), batch, actor())
    page.inputs = shown_inputs(session(), batch, _typed(batch))
    page.edit = edit_part(session(), batch, request.form)
    if not say_fault(page.edit, error):
        page.refusal = error.message
    return render(batch, page), 400


def _filled(batch: Batch) -> ResponseReturnValue:
    """Show the page with what was typed before the session ended; nothing is judged or done."""
    page = page_of(session(), batch, actor())
    page.edit = edit_part(session(), batch, request.form)
    if page.is_open:
        page.inputs = shown_inputs(session(), batch, _typed(batch), is_judged=False)
    return render(batch, page)


def _typed(batch: Batch) -> dict[str, Any]:
    return typed_of(deed_of(batch).inputs, request.form)


def _is_large(batch: Batch) -> bool:
    """Say whether the worker carries a batch out; the undo of an import is as long as that was."""
    bound = "IMPORT_INLINE_ROWS" if is_undo(batch) else "BATCH_INLINE_ROWS"
    return bool(batch.pinned_count > current_app.config[bound])


def render(batch: Batch, page: Page) -> str:
    """Return the page of a batch, with its rows where there is something to tell of them."""
    if page.is_done or request.args.get("outcome"):
        page.rows = row_table(session(), batch, "batch_page.show")
    return render_template("batch/page.html", page=page, batch=batch)
