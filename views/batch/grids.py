"""The ledger of batches, one's own or for readers those of their offices; and what is edited."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import String, case, func, literal, select
from sqlalchemy.orm import aliased
from typing_extensions import override

from models.accounts.names import AccountName
from models.batch.ownership import opens
from models.batch.queries import state_now
from models.batch.tables import Batch, BatchStanding, BatchState, Claim
from models.text import Label
from views.base import menu
from views.base.columns import Computed
from views.base.grid import Grid
from views.base.request import actor, session, text
from views.base.visit import visit
from views.base.wording import role_label

A_BATCH = Label("批次 {}", "Batch {}")


def _undone_by(model: Any) -> Any:
    """Return the latest batch that took rows of a batch back."""
    other: Any = aliased(Batch, name="undoing")
    taken = (other.undo_of_id == model.id, other.state == BatchState.done.value)
    return select(func.max(other.id)).where(*taken).correlate(model).scalar_subquery()


def _once_done(name: str) -> Callable[[Any], Any]:
    """Return a count of a batch that was carried out; before, it only says what would be."""
    was_done = (BatchState.done.value, BatchState.undone.value)
    return lambda model: case((model.state.in_(was_done), getattr(model, name)))


def _starter(model: Any) -> Any:
    """Return who started a batch: 陈静（demo_clerk）; the login alone where that is the name."""
    account: Any = aliased(AccountName, name="starter")
    named = (account.id == model.user_id, account.display_name != model.username)
    name = select(account.display_name).where(*named).correlate(model).scalar_subquery()
    login = literal("（", String()) + model.username + literal("）", String())
    return case((name.is_(None), model.username), else_=name + login)


def _where_open(batch: Batch) -> str:
    """Return in which of the reader's roles a batch opens, called as where one switches it."""
    label = role_label(batch.role)
    role = text(label) if label else batch.role or ""
    held = ((each.role_code, each.org_id, each.org_name) for each in visit().roles)
    orgs = (org for code, org_id, org in held if (code, org_id) == (batch.role, batch.org_id))
    return str(_("opens in the role “%(role)s”", role=" · ".join((role, *orgs))))


class Batches(Grid[Batch]):
    category = menu.BATCH
    columns = (
        "id entity action state starter pinned_count moved refused changed"
        " undone_count undone_by undoes finished_at"
    )
    filters = "id state kind entity action pinned_at finished_at user username org"
    sort = "-id"
    computed = {  # noqa: RUF012 -- declared once, never changed
        "state": Computed(
            Label("状态", "State"),
            state_now,
            choices=BatchState.labels() | BatchStanding.labels(),
            tones=BatchState.tones() | BatchStanding.tones(),
        ),
        "starter": Computed(Label("办理人", "Started by"), _starter),
        "moved": Computed(Label("完成行数", "Done"), _once_done("done_count")),
        "refused": Computed(Label("不能办理行数", "Refused"), _once_done("refused_count")),
        "changed": Computed(Label("期间有变动行数", "Changed"), _once_done("changed_count")),
        "undone_by": Computed(Label("撤销于", "Undone by"), _undone_by, link="{}/", linked=A_BATCH),
        "undoes": Computed(
            Label("所撤销批次", "Undoes"), lambda m: m.undo_of_id, link="{}/", linked=A_BATCH
        ),
    }
    # A batch has a page of its own; here it is listed.
    details_view = None
    record_url = "{id}/"

    @override
    def closed(self, ids: Iterable[int]) -> Mapping[int, str]:
        """A batch opens in the role that it was started in (reading 10): the ledger names that."""
        wanted, who = frozenset(ids), actor()
        found = session().scalars(select(Batch).where(Batch.id.in_(wanted))) if wanted else ()
        known = {batch.id: "" if opens(batch, who) else _where_open(batch) for batch in found}
        return {key: known.get(key, "") for key in wanted if known.get(key) != ""}


class Claims(Grid[Claim]):
    category = menu.BATCH
    columns = "table_name row_id user until"
    for_super = True
    in_menu = False


GRIDS = (Batches, Claims)
