"""A large batch, carried out in the name of its starter, and what he is told at the end."""

from __future__ import annotations

from typing import Any, Final, Protocol

from flask import current_app
from sqlalchemy import insert, select

from admin_app import export_job
from admin_app.extensions import short_reading, short_session
from admin_app.i18n import DEFAULT
from models.accounts.queries import ENABLED, actor_for
from models.accounts.tables import UserAccount, UserRole
from models.base.actor import Actor, system_actor
from models.base.session import ActorSession
from models.batch import queueing
from models.batch.tables import Batch, BatchKind, BatchState
from models.errors import Forbidden, Refusal
from models.messaging.tables import Message as Letter
from models.messaging.tables import MessageKind, MessageState
from models.text import Message, msg
from models.transfer import exporting
from models.transfer.queueing import carry_on
from models.workflow.run import PROGRESS
from views.base.request import speaking, translate

_SYSTEM: Final = "jobs"
LETTER: Final[Any] = Letter.__table__
#: Nobody sends it, whoever acts.
OF_THE_SYSTEM: Final = {"unscoped": "a letter of the system"}
BROKEN = msg(
    "It could not be carried out: something went wrong here, and nothing was changed."
    " Select the records again; if it happens again, tell your administrator."
)
WITHOUT_RIGHT = msg(
    "The account that started it is disabled, or does not hold the role any more."
    " Nothing was changed."
)


MOVED = msg(
    "%(done)s records were moved on, %(left)s were left as they were. The page of the batch"
    " has every record's outcome."
)
#: What is said at the end of a batch that moves nothing on.
OUTCOMES = {
    BatchKind.undo.value: msg(
        "%(done)s records were taken back, %(left)s were left as they were. The page of the batch"
        " has every record's outcome."
    ),
    BatchKind.data_import.value: msg(
        "%(done)s rows were saved, %(left)s were refused or changed nothing. The page of the import"
        " has every row's outcome."
    ),
}


class Tell(Protocol):
    """Hears which step of a batch begins, and for a step of its own how far it is."""

    def __call__(self, step: str, percent: int | None = None) -> None:
        """Show it to who looks."""


def carry_out(batch_id: int, tell: Tell) -> None:
    """Carry a waiting batch out, all of it or nothing, and write to its starter.

    ``tell`` hears which step begins. Whatever the rules refuse fails the batch with its reason;
    a fault of ours leaves it waiting until it has been tried too often.
    """
    if not _begin(batch_id):
        _close(batch_id, BROKEN)
        return
    try:
        owner, is_export = _owner_of(batch_id)
        if is_export:
            export_job.make(owner, batch_id, tell, _tell_starter)
        else:
            _move(owner, batch_id, tell)
    except Refusal as refusal:
        _close(batch_id, refusal.message)
    except Exception:
        current_app.logger.exception("batch %s failed", batch_id)


def _move(owner: Actor, batch_id: int, tell: Tell) -> None:
    """Do in one transaction what a batch does to its rows."""
    with short_session(owner) as session:
        session.info[PROGRESS] = tell
        batch = session.get_one(Batch, batch_id)
        carry_on(session, batch)
        _tell_starter(session, batch)


def _begin(batch_id: int) -> bool:
    with short_session(system_actor(_SYSTEM)) as session:
        return queueing.begin_attempt(session, session.get_one(Batch, batch_id))


def _owner_of(batch_id: int) -> tuple[Actor, bool]:
    """Return the starter in the role in which he started it, as his rights are now; and whether he
    wants a file.

    :raises Forbidden: when he may not act in it any more.
    """
    with short_reading(system_actor(_SYSTEM)) as session:
        batch = session.get_one(Batch, batch_id)
        role = session.scalar(
            select(UserRole)
            .join(UserAccount, UserAccount.id == UserRole.user_id)
            .where(
                UserRole.user_id == batch.user_id,
                UserRole.role_code == batch.role,
                UserRole.scope_org_id == batch.org_id,
                UserAccount.status == ENABLED,
            )
        )
        if role is None:
            raise Forbidden(WITHOUT_RIGHT)
        return actor_for(session, role.user_id, role), exporting.is_export(batch)


def _close(batch_id: int, why: Message) -> None:
    """Write a failure down, and tell the starter; what is over already is left."""
    with short_session(system_actor(_SYSTEM)) as session:
        batch = session.get_one(Batch, batch_id)
        if queueing.fail(session, batch, why):
            _write_letter(session, batch, msg("failed"), why)


def _tell_starter(session: ActorSession, batch: Batch) -> None:
    """Write to the starter of a batch that is done, in the transaction that ends it: no crash comes
    between. What was only judged is not done yet.
    """
    session.flush()
    if batch.state == BatchState.done.value:
        _write_letter(session, batch, msg("is done"), _outcome(batch))


def _write_letter(session: ActorSession, batch: Batch, ended: Message, body: Message) -> None:
    subject = msg(
        "Batch %(number)s %(ended)s: %(label)s", number=batch.id, ended=ended, label=batch.label
    )
    with speaking(DEFAULT):
        letter = {
            "kind": MessageKind.note.value,
            "org_id": batch.org_id,
            "recipient_id": batch.user_id,
            "entity": Batch.__tablename__,
            "entity_id": batch.id,
            "subject": translate(subject)[:120],
            "body": translate(body),
            "state": MessageState.closed.value,
        }
    session.execute(insert(LETTER).values(letter), execution_options=OF_THE_SYSTEM)


def _outcome(batch: Batch) -> Message:
    if exporting.is_export(batch):
        return msg(
            "The file with %(rows)s rows can be fetched on the page of the batch, by you alone and"
            " not for long.",
            rows=batch.done_count,
        )
    told = OUTCOMES.get(batch.kind, MOVED)
    left = batch.pinned_count - batch.done_count
    return Message(told.msgid, {"done": batch.done_count, "left": left})
