"""Checks of the walk for queues and for the further pages of a grid."""

from __future__ import annotations

import re
from typing import Any

from models.workflow.registry import machine_of
from tests.support.walking import Walk
from views.base.declaration import Declared
from views.base.waiting import own_states


def check_queue(walk: Walk, grid: Declared[Any]) -> None:
    """A queue is there for who can bring a record forward, and holds none of another office."""
    machine = machine_of(grid.mapped)
    assert machine is not None
    opens = walk.may(grid, "view")
    works = opens and bool(own_states(walk.who, grid, machine))
    walk.expect(
        f"queue {grid.url}", walk.get(f"{grid.url}/queue/").status_code, 200 if works else 403
    )
    foreign = min(walk.foreign(grid))
    for step in ("queue/", "queue/hold/", "queue/decide/"):
        address = f"{grid.url}/{step}?id={foreign}"
        answer = walk.get(address) if step == "queue/" else walk.post(address, action="approve")
        walk.expect(address, answer.status_code, 404 if works else 403)
    following = walk.post(f"{grid.url}/queue/next/")
    if walk.expect(f"next of {grid.url}", following.status_code, 303 if works else 403) and works:
        held = re.search(r"[?&]id=(\d+)", following.location)
        walk.expect(f"held of {grid.url}", held is None or int(held[1]) in walk.own(grid), True)
    batch = min(walk.branches.other.rows["batch"])
    taken = walk.post(f"{grid.url}/queue/undo/", batch=str(batch))
    walk.expect(f"undo in {grid.url}", taken.status_code, 404 if works else 403)
    left = walk.post(f"{grid.url}/queue/leave/")
    walk.expect(f"leave {grid.url}", left.status_code, 303 if works else 403)


def check_further(walk: Walk, grid: Declared[Any]) -> None:
    """The grid's further pages open with their rights."""
    for each in grid.further:
        answer = walk.get(f"{grid.url}/{each.path}")
        allowed = walk.may(grid, each.act)
        walk.expect(f"{grid.url}/{each.path}", answer.status_code, 200 if allowed else 403)
