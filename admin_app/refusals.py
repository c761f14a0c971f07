"""Refused requests of signed-in users, kept in the trail: one row each, after everything else of
the request was given up.
"""

from __future__ import annotations

from functools import partial

from flask import Flask, Response, current_app, request
from flask_login import current_user
from sqlalchemy.exc import SQLAlchemyError

from admin_app.errors import PAGES, STALE_FORM
from admin_app.extensions import db, short_session
from admin_app.i18n import DEFAULT
from admin_app.security import SAFE_METHODS, is_static, request_id
from models.accounts.tables import UserAccount
from models.audit.recorder import event_of, record
from models.audit.tables import AuditResult
from models.base.actor import Actor
from models.base.session import ActorSession
from views.base.asked import Asked, asked, names
from views.base.request import speaking, told_refusal, translate

#: Pages of which any refusal is told, faulty requests too: what they would do cannot be undone, or
#: reaches many records at once.
GRAVE = frozenset({"delete_view", "action_view"})
#: Forms of every page's frame → the act of which they are.
OWN = {"role": "switch_role", "logout": "sign_out"}


def init_app(app: Flask) -> None:
    """Register the hook, and say what the forms of every page's frame ask for."""
    for endpoint, act in OWN.items():
        names(endpoint)(partial(_about_oneself, act))
    app.after_request(_keep)


def _about_oneself(act: str, work: ActorSession) -> Asked:
    whose = work.need_actor().user_id
    return Asked(event_of(UserAccount, act), UserAccount.__tablename__, whose)


def _keep(response: Response) -> Response:
    """Write a refusal down; that the trail cannot be written is told to the log alone."""
    if not 400 <= response.status_code < 500 or is_static():
        return response
    try:
        who = _whoever()
        if who is not None and _may_matter(response.status_code):
            db.session.rollback()
            _write(who, response.status_code)
    except SQLAlchemyError:
        current_app.logger.exception("request %s: refusal not recorded", request_id())
    return response


def _whoever() -> Actor | None:
    """Return who is signed in: a token may be refused before anybody acts in the session."""
    if request.endpoint is None:
        return None
    found: Actor | None = current_user.actor if current_user.is_authenticated else None
    return found


def _may_matter(status: int) -> bool:
    """Say whether an answer is a refusal, and no mistake in a form that is shown again."""
    method = (request.endpoint or "").rpartition(".")[2]
    if status in (403, 404) or method in GRAVE or told_refusal() is STALE_FORM:
        return True
    return status == 409 and request.method not in SAFE_METHODS


def _write(who: Actor, status: int) -> None:
    with short_session(who) as work:
        wanted = asked(work)
        if status == 404 and not _is_told(wanted, work):
            return
        record(
            work,
            wanted.event,
            entity=wanted.entity,
            entity_id=wanted.entity_id,
            entity_text=f"#{wanted.entity_id}" if wanted.entity_id else None,
            batch_id=wanted.batch_id,
            changes={"page": [None, f"{request.method} {request.url_rule}"]},
            reason=_reason(status),
            result=AuditResult.refused,
        )


def _is_told(wanted: Asked, work: ActorSession) -> bool:
    """Say of what was not found whether it is another office's, or was to be changed."""
    return request.method not in SAFE_METHODS or wanted.exists(work)


def _reason(status: int) -> str:
    """Return what the person was told, in the language of the offices."""
    _title, usual = PAGES.get(status, PAGES[400])
    with speaking(DEFAULT):
        return translate(told_refusal() or usual)[:500]
