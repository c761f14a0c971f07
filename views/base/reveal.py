"""Revealing personal data: a purpose, a line in the trail, then the values once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from flask import request
from sqlalchemy import inspect, select

from models.accounts.sessions import token_hash
from models.accounts.tables_sign_in import UserSession
from models.audit import recorder
from models.base.columns import meta
from models.base.orm import Base
from models.base.session import ActorSession
from models.base.spelling import UNSEEN, has_unseen
from models.errors import BadInput
from models.text import msg
from views.base import cookie, rights, visit
from views.base.request import commit, own_session, session

PURPOSE_LENGTH = 200


def personal_columns(model: Any) -> list[str]:
    """Return the columns of a class that a reveal may show; a secret is shown to nobody."""
    return [
        name
        for name, column in inspect(model).columns.items()
        if meta(column).sensitive and meta(column).sensitive != "secret"
    ]


def signed_in(work: ActorSession) -> UserSession | None:
    """Return the record of this signed-in browser, which keeps the purpose (reading 6)."""
    digest = token_hash(cookie.token())
    found: UserSession | None = work.scalar(
        select(UserSession).where(UserSession.token_hash == digest)
    )
    return found


def remembered_purpose() -> str:
    """Return the purpose given earlier in this session, empty if none."""
    return visit.visit().purpose


def stated_purpose(work: ActorSession) -> str:
    """Return the purpose that the form states, else the remembered one; keep it for the session.

    :raises BadInput: without a purpose.
    """
    purpose = " ".join(request.form.get("purpose", "").split())[:PURPOSE_LENGTH]
    if has_unseen(purpose):
        raise BadInput(UNSEEN, field="purpose")
    here = signed_in(work)
    purpose = purpose or (here.reveal_purpose if here else None) or ""
    if len(purpose) < 2:
        raise BadInput(msg("Say what you need these personal data for."), field="purpose")
    if here is not None:
        here.reveal_purpose = purpose
    visit.begin(replace(visit.visit(), purpose=purpose))
    return purpose


def reveal(record: Any, event: str) -> None:
    """Keep the purpose and write the view into the trail, in one transaction, before anything is
    shown.

    :raises BadInput: without a purpose.
    """
    purpose = stated_purpose(session())
    model = type(record)
    shown = [name for name in personal_columns(model) if rights.is_open(model, name)]
    told = {"fields": [None, shown]}
    recorder.record(session(), event, **_about(record), changes=told, reason=purpose)
    commit()


def _about(record: Any) -> dict[str, Any]:
    return {
        "entity": record.__tablename__,
        "entity_id": record.id,
        "entity_text": record.caption()[:200],
    }


def keep_print(
    model: type[Base],
    record: Any = None,
    *,
    fields: Sequence[str] = (),
    rows: int | None = None,
    conditions: str = "",
    purpose: str | None = None,
) -> None:
    """Write a print into the trail before its page leaves: what every page made for paper calls.

    ``record`` is printed, or without one ``rows`` records of a list that ``conditions`` narrow;
    ``fields`` are the columns
    with personal data that stand on the paper in full.
    """
    about = _about(record) if record is not None else {"entity": model.__tablename__}
    told: dict[str, Any] = {"fields": [None, list(fields)]} if fields else {}
    told |= {"rows": [None, rows]} if rows is not None else {}
    told |= {"conditions": [None, conditions]} if conditions else {}
    with own_session(write=True) as work:
        event = recorder.event_of(model, "print")
        recorder.record(work, event, **about, changes=told or None, reason=purpose)
        commit(work)
