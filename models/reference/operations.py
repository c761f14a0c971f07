"""Keeping the materialised path of the organisation tree, from which every scope is read."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, event, func, select, update
from sqlalchemy.orm import Mapper, attributes

from models.base.scope import before_and_now
from models.errors import BadInput
from models.reference.tables import Org
from models.text import msg

_org: Any = Org.__table__
_WHY = {"unscoped": "path of the organisation tree"}


@event.listens_for(Org, "after_insert")
def _place(_mapper: Mapper[Org], connection: Connection, org: Org) -> None:
    path = f"{_path_of(connection, org.parent_id)}{org.id}/"
    connection.execute(
        update(_org).where(_org.c.id == org.id).values(path=path, updated_at=_org.c.updated_at),
        execution_options=_WHY,
    )
    attributes.set_committed_value(org, "path", path)


@event.listens_for(Org, "before_update")
def _move(_mapper: Mapper[Org], connection: Connection, org: Org) -> None:
    before, now_ = before_and_now(org, "parent_id")
    if before == now_:
        return
    old, above = org.path, _path_of(connection, now_)
    if above.startswith(old):
        raise BadInput(
            msg("An organisation cannot be placed below itself. Choose another one."), "parent_id"
        )
    org.path = f"{above}{org.id}/"
    connection.execute(
        update(_org)
        .where(_org.c.path > old, _org.c.path < old + "~")
        .values(
            path=org.path + func.substr(_org.c.path, len(old) + 1), updated_at=_org.c.updated_at
        ),
        execution_options=_WHY,
    )


def _path_of(connection: Connection, org_id: int | None) -> str:
    if org_id is None:
        return "/"
    path: str = connection.execute(
        select(_org.c.path).where(_org.c.id == org_id), execution_options=_WHY
    ).scalar_one()
    return path
