"""One's own batches, and the records that are being edited."""

from __future__ import annotations

from models.batch.queries import state_now
from models.batch.tables import Batch, BatchState, Claim
from models.text import Label
from views.base import menu
from views.base.columns import Computed
from views.base.grid import Grid


class Batches(Grid[Batch]):
    category = menu.BATCH
    columns = (
        "label state username pinned_count done_count refused_count changed_count"
        " pinned_at finished_at"
    )
    filters = "state kind pinned_at username user org"
    sort = "-id"
    computed = {  # noqa: RUF012 -- declared once, never changed
        "state": Computed(
            Label("状态", "State"),
            state_now,
            choices=BatchState.labels(),
            tones=BatchState.tones(),
        )
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
