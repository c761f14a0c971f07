"""The ledger of batches, one's own or for readers those of their offices; and what is edited."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from models.batch.queries import state_now
from models.batch.tables import Batch, BatchState, Claim
from models.text import Label
from views.base import menu
from views.base.columns import Computed
from views.base.grid import Grid

A_BATCH = Label("批次 {}", "Batch {}")


def _undone_by(model: Any) -> Any:
    """Return the latest batch that took rows of a batch back."""
    other: Any = aliased(Batch, name="undoing")
    taken = (other.undo_of_id == model.id, other.state == BatchState.done.value)
    return select(func.max(other.id)).where(*taken).correlate(model).scalar_subquery()


class Batches(Grid[Batch]):
    category = menu.BATCH
    columns = (
        "label action state username pinned_count done_count refused_count changed_count"
        " undone_count undone_by undoes finished_at"
    )
    filters = "state kind entity action pinned_at finished_at username user org"
    sort = "-id"
    computed = {  # noqa: RUF012 -- declared once, never changed
        "state": Computed(
            Label("状态", "State"),
            state_now,
            choices=BatchState.labels(),
            tones=BatchState.tones(),
        ),
        "undone_by": Computed(Label("撤销于", "Undone by"), _undone_by, link="{}/", linked=A_BATCH),
        "undoes": Computed(
            Label("所撤销批次", "Undoes"), lambda m: m.undo_of_id, link="{}/", linked=A_BATCH
        ),
    }
    # A batch has a page of its own; here it is listed.
    details_view = None
    record_url = "{id}/"


class Claims(Grid[Claim]):
    category = menu.BATCH
    columns = "table_name row_id user until"
    for_super = True
    in_menu = False


GRIDS = (Batches, Claims)
