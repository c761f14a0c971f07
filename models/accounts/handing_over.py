"""Handing initial passwords over: once on the page, once to take away, to whoever made them.

The ciphertext is destroyed when both were used, when its time is up, when its owner chooses a
password of his own, or when he is given another one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, select, true, update

from models.accounts.permissions import permission
from models.accounts.sealing import INITIAL_PASSWORD, unseal
from models.accounts.tables import UserAccount
from models.accounts.tables_initial import HandedAs, InitialPassword
from models.audit.recorder import event_of, record
from models.base.actor import Actor
from models.base.session import KEY, ActorSession
from models.batch.ownership import is_own
from models.batch.tables import Batch
from models.errors import Conflict, NotFound
from models.reference.tables import Org
from models.text import msg

NO_MORE = msg(
    "These initial passwords were handed over already, or their 24 hours are up."
    " Reset the passwords again if they are still needed."
)
_INITIAL: Any = InitialPassword.__table__
_ACCOUNT: Any = UserAccount.__table__
_ORG: Any = Org.__table__
_OPTIONS = {"unscoped": "initial passwords of one's own batch", "preserve_rowcount": True}


@dataclass(frozen=True, slots=True)
class Slip:
    """What one person is handed; ``password`` is None where it is worth nothing any more."""

    org: str
    name: str
    username: str
    password: str | None


@dataclass(frozen=True, slots=True)
class _Way:
    """A way of handing over: its act in the trail, the column that marks it, when, and as what."""

    act: str
    mark: str
    now: datetime
    form: HandedAs | None = None

    @property
    def told(self) -> dict[str, Any]:
        return {"format": [None, self.form.value]} if self.form else {}

    @property
    def marks(self) -> dict[str, Any]:
        return {self.mark: self.now} | ({"taken_as": self.form.value} if self.form else {})


@dataclass(frozen=True, slots=True)
class HandOver:
    """Where the initial passwords of a batch stand."""

    count: int
    expires_at: datetime
    is_over: bool
    shown_at: datetime | None
    taken_at: datetime | None
    taken_as: HandedAs | None

    @property
    def may_show(self) -> bool:
        """Whether they can be shown once."""
        return not self.is_over and self.shown_at is None

    @property
    def may_take(self) -> bool:
        """Whether they can be taken away once."""
        return not self.is_over and self.taken_at is None


def hand_over_of(
    session: ActorSession, actor: Actor, batch: Batch, now: datetime
) -> HandOver | None:
    """Return where the initial passwords of a batch stand, None for a batch that made none, or
    for anybody but its starter in the same role.
    """
    if not is_own(batch, actor):
        return None
    found = select(
        func.count(),
        func.max(_INITIAL.c.expires_at),
        func.max(_INITIAL.c.shown_at),
        func.max(_INITIAL.c.taken_at),
        func.max(_INITIAL.c.taken_as),
    ).where(_INITIAL.c.batch_id == batch.id)
    count, expires, shown, taken, form = session.execute(found, execution_options=_OPTIONS).one()
    if not count:
        return None
    as_ = HandedAs[form] if form else None
    return HandOver(count, expires, expires <= now, shown, taken, as_)


def show(session: ActorSession, actor: Actor, batch: Batch, now: datetime) -> list[Slip]:
    """Return the initial passwords for the page, once. The caller commits before he shows them.

    :raises NotFound: for anybody but the batch's starter in the same role.
    :raises Conflict: when they were shown already, or it is too late.
    """
    return _hand(session, actor, batch, _Way("show_passwords", "shown_at", now))


def take(
    session: ActorSession, actor: Actor, batch: Batch, form: HandedAs, now: datetime
) -> list[Slip]:
    """Return the initial passwords to be taken away, once. The caller commits before he sends them.

    :raises NotFound: for anybody but the batch's starter in the same role.
    :raises Conflict: when they were taken already, or it is too late.
    """
    return _hand(session, actor, batch, _Way("take_passwords", "taken_at", now, form))


def _hand(session: ActorSession, actor: Actor, batch: Batch, way: _Way) -> list[Slip]:
    if not is_own(batch, actor):
        raise NotFound(msg("There is no such batch."))
    actor.require(permission(UserAccount, "reset_password"))
    _claim(session, batch, way)
    slips = _slips(session, actor, batch)
    _destroy_if_used(session, batch)
    record(
        session,
        event_of(UserAccount, way.act),
        entity=Batch.__tablename__,
        entity_id=batch.id,
        entity_text=batch.label,
        changes={"rows": [None, len(slips)]} | way.told,
        batch_id=batch.id,
    )
    return slips


def _claim(session: ActorSession, batch: Batch, way: _Way) -> None:
    """Mark the passwords as handed over, in one statement: of two who press at once, one gets them.

    The batch is locked first, so that two do not lock its rows in two orders.
    """
    session.execute(select(Batch.id).where(Batch.id == batch.id).with_for_update())
    unused = _INITIAL.c.batch_id == batch.id, _INITIAL.c[way.mark].is_(None)
    claimed = update(_INITIAL).where(*unused, _INITIAL.c.expires_at > way.now)
    result: Any = session.execute(claimed.values(way.marks), execution_options=_OPTIONS)
    if not result.rowcount:
        raise Conflict(NO_MORE)


def _slips(session: ActorSession, actor: Actor, batch: Batch) -> list[Slip]:
    """Read what is still worth something, in the order of organisations and user names."""
    good = and_(_ACCOUNT.c.initial_password_pending, _within(actor))
    found = (
        select(
            func.coalesce(_ORG.c.name, ""),
            _ACCOUNT.c.display_name,
            _ACCOUNT.c.username,
            case((good, _INITIAL.c.sealed)),
        )
        .select_from(
            _INITIAL.join(_ACCOUNT, _ACCOUNT.c.id == _INITIAL.c.user_id).outerjoin(
                _ORG, _ORG.c.id == _ACCOUNT.c.org_id
            )
        )
        .where(_INITIAL.c.batch_id == batch.id)
        .order_by(_ORG.c.name, _ACCOUNT.c.username)
    )
    key: str = session.info[KEY]
    rows: Sequence[Any] = session.execute(found, execution_options=_OPTIONS).all()
    return [
        Slip(org, name, username, unseal(key, INITIAL_PASSWORD, sealed) if sealed else None)
        for org, name, username, sealed in rows
    ]


def _within(actor: Actor) -> ColumnElement[bool]:
    """An account that was moved to another office since is no longer the actor's affair."""
    return true() if actor.is_system else UserAccount.__scope__.acts(_ACCOUNT.c, actor)


def _destroy_if_used(session: ActorSession, batch: Batch) -> None:
    used = _INITIAL.c.shown_at.is_not(None) & _INITIAL.c.taken_at.is_not(None)
    session.execute(
        update(_INITIAL).where(_INITIAL.c.batch_id == batch.id, used).values(sealed=None),
        execution_options=_OPTIONS,
    )
