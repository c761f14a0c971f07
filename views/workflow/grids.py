"""Every transition that was made, and the last numbers issued."""

from __future__ import annotations

from models.workflow.tables import NumberSequence, WorkflowLog
from views.base import menu
from views.base.grid import Grid, Section


class History(Grid[WorkflowLog]):
    category = menu.WORKFLOW
    columns = "at machine entity_id action from_state to_state actor_id actor_role org batch_id"
    filters = "machine org_id site_id actor_id batch_id"
    sort = "-id"
    sections = (
        Section("流转", "Transition", "at machine entity_id action from_state to_state"),
        Section("经办", "By whom", "actor_id actor_role org_id site_id batch_id note"),
    )
    large = True


class Sequences(Grid[NumberSequence]):
    category = menu.WORKFLOW
    columns = "kind org_id year batch_no last_serial"
    for_super = True


GRIDS = (History, Sequences)
