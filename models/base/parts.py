"""A record and its parts are one thing: writing a part makes a new version of the record.

Else a record that was pinned for a batch would count as unchanged while its résumé was rewritten.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from typing import Any

from sqlalchemy import inspect, update
from sqlalchemy.orm import Mapper, Session
from sqlalchemy.orm.attributes import flag_modified

from models import clock
from models.base.orm import Business
from models.base.scope import before_and_now


def touch_wholes(session: Session) -> None:
    """Raise the version of every stored record of which a part is about to be written.

    Records made or deleted in the same flush are left alone: they have no version to raise.
    """
    new, deleted = session.new, session.deleted
    changed = (obj for obj in session.dirty if obj.__part_of__ and session.is_modified(obj))
    keys: dict[type[Business], set[Any]] = defaultdict(set)
    for part in [*new, *changed, *deleted]:
        if part.__part_of__ is not None:
            cls, relation = _whole_of(inspect(part).mapper)
            if inspect(part).dict.get(relation) not in new:  # else nothing is stored yet
                keys[cls].update(before_and_now(part, part.__part_of__))
    made_or_gone = [*new, *deleted]
    for cls, ids in keys.items():
        _touch(session, cls, ids - {None} - {o.id for o in made_or_gone if isinstance(o, cls)})


@cache
def _whole_of(mapper: Mapper[Any]) -> tuple[Any, str]:
    """Return the class that a class of parts belongs to, and the relationship to it."""
    column = mapper.columns[str(mapper.class_.__part_of__)]
    (relation,) = (r for r in mapper.relationships if r.local_columns == {column})
    return relation.mapper.class_, relation.key


def _touch(session: Session, cls: Any, ids: set[Any]) -> None:
    """Let the session write what it holds, so that its version stays right; update the rest."""
    held = {id_: session.identity_map.get(session.identity_key(cls, id_)) for id_ in ids}
    now = clock.now()
    for whole in held.values():
        if whole is not None:
            whole.updated_at = now
            flag_modified(whole, "updated_at")  # the same instant is a new version too
    others = [id_ for id_, whole in held.items() if whole is None]
    if others:
        touched = update(cls.__table__).where(cls.__table__.c.id.in_(others))
        session.execute(
            touched.values(version=cls.__table__.c.version + 1, updated_at=now),
            execution_options={"unscoped": "a part of the record was written"},
        )
