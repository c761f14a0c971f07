"""Letters that a change of an account asks for: noted in the session, sent after commit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, Protocol

from sqlalchemy import event
from sqlalchemy.orm import Session

from models.base.session import ActorSession

#: Key of ``session.info``: letters of the running transaction, forgotten when it is taken back.
NOTED: Final = "letters"
Kind = Literal["password_link", "password_changed", "email_changed"]


@dataclass(frozen=True, slots=True)
class Letter:
    """What to write to whom. ``token`` opens a new password; it stands in the letter alone."""

    kind: Kind
    address: str
    name: str
    at: datetime
    token: str = ""


class Addressee(Protocol):
    """An account, or a row with what a letter needs of one."""

    display_name: Any
    email: Any


def note_letter(
    session: ActorSession, account: Addressee, kind: Kind, at: datetime, token: str = ""
) -> None:
    """Have a letter sent to an account's owner, if he has an address, once this is committed."""
    if account.email:
        letter = Letter(kind, account.email, account.display_name, at, token)
        session.info.setdefault(NOTED, []).append(letter)


def take_letters(session: Session) -> list[Letter]:
    """Return the letters noted so far; they are noted no more."""
    found: list[Letter] = session.info.pop(NOTED, [])
    return found


@event.listens_for(ActorSession, "after_soft_rollback")
def _forget(session: Session, _previous: object) -> None:
    take_letters(session)
