"""The page of an export that the job worker makes: how far it is, then its file."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from models.audit.recorder import event_of
from models.base.session import ActorSession
from models.batch import ownership
from models.batch.tables import Batch
from models.errors import NotFound
from models.text import msg
from models.transfer import exporting
from models.transfer.tables import ExportFile
from views.base.asked import OF_A_REFUSAL, Asked, names
from views.base.attaching import storage
from views.base.export import MEDIA, disposition
from views.base.request import actor, own_session, session
from views.base.shell import grid_named
from views.batch.pages import record_taking
from views.batch.presenting import closing_of
from views.batch.progress import progress_of, standing_of

pages = Blueprint("export_page", __name__, url_prefix="/admin/export")
KEY = "<int(max=2147483647):key>"


@pages.get(f"/{KEY}/")
def show(key: int) -> ResponseReturnValue:
    """Show where an export stands."""
    batch, _file = _owned(session(), key)
    progress = progress_of(batch)
    address = url_for(f"{batch.entity}.index_view")
    return render_template(
        "export/page.html",
        page={"id": key, "url": url_for("batch_page.show", key=key), "progress": progress},
        batch=batch,
        title=grid_named(batch.entity).title,
        standing=standing_of(batch, progress),
        closing=closing_of(batch),
        is_over=exporting.is_over(batch),
        back=f"{address}?{batch.query}" if batch.query else address,
    )


@pages.get(f"/{KEY}/file")
def file(key: int) -> Response:
    """Send the file to its starter, who must hold the rights still; the trail keeps every time."""
    with own_session(write=True) as work:
        batch, made = _owned(work, key)
        grid, kind = grid_named(batch.entity), made.kind
        for act in ("export", *(("reveal",) if made.is_full else ())):
            actor().require(grid.permission(act))
        content = exporting.open_kept(work, batch, storage())  # before the trail says that it went
        record_taking(work, batch)
    answer = send_file(content, MEDIA[kind])
    answer.headers["Content-Disposition"] = disposition(grid.title, kind)
    return answer


@names("export_page.")
def _asked(work: ActorSession) -> Asked:
    """Return the export meant."""
    key = (request.view_args or {})["key"]
    is_file = (request.endpoint or "").endswith(".file")
    event = event_of(Batch, "export" if is_file else "view")
    if work.get(Batch, key, execution_options=OF_A_REFUSAL) is None:
        return Asked(event)
    return Asked(event, Batch.__tablename__, key, key)


def _owned(work: ActorSession, key: int) -> tuple[Batch, ExportFile]:
    """Return an export that the actor himself asked for, of a list that there is still.

    :raises NotFound: for any other batch.
    """
    batch = ownership.load(work, actor(), key)
    if grid_named(batch.entity) is None:
        raise NotFound(msg("There is no such batch."))
    return batch, exporting.file_of(work, batch)
