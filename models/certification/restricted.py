"""Whether a person may be entered at all: nobody in the restriction library may (schema T1)."""

from __future__ import annotations

from types import SimpleNamespace

from sqlalchemy import literal, select

from models import clock
from models.base.session import ActorSession
from models.certification.guards import NOT_RESTRICTED
from models.text import Message
from models.workflow.machine import Context


def why_restricted(session: ActorSession, id_type: str, id_no: str) -> Message | None:
    """Return why the holder of a document may not apply, None where he may.

    The guard of the transitions judges, on a document instead of a stored application.
    """
    holder = SimpleNamespace(id_type=literal(id_type), id_no=literal(id_no))
    is_free = NOT_RESTRICTED.ok(holder, Context(session.need_actor(), clock.now()))
    found = session.scalar(
        select(is_free), execution_options={"unscoped": "a restriction of any office bites"}
    )
    return None if found else NOT_RESTRICTED.reason
