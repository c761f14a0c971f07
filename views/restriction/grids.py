"""The restriction library."""

from __future__ import annotations

from models.restriction.tables import RestrictionEntry
from views.base import menu
from views.base.grid import Grid, Section
from views.restriction.records import RestrictionRecord


class Restrictions(RestrictionRecord, Grid[RestrictionEntry]):
    category = menu.RESTRICTION
    columns = "name id_type id_no cert_no type effective_from effective_to review_state org"
    filters = "name id_no cert_no type review_state org"
    sections = (
        Section("何人", "Who", "name id_type id_no cert_no"),
        Section("限制", "Restriction", "type effective_from effective_to basis org"),
        Section("审核", "Review", "review_state review_note reviewed_by reviewed_at lifted_at"),
    )


GRIDS = (Restrictions,)
