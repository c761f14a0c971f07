"""The site of an application follows its arrangement, also where only the key was set."""

from __future__ import annotations

from typing import Any

from sqlalchemy import event, inspect, select
from sqlalchemy.orm import PassiveFlag, UOWTransaction, attributes

from models.base.session import ActorSession
from models.certification.tables import CertificationApplication
from models.planning.tables import SiteArrangement


@event.listens_for(ActorSession, "before_flush", insert=True)
def _derive_sites(session: ActorSession, _context: UOWTransaction, _instances: Any) -> None:
    """Go before the check of scope, which asks for the site."""
    moved = [
        obj
        for obj in [*session.new, *session.dirty]
        if isinstance(obj, CertificationApplication) and _only_arrangement_set(obj)
    ]
    if not moved:
        return
    wanted = {obj.arrangement_id for obj in moved} - {None}
    table = SiteArrangement.__table__.c
    with session.no_autoflush:
        found = session.execute(
            select(table.id, table.site_id).where(table.id.in_(wanted)),
            execution_options={"unscoped": "an application is where its arrangement is"},
        )
        sites = {row.id: row.site_id for row in found}
    for obj in moved:
        obj.site_id = sites.get(obj.arrangement_id)


def _only_arrangement_set(application: CertificationApplication) -> bool:
    """Say whether the arrangement changes and nobody said to which site: then it says so itself."""
    without_load = PassiveFlag.PASSIVE_NO_INITIALIZE
    by_key, by_relation, site = (
        attributes.get_history(application, name, without_load)
        for name in ("arrangement_id", "arrangement", "site_id")
    )
    stored = inspect(application).persistent
    said = bool(site.added) if stored else application.site_id is not None
    return by_key.has_changes() and not by_relation.has_changes() and not said
