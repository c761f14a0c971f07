"""Verbs of certification that callers use by name; each is a batch like any other."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from models.base.actor import Actor
from models.base.session import ActorSession
from models.batch.operations import run_now
from models.batch.tables import Batch
from models.certification.states import MACHINE


def submit_applications(
    session: ActorSession, actor: Actor, ids: Iterable[Any], source: str | None = None
) -> Batch:
    """Submit drafts; numbers that they brought along are kept, the others are issued (reading 19).

    ``source`` names where they come from, such as a file.
    """
    return run_now(session, actor, MACHINE, "submit", ids, source=source)
