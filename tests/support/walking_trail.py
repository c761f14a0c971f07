"""Checks of the walk for what the trail records and gives back: values seen, and brought back."""

from __future__ import annotations

from typing import Any

from sqlalchemy import or_, select

from models.audit.tables import AuditLog
from tests.support.walking import Walk
from views.base.declaration import Declared


def check_reveal(walk: Walk, grid: Declared[Any]) -> None:
    """Personal data: with the right, of one's own records, for a purpose."""
    for id_, readable, _own in walk.samples(grid, "reveal"):
        answer = walk.post(f"{grid.url}/reveal/", id=str(id_), purpose="核对")
        wanted = 403 if not walk.may(grid, "reveal") else 200 if readable else 404
        walk.expect(f"reveal {grid.url} {id_}", answer.status_code, wanted)


def check_restore(walk: Walk, grid: Declared[Any]) -> None:
    """Values of the trail come back into a form that the role may open, of its own records."""
    for id_, readable, own in walk.samples(grid, "edit"):
        entry = walk.ask(_entry_of_another(grid, id_))
        answer = walk.get(f"{grid.url}/restore/?id={id_}&entry={entry}")
        if not walk.may(grid, "edit") or (readable and not own):
            wanted: tuple[int, ...] = (403,)
        else:
            wanted = (404, 403) if readable else (404,)
        walk.expect(f"restore {grid.url} {id_}", answer.status_code, *wanted)


def _entry_of_another(grid: Declared[Any], id_: int) -> Any:
    table = grid.mapped.__tablename__
    other = or_(AuditLog.entity != table, AuditLog.entity_id != id_)
    return select(AuditLog.id).where(other).order_by(AuditLog.id).limit(1)
