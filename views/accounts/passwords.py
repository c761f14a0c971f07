"""Initial passwords on the page of their batch: shown once, taken away once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from io import BytesIO

from flask import Blueprint, redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from models import clock
from models.accounts import handing_over
from models.accounts.handing_over import Slip
from models.accounts.permissions import permission
from models.accounts.tables import UserAccount
from models.accounts.tables_initial import HandedAs
from models.base.session import ActorSession
from models.batch.tables import Batch
from models.errors import BadInput, Conflict
from models.text import Label, msg
from models.transfer.columns import ColumnSpec
from models.transfer.writers import write_csv, write_xlsx
from views.base.asked import Asked, names
from views.base.pdf import require_pdf
from views.base.request import actor, commit, session, text
from views.base.typeface import paper_face
from views.base.typesetting import paper_page, sent_as_pdf, signs_of, was_seen
from views.base.workbook import XLSX
from views.batch.pages import KEY, load, render
from views.batch.presenting import page_of

pages = Blueprint("initial_passwords", __name__, url_prefix="/admin/batch")
SHEET = (
    ColumnSpec("org", Label("机构", "Organisation")),
    ColumnSpec("name", Label("姓名", "Name")),
    ColumnSpec("username", Label("用户名", "User name")),
    ColumnSpec("password", Label("初始密码", "Initial password")),
    ColumnSpec("address", Label("登录网址", "Where to sign in")),
)
#: The paper that each person is handed, one of many on a sheet.
SLIPS = Label("初始密码条", "Slips with initial passwords")
#: Whose slip would have holes, and which characters they are.
Hole = tuple[str, list[str]]
#: What stands where a password is worth nothing any more [TIMS-08].
WORTHLESS = "—"


@pages.post(f"/{KEY}/passwords/show")
def show(key: int) -> ResponseReturnValue:
    """Show the initial passwords, once."""
    batch = load(key)
    try:
        slips = handing_over.show(session(), actor(), batch, clock.now())
    except Conflict as refusal:
        return _refused(key, refusal)
    commit()  # first: what cannot be marked as shown must not be shown
    page = page_of(session(), batch, actor())
    page.slips = slips
    return render(batch, page)


@pages.post(f"/{KEY}/passwords/take")
def take(key: int) -> ResponseReturnValue:
    """Send the initial passwords as a file or as slips to print, once."""
    batch, form = load(key), _form()
    if form is HandedAs.pdf:
        require_pdf()  # first: what was taken once cannot be taken again
    try:
        slips = handing_over.take(session(), actor(), batch, form, clock.now())
    except Conflict as refusal:
        return _refused(key, refusal)
    holes = _holes(slips) if form in ON_PAPER and not was_seen() else []
    if holes:
        return _look_again(key, form, holes)
    commit()  # first: what cannot be marked as taken must not be sent
    return WRITERS[form](batch, slips)


@pages.get(f"/{KEY}/passwords/show")
@pages.get(f"/{KEY}/passwords/take")
def back(key: int) -> ResponseReturnValue:
    """Lead from an address that was typed or loaded anew to the batch; nothing is handed over."""
    return redirect(url_for("batch_page.show", key=load(key).id), 303)


@names("initial_passwords.")
def _asked(_work: ActorSession) -> Asked:
    key = (request.view_args or {})["key"]
    act = "take_passwords" if request.path.endswith("/take") else "show_passwords"
    return Asked(permission(UserAccount, act), Batch.__tablename__, key, key)


def _form() -> HandedAs:
    asked = request.form.get("form", "")
    if asked not in HandedAs.labels():
        raise BadInput(
            msg("Initial passwords are not given away in this form. Use one of the page's buttons.")
        )
    return HandedAs[asked]


def _refused(key: int, refusal: Conflict) -> ResponseReturnValue:
    session().rollback()
    batch = load(key)
    page = page_of(session(), batch, actor())
    page.refusal = refusal.message
    return render(batch, page), refusal.status


def _holes(slips: Sequence[Slip]) -> list[Hole]:
    """Return the slips that would have holes: their names, and the characters that no font sets."""
    face = paper_face()
    found = [
        (slip.name, signs_of(f"{slip.org}{slip.name}{slip.username}", face))
        for slip in slips
        if slip.password
    ]
    return [(name, signs) for name, signs in found if signs]


def _look_again(key: int, form: HandedAs, holes: Sequence[Hole]) -> ResponseReturnValue:
    """Show which slips would have holes; nothing was taken away."""
    session().rollback()
    batch = load(key)
    page = page_of(session(), batch, actor())
    page.holes, page.asked_form = holes, form
    return render(batch, page), 409


def _rows(slips: Sequence[Slip]) -> list[Sequence[str]]:
    address = url_for("login", _external=True)
    return [(s.org, s.name, s.username, s.password or WORTHLESS, address) for s in slips]


def _file_name(batch: Batch, ending: str) -> str:
    return f"{_('Initial passwords')}-{batch.id}.{ending}"


def _xlsx(batch: Batch, slips: Sequence[Slip]) -> ResponseReturnValue:
    file = BytesIO()
    write_xlsx(file, SHEET, _rows(slips), _("Initial passwords"), text)
    file.seek(0)
    return send_file(file, XLSX, as_attachment=True, download_name=_file_name(batch, "xlsx"))


def _csv(batch: Batch, slips: Sequence[Slip]) -> ResponseReturnValue:
    file = BytesIO(b"".join(write_csv(SHEET, _rows(slips), text)))
    return send_file(file, "text/csv", as_attachment=True, download_name=_file_name(batch, "csv"))


def _slips(batch: Batch, slips: Sequence[Slip]) -> ResponseReturnValue:
    return _on_paper(batch, slips, is_pdf=False)


def _pdf(batch: Batch, slips: Sequence[Slip]) -> ResponseReturnValue:
    return sent_as_pdf(SLIPS, _on_paper(batch, slips, is_pdf=True))


def _on_paper(batch: Batch, slips: Sequence[Slip], *, is_pdf: bool) -> str:
    """Return a page of slips to cut; whoever has a password of his own needs none."""
    return paper_page(
        "slips",
        SLIPS,
        back_url=url_for("batch_page.show", key=batch.id),
        is_pdf=is_pdf,
        slips=[slip for slip in slips if slip.password],
        address=url_for("login", _external=True),
    )


#: What is set in the face of papers, which may lack characters.
ON_PAPER = (HandedAs.slips, HandedAs.pdf)
WRITERS: dict[HandedAs, Callable[[Batch, Sequence[Slip]], ResponseReturnValue]] = {
    HandedAs.xlsx: _xlsx,
    HandedAs.csv: _csv,
    HandedAs.slips: _slips,
    HandedAs.pdf: _pdf,
}
