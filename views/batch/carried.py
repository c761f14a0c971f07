"""What the result of a batch says of it: who carried it out, when, and with what was typed."""

from __future__ import annotations

from flask_babel import gettext as _
from sqlalchemy import inspect

from models.base.session import ActorSession
from models.batch.actions import UNMACHINED, action_of
from models.batch.ownership import is_own
from models.batch.tables import Batch
from models.text import Label
from views.base.inputs import ShownInput
from views.base.request import actor, text
from views.base.rights import is_open
from views.base.shown import account_names, value_text
from views.base.wording import role_label
from views.batch.inputs import kept_inputs


def carried_out(work: ActorSession, batch: Batch) -> list[tuple[str, str]]:
    """Return labels and words; nothing of a batch that was not carried out."""
    if batch.finished_at is None:
        return []
    at = value_text(inspect(Batch).columns.finished_at, batch.finished_at)
    told = [(_("Carried out by"), starter_text(batch)), (_("Carried out at"), at)]
    if not _may_read(batch):
        return told
    typed = [(each.label, _words(each)) for each in kept_inputs(work, batch)]
    return told + [(label, words) for label, words in typed if words]


def _may_read(batch: Batch) -> bool:
    """Say whether the reader may know what was typed: he typed it, or sees the columns that it was
    written to.
    """
    if is_own(batch, actor()) or batch.action in UNMACHINED:
        return True
    machine, transition = action_of(batch)
    return is_open(machine.table, *transition.written)


def starter_text(batch: Batch) -> str:
    """Return who started a batch, and in which role: 陈静 (demo_clerk) · 认定机构."""
    name = account_names([batch.user_id])[batch.user_id] if batch.user_id is not None else ""
    is_told = name and name != batch.username
    who = _("%(name)s (%(login)s)", name=name, login=batch.username) if is_told else batch.username
    role: Label | None = role_label(batch.role)
    return f"{who} · {text(role)}" if role else who


def _words(given: ShownInput) -> str:
    if given.kind == "codes":
        return str(_(", ")).join(name for code, name in given.options if code in given.values)
    if given.kind == "bool":
        return str(_("Yes")) if given.value else ""
    return given.value
