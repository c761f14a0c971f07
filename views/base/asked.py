"""What a request asks for, in the words of the trail: so that a refused one can be told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import current_app, request
from sqlalchemy import inspect, select

from models.base.session import ActorSession
from models.workflow.registry import mover_of
from views.base.access import acts_of
from views.base.columns import class_named
from views.base.declaration import Declared
from views.base.lookup import cast_key

OF_A_REFUSAL = {"unscoped": "audit: what a refused request asked for"}
#: A page that nobody has named.
UNNAMED = "panel:page:open"
#: Pages outside the grids: an endpoint, or ``blueprint.`` for all of its own → what it asks for.
Asker = Callable[[ActorSession], "Asked"]
_askers: dict[str, Asker] = {}


@dataclass(frozen=True, slots=True)
class Asked:
    """An event (``area:table:act``) and the record or batch that it would have been about."""

    event: str
    entity: str | None = None
    entity_id: int | None = None
    batch_id: int | None = None

    def exists(self, work: ActorSession) -> bool:
        """Say whether the record is there at all, whoever may see it."""
        model = class_named(self.entity)
        if model is None or self.entity_id is None:
            return False
        found = select(model.id).where(model.id == self.entity_id)
        return work.scalar(found, execution_options=OF_A_REFUSAL) is not None


def names(page: str) -> Callable[[Asker], Asker]:
    """Declare what an endpoint asks for, or with a point at the end all pages of a blueprint."""

    def keep(asker: Asker) -> Asker:
        _askers[page] = asker
        return asker

    return keep


def asked(work: ActorSession) -> Asked:
    """Return what the current request asks for."""
    endpoint = request.endpoint or ""
    place, _, method = endpoint.rpartition(".")
    asker = _askers.get(endpoint) or _askers.get(f"{place}.")
    if asker is not None:
        return asker(work)
    grid = _grid(place)
    return _of_grid(grid, method) if grid is not None else Asked(UNNAMED)


def _grid(endpoint: str) -> Declared[Any] | None:
    views = current_app.extensions["admin"][0]._views
    return next((v for v in views if isinstance(v, Declared) and v.endpoint == endpoint), None)


def _of_grid(grid: Declared[Any], method: str) -> Asked:
    table = grid.mapped.__tablename__
    ids = request.values.getlist("rowid" if method == "action_view" else "id")
    key = inspect(grid.mapped).columns.get("id")
    id_ = cast_key(key, ids[0]) if key is not None and len(ids) == 1 else None
    return Asked(grid.permission(_act(grid, method)), table, id_)


def _act(grid: Declared[Any], method: str) -> str:
    """Return the act behind a page: the transition that was posted, else the first right for it."""
    action = request.form.get("action", "")
    machine = mover_of(grid.mapped)
    if method == "action_view":
        return action if machine and machine.transition(action) else "act"
    return next(iter(acts_of(method) or ()), "open")
