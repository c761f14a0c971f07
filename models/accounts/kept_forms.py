"""Forms that came after their session had ended: kept sealed until their sender is back.

The key is made of the application's and of a token that only the sender's browser has, so neither
the database nor the application can read a form by itself.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Select, delete, select

from models.accounts.sealing import KEPT_FORM, seal, unseal
from models.accounts.sessions import ABSOLUTE, token_hash
from models.accounts.tables_sign_in import KeptForm, UserSession
from models.base.session import ActorSession
from models.errors import Forbidden, NotFound
from models.text import msg

#: Long enough for whoever comes back on the same working day.
LIFE: Final = ABSOLUTE
#: Forms kept per user; the oldest go first.
MOST_KEPT: Final = 10
#: A form with more than this, names and values together, is not kept: a browser sends up to three
#: bytes for each of them, and no form of more than 500,000 is read.
MOST_BYTES: Final = 150_000
GONE: Final = msg(
    "What you had filled in is not kept any more. Open the form and fill it in again."
)


@dataclass(frozen=True, slots=True)
class SentForm:
    """What was sent, to which address of this site, and the page on which the form stood."""

    address: str
    fields: Sequence[tuple[str, str]]
    page: str | None = None
    had_file: bool = False

    @property
    def size_bytes(self) -> int:
        """Number of bytes of names and values."""
        return sum(len(name.encode()) + len(value.encode()) for name, value in self.fields)


def sender_of(session: ActorSession, session_token: str) -> int | None:
    """Return whose session a token opened, whether it lives or not; None for junk."""
    found: int | None = session.scalar(
        select(UserSession.user_id).where(UserSession.token_hash == token_hash(session_token))
    )
    return found


def keep(session: ActorSession, user_id: int, form: SentForm, *, key: str, now: datetime) -> str:
    """Keep a form for its sender and return the token that opens it, which is stored nowhere."""
    forget_old(session, now)
    _make_room(session, user_id)
    token = secrets.token_urlsafe(32)
    written = json.dumps(asdict(form), ensure_ascii=False)
    session.add(
        KeptForm(
            user_id=user_id,
            token_hash=token_hash(token),
            sealed=seal(f"{key}{token}", KEPT_FORM, written),
            created_at=now,
            expires_at=now + LIFE,
        )
    )
    session.flush()
    return token


def look_up(
    session: ActorSession, user_id: int, token: str, *, key: str, now: datetime
) -> SentForm:
    """Return the form of a token; it stays until it expires or is dropped.

    :raises NotFound: when there is none, or not any more.
    :raises Forbidden: when another user sent it.
    """
    found = session.scalar(
        select(KeptForm).where(KeptForm.token_hash == token_hash(token), KeptForm.expires_at > now)
    )
    if found is None:
        raise NotFound(GONE)
    if found.user_id != user_id:
        raise Forbidden(
            msg(
                "What another user had filled in was not taken over."
                " He may sign in himself and go on."
            )
        )
    return _opened(unseal(f"{key}{token}", KEPT_FORM, found.sealed))


def drop(session: ActorSession, user_id: int, token: str) -> None:
    """Forget a form of one's own; none is fine."""
    _delete(
        session,
        select(KeptForm.id).where(
            KeptForm.token_hash == token_hash(token), KeptForm.user_id == user_id
        ),
    )


def forget_old(session: ActorSession, now: datetime) -> None:
    """Delete what nobody came back for."""
    _delete(session, select(KeptForm.id).where(KeptForm.expires_at <= now))


def _make_room(session: ActorSession, user_id: int) -> None:
    newest = (
        select(KeptForm.id)
        .where(KeptForm.user_id == user_id)
        .order_by(KeptForm.id.desc())
        .limit(MOST_KEPT - 1)
    )
    kept = session.scalars(newest).all()
    if len(kept) == MOST_KEPT - 1:
        own = select(KeptForm.id).where(KeptForm.user_id == user_id, KeptForm.id < kept[-1])
        _delete(session, own)


def _delete(session: ActorSession, ids: Select[int]) -> None:
    session.execute(
        delete(KeptForm).where(KeptForm.id.in_(ids)),
        execution_options={"synchronize_session": False, "set_wise": "kept forms gone"},
    )


def _opened(text: str | None) -> SentForm:
    if text is None:  # the application has another key by now
        raise NotFound(GONE)
    written = json.loads(text)
    fields = [(name, value) for name, value in written.pop("fields")]
    return SentForm(fields=fields, **written)
