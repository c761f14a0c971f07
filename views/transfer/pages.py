"""The pages of an import: a file, its columns, what it would do, and what it did. Plain forms."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from models.accounts.preferences import keep, kept_of
from models.audit.recorder import event_of
from models.base.session import ActorSession
from models.batch import ownership
from models.batch.tables import Batch
from models.errors import BadInput, NotFound
from models.text import Message, msg
from models.transfer import carrying, queueing, taking_back
from models.transfer.declaring import Importer, importer_of
from models.transfer.importing import write_returned
from models.transfer.templates import outfit_of, write_template
from views.base.asked import OF_A_REFUSAL, Asked, names
from views.base.request import actor, commit, own_session, session, text, translate
from views.base.workbook import send_workbook
from views.batch.pages import begin_judging, give_up, record_taking
from views.batch.progress import progress_told
from views.batch.rows import row_table
from views.transfer.presenting import Page, page_of

pages = Blueprint("import_page", __name__, url_prefix="/admin/import")
KEY = "<int(max=2147483647):key>"
#: What a list remembers of its user's files: heading → field.
REMEMBERED = "import:"
#: So many headings are remembered, the latest.
MOST_REMEMBERED = 300
#: Inputs of the mapping: ``column_0`` for the first column of the file.
COLUMN = "column_"
ACTS = {"undo": "undo", "cancel": "cancel", "refused": "export"}


@pages.get("/<string:table>/")
def begin(table: str) -> str:
    """Ask for a file."""
    return _begin(_importer(table))


@pages.post("/<string:table>/")
def upload(table: str) -> ResponseReturnValue:
    """Keep the file that was sent, guess its columns, and show them."""
    importer, sent = _importer(table), request.files.get("file")
    if sent is None or not sent.filename:
        return _begin(importer, msg("Choose a file first.")), 400
    try:
        sent_by, name, inline = actor(), sent.filename, current_app.config["IMPORT_INLINE_ROWS"]
        batch = carrying.upload(session(), sent_by, importer, name, sent.read(), inline=inline)
    except BadInput as refusal:
        session().rollback()
        return _begin(importer, refusal.message), 400
    file, known = carrying.file_of(session(), batch), _remembered(table)
    file.mapping = dict(file.mapping or {}) | {h: known[h] for h in file.headings if h in known}
    number = batch.id
    commit()
    return _to(number)


@pages.get("/<string:table>/template.xlsx")
def template(table: str) -> Response:
    """Send the workbook to be filled in."""
    importer = _importer(table)
    columns = importer.fillable(actor())
    write = partial(write_template, session(), importer=importer, names=columns, text=text)
    noun = text(importer.table.__label__).replace("/", " ")
    return send_workbook(f"{noun}-{_('template')}", write)


@pages.get(f"/{KEY}/")
def show(key: int) -> str:
    """Show where an import stands."""
    return _shown(*_load(key))


@pages.post(f"/{KEY}/preview")
def preview(key: int) -> ResponseReturnValue:
    """Judge every row with the columns chosen; nothing is saved. Many wait for the job worker."""
    batch, importer = _load(key)
    if batch.queued_at is not None:
        return _to(key)
    mapping, is_large = _chosen(batch), _is_large(batch)
    try:
        (queueing.judge_later if is_large else carrying.preview)(session(), batch, mapping)
    except BadInput as refusal:
        session().rollback()
        return _shown(*_load(key), refusal=refusal.message), 400
    _remember(importer.table.__tablename__, mapping)
    commit()
    if is_large:
        current_app.extensions["jobs"].send(key)
    return _to(key)


@pages.post(f"/{KEY}/commit")
def carry_out(key: int) -> ResponseReturnValue:
    """Save what passes, once. A large import waits for the job worker."""
    batch = _load(key)[0]
    is_large = _is_large(batch)
    try:
        if carrying.is_open(batch):  # pressed twice, the first counts
            carrying.choose(session(), batch, all_or_nothing=request.form.get("mode") == "all")
        (carrying.queue if is_large else carrying.commit)(session(), batch)
    except BadInput as refusal:
        session().rollback()
        return _shown(*_load(key), refusal=refusal.message), 400
    commit()
    if is_large:
        current_app.extensions["jobs"].send(key)
    return _to(key)


@pages.post(f"/{KEY}/cancel")
def cancel(key: int) -> ResponseReturnValue:
    """Give the import up; where it is too late for that, show what became of it."""
    give_up(carrying.cancel, _load(key)[0])
    return _to(key)


@pages.post(f"/{KEY}/undo")
def undo(key: int) -> ResponseReturnValue:
    """Pin what the import did, and show on the page of that batch what undoing would do."""
    return begin_judging(taking_back.begin(session(), actor(), _load(key)[0]))


@pages.get(f"/{KEY}/preview")
@pages.get(f"/{KEY}/commit")
@pages.get(f"/{KEY}/cancel")
@pages.get(f"/{KEY}/undo")
def back(key: int) -> ResponseReturnValue:
    """Lead from the address of a refused step, typed again or loaded anew, to the import."""
    return _to(_load(key)[0].id)


@pages.get(f"/{KEY}/progress")
def progress(key: int) -> ResponseReturnValue:
    """Answer how far an import is, for the bar on its page."""
    return jsonify(progress_told(_load(key)[0], url_for("import_page.show", key=key)))


@pages.get(f"/{KEY}/refused.xlsx")
def refused(key: int) -> Response:
    """Send the refused rows as they came, with a column that says why; the trail keeps who took
    them.
    """
    with own_session() as work:
        batch = _owned(work, key)
        report = carrying.refused_of(work, batch)
        name = Path(carrying.file_of(work, batch).file_name).stem
        outfit = outfit_of(work, _load(key)[1], report.headings, len(report.rows), text)
    with own_session(write=True) as work:
        record_taking(work, _owned(work, key))
    write = partial(write_returned, report=report, translate=translate, outfit=outfit)
    return send_workbook(f"{name}-{_('reasons')}", write)


@names("import_page.")
def _asked(work: ActorSession) -> Asked:
    """Return the import meant, or the right to import into a table."""
    given = request.view_args or {}
    if "table" in given:
        importer = importer_of(given["table"])
        if importer is None:
            return Asked(event_of(Batch, "view"))
        return Asked(event_of(importer.table, "import"), importer.table.__tablename__)
    key = given["key"]
    method = (request.endpoint or "").rpartition(".")[2]
    event = event_of(Batch, ACTS.get(method, "view"))
    if work.get(Batch, key, execution_options=OF_A_REFUSAL) is None:
        return Asked(event)
    return Asked(event, Batch.__tablename__, key, key)


def _importer(table: str) -> Importer:
    """Return the import into a table that the actor may do."""
    importer = importer_of(table)
    if importer is None:
        abort(404)
    if not importer.may(actor()):
        actor().require(event_of(importer.table, importer.rights[0]))
    return importer


def _is_large(batch: Batch) -> bool:
    return bool(batch.pinned_count > current_app.config["IMPORT_INLINE_ROWS"])


def _owned(work: ActorSession, key: int) -> Batch:
    """Return an import that the actor himself began: it holds what he sent, unmasked.

    :raises NotFound: for any other batch.
    """
    batch = ownership.load(work, actor(), key)
    if not carrying.is_import(batch) or not ownership.is_own(batch, actor()):
        raise NotFound(msg("There is no such batch."))
    return batch


def _load(key: int) -> tuple[Batch, Importer]:
    batch = _owned(session(), key)
    importer = importer_of(batch.entity)
    if importer is None:
        abort(404)
    return batch, importer


def _chosen(batch: Batch) -> dict[str, str]:
    """Return the mapping that was posted; a request without one means the one that is kept."""
    file = carrying.file_of(session(), batch)
    posted = {
        heading: request.form[f"{COLUMN}{place}"]
        for place, heading in enumerate(h for h in file.headings if h)
        if f"{COLUMN}{place}" in request.form
    }
    return posted or dict(file.mapping or {})


def _remembered(table: str) -> dict[str, str]:
    found = kept_of(session(), actor().user_id, REMEMBERED + table)
    value: Any = found.value if found is not None else None
    kept = value if isinstance(value, dict) else {}
    return {str(heading): str(name) for heading, name in kept.items()}


def _remember(table: str, mapping: dict[str, str]) -> None:
    """Keep what was chosen for each heading, beside what other files' headings stood for. What is
    not read, or has digits in it, may be a person's data in a file without headings.
    """
    others = {h: name for h, name in _remembered(table).items() if h not in mapping}
    said = {h: n for h, n in mapping.items() if n and not any(map(str.isdigit, h))}
    latest = [*others.items(), *said.items()][-MOST_REMEMBERED:]
    keep(session(), actor().user_id, REMEMBERED + table, dict(latest))


def _to(key: int) -> ResponseReturnValue:
    return redirect(url_for("import_page.show", key=key), 303)


def _begin(importer: Importer, refusal: Message | None = None) -> str:
    limits, fillable = current_app.config["IMPORT_LIMITS"], importer.fillable(actor())
    told = {"limits": importer.within(limits), "names": fillable, "refusal": refusal}
    return render_template("import/begin.html", importer=importer, **told)


def _shown(batch: Batch, importer: Importer, refusal: Message | None = None) -> str:
    page: Page = page_of(session(), batch, importer, actor())
    page.refusal = refusal
    if page.is_done and batch.done_count:
        page.rows = row_table(session(), batch, "import_page.show")
    return render_template("import/page.html", page=page, batch=batch)
