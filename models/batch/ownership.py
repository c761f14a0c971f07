"""Who may open a batch (reading 10)."""

from __future__ import annotations

from typing import Any

from models.base.actor import Actor
from models.base.session import ActorSession
from models.batch.tables import Batch
from models.errors import NotFound
from models.text import msg

READ = "batch:batch:read"


def load(session: ActorSession, actor: Actor, batch_id: int) -> Batch:
    """Return a batch of this user in this role, or any within reach for holders of ``batch:read``.

    :raises NotFound: for everybody else.
    """
    batch = session.get(Batch, batch_id)
    if batch is None or not opens(batch, actor):
        raise NotFound(msg("There is no such batch."))
    return batch


def opens(batch: Any, actor: Actor) -> bool:
    """Say whether an actor may open a batch within his reach."""
    return is_own(batch, actor) or actor.can(READ)


def is_own(batch: Any, actor: Actor) -> bool:
    """Say whether a batch was started by this user in this role (reading 10)."""
    mine = (batch.user_id, batch.username, batch.role, batch.org_id)
    return mine == (actor.user_id, actor.username, actor.role, actor.org_id)
