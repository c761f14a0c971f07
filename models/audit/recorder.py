"""Writing the trail: a call for what is done set-wise, and hooks that no ORM write escapes."""

from __future__ import annotations

from typing import Any

from sqlalchemy import event, insert, inspect
from sqlalchemy.orm import UOWTransaction

from models import clock
from models.audit.diff import changes_of, made_values, user_name, values_of
from models.audit.tables import AuditLog, AuditResult
from models.audit.whole import columns_of, whole_of_object, whole_of_row
from models.base import columns
from models.base.actor import Actor
from models.base.orm import TRASHED, Base, Business
from models.base.session import ActorSession

#: Key of ``session.info``: why the changes of this session are made; kept with each of them.
REASON = "reason"
_TITLE_LENGTH = 200


def record(
    session: ActorSession,
    what: str,
    *,
    entity: str | None = None,
    entity_id: int | None = None,
    entity_text: str | None = None,
    changes: dict[str, Any] | None = None,
    reason: str | None = None,
    batch_id: int | None = None,
    result: str = AuditResult.ok,
    org_id: int | None = None,
    who: Actor | None = None,
) -> None:
    """Write one row of the trail for ``what`` (``area:table:act``), in the session's transaction.

    ``changes`` is field → [old, new], already masked; ``org_id`` None means the actor's office;
    ``who`` None means the session's actor.
    """
    told = {
        "entity": entity,
        "entity_id": entity_id,
        "entity_text": entity_text,
        "changes": changes,
        "batch_id": batch_id,
        "result": str(result),
        **columns_of(whole_of_row(session, entity, entity_id)),
    }
    row = _row(who or session.need_actor(), session.info.get(REASON), what, org_id) | told
    _write(session, [row | {"reason": reason or row["reason"]}])


def event_of(cls: type[Base], act: str) -> str:
    """Return the name of an event on a class: ``area:table:act``."""
    return f"{cls.__area__}:{cls.__tablename__}:{act}"


def _row(actor: Actor, reason: str | None, what: str, org_id: int | None) -> dict[str, Any]:
    """Return what every row of the trail says: when, what, why, who and for which office."""
    return {
        "at": clock.now(),
        "event": what,
        "result": AuditResult.ok.value,
        "reason": reason,
        "batch_id": None,
        "org_id": org_id or actor.authority_id or actor.org_id,
        **_who(actor),
    }


def _who(actor: Actor) -> dict[str, Any]:
    return {
        "user_id": actor.user_id,
        "username": user_name(actor.username),
        "role": actor.role,
        "ip": actor.ip,
        "os_user": actor.os_user,
        "request_id": actor.request_id,
    }


def _write(session: ActorSession, rows: list[dict[str, Any]]) -> None:
    session.execute(
        insert(AuditLog.__table__),  # type: ignore[arg-type]  # declared as FromClause, is a Table
        rows,
        execution_options={"unscoped": "audit trail"},
    )


@event.listens_for(ActorSession, "before_flush")
def _mark_authors(session: ActorSession, _context: UOWTransaction, _instances: Any) -> None:
    actor = session.actor
    user_id = actor.user_id if actor else None
    for obj in session.deleted:
        values_of(obj)  # what is not loaded now cannot be told afterwards
    if user_id is None:
        return
    for obj in session.new:
        if isinstance(obj, Business):
            obj.created_by = obj.updated_by = user_id
    for obj in session.dirty:
        if isinstance(obj, Business) and session.is_modified(obj, include_collections=False):
            obj.updated_by = user_id


@event.listens_for(ActorSession, "after_flush")
def _log_flush(session: ActorSession, context: UOWTransaction) -> None:
    made, changed, deleted = _flushed(session, context)
    rows = _made_rows(session, made)
    for obj in changed:
        changes = changes_of(obj)
        if changes:
            rows.append(_object_row(session, obj, _act_of(changes), changes))
    for obj in deleted:
        gone = {name: [value, None] for name, value in values_of(obj).items()}
        rows.append(_object_row(session, obj, "delete", gone))
    if rows:
        _write(session, rows)


def _act_of(changes: dict[str, Any]) -> str:
    """Return what a change is called: what goes into the trash counts as deleted."""
    if TRASHED not in changes:
        return "edit"
    return "delete" if changes[TRASHED][1] else "put_back"


def _flushed(
    session: ActorSession, context: UOWTransaction
) -> tuple[list[Base], list[Base], list[Base]]:
    """Sort what was flushed into made, changed and deleted; only the context knows orphans."""
    made: list[Base] = []
    changed: list[Base] = []
    deleted: list[Base] = []
    new = set(session.new)  # the property makes a set anew each time it is asked
    for state, (is_delete, list_only) in context.states.items():
        obj = state.obj()
        if list_only or not isinstance(obj, Base) or not obj.__audited__:
            continue
        if is_delete:
            deleted.append(obj)
        else:
            (made if obj in new else changed).append(obj)
    return made, changed, deleted


def _made_rows(session: ActorSession, made: list[Base]) -> list[dict[str, Any]]:
    """Return a row per new record; the parts made with a record are told in the record's row."""
    whole = {(obj.__tablename__, obj.id): made_values(obj) for obj in made}
    changes = {key: {name: [None, v] for name, v in vs.items()} for key, vs in whole.items()}
    folded = set()
    for obj in made:
        key, parent = (obj.__tablename__, obj.id), whole_of_object(obj)
        if parent in changes and parent not in folded:
            parts = changes[parent].setdefault(obj.__tablename__, [None, []])
            parts[1].append(whole[key])
            folded.add(key)
    return [
        _object_row(session, obj, "create", changes[obj.__tablename__, obj.id])
        for obj in made
        if (obj.__tablename__, obj.id) not in folded
    ]


def _object_row(
    session: ActorSession, obj: Base, act: str, changes: dict[str, Any]
) -> dict[str, Any]:
    cls = type(obj)
    row = _row(session.need_actor(), session.info.get(REASON), event_of(cls, act), _office_of(obj))
    return row | {
        **columns_of(whole_of_object(obj)),
        "entity": cls.__tablename__,
        "entity_id": obj.id,
        "entity_text": _caption(session, obj),
        "changes": changes,
    }


def _office_of(obj: Base) -> int | None:
    name = getattr(obj.__scope__, "org", None)
    office: int | None = getattr(obj, name, None) if name else None
    return office


def _caption(session: ActorSession, obj: Base) -> str:
    """Return the text by which a person knows a record; finding it never breaks a write.

    A new record made by keys alone gets its relations loaded. Where one is out of the actor's
    sight, the record is known by its id.
    """
    column = inspect(type(obj)).columns.get(obj.__title__)
    if column is not None and columns.meta(column).sensitive:
        return "***"
    if not inspect(obj).has_identity:
        session.enable_relationship_loading(obj)
    try:
        return obj.caption()[:_TITLE_LENGTH]
    except AttributeError:
        return f"#{obj.id}"
