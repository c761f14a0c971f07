"""What was printed, by whom, and which copy it was."""

from __future__ import annotations

from models.papers.tables import PaperPrint
from views.base import menu
from views.base.grid import Grid, Section


class Prints(Grid[PaperPrint]):
    category = menu.WORKFLOW
    columns = "printed_at title entity_text copy_no printed_by org site_id"
    filters = "org_id site_id printed_by"
    narrowed = "printed_at title copy_no entity_id"
    sections = (
        Section("材料", "Paper", "title paper copy_no printed_at printed_by"),
        Section("对象", "Record", "entity entity_id entity_text"),
        Section("机构", "Office", "org site_id"),
    )
    sort = "-id"
    large = True


GRIDS = (Prints,)
