"""Setting one's own password, knowing the old one or by a link; each ends every session."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from models import clock
from models.accounts import initial_passwords, sessions, tokens
from models.accounts.hands import note, require_owner
from models.accounts.letters import note_letter
from models.accounts.lockout import CLEARED
from models.accounts.password_rules import WeakPassword, problems, profile_of
from models.accounts.passwords import hash_password, verify_or_waste
from models.accounts.reauthentication import require_password
from models.accounts.tables import UserAccount
from models.base.actor import Actor
from models.base.orm import Base
from models.base.session import PASSWORD_PROFILES, ActorSession
from models.errors import Conflict
from models.text import Message, msg

_OWN = {"must_change_password": False, "initial_password_pending": False}


def change_password(
    session: ActorSession,
    account: UserAccount,
    old: str,
    new: str,
    actor: Actor,
    *,
    again: str | None = None,
    token: str | None = None,
) -> str | None:
    """Change one's own password; return the token that replaces ``token``, the session in use.

    Every other session ends. ``again`` is the new password typed a second time, None where nobody
    types.

    :raises WrongPassword: when the old password is wrong.
    :raises WeakPassword: when the new one breaks rules, or was typed in two ways.
    """
    require_owner(account, actor)
    now = clock.now()
    require_password(session, account, old, now, "old_password")
    _require_strong(session, account, new, again)
    found = sessions.find_session(session, token, now) if token else None
    _set(session, account, new, _OWN, now)
    note(session, account, "change_password")
    return sessions.renew(session, found, now) if found is not None else None


def change_by_token(
    session: ActorSession,
    token: str,
    new: str,
    now: datetime,
    *,
    again: str | None = None,
) -> UserAccount:
    """Set the password of whoever holds a one-time token, and use the token up; return his account.

    A weak password leaves the token good for another try.

    :raises NotFound: when the token is unknown, used, void or too old.
    :raises WeakPassword: when the new one breaks rules.
    """
    account = tokens.owner_of(session, token, now)
    _require_strong(session, account, new, again)
    tokens.use(session, token, now)
    _set(session, account, new, _OWN | CLEARED, now)
    note(session, account, "change_password", "密码令牌")
    return account


def password_problems(session: ActorSession, account: UserAccount, new: str) -> list[Message]:
    """Return a sentence for each rule that a new password of an account breaks."""
    profile = profile_of(account.account_type, session.info.get(PASSWORD_PROFILES))
    found = problems(profile, new, account.username, _numbers_of(session, account))
    if verify_or_waste(account.password_hash, new):
        found.append(msg("The new password must differ from the old one."))
    return found


def _require_strong(
    session: ActorSession, account: UserAccount, new: str, again: str | None
) -> None:
    found = password_problems(session, account, new)
    if again is not None and again != new:
        found.append(msg("The new password was typed in two ways. Type the same one twice."))
    if found:
        raise WeakPassword(found)


def _numbers_of(session: ActorSession, account: UserAccount) -> Iterator[str]:
    """Yield the numbers that strangers may know: telephone, and the document of an applicant."""
    if account.mobile:
        yield account.mobile
    person: Any = Base.metadata.tables["person"]
    yield from session.scalars(
        select(person.c.id_no).where(person.c.account_id == account.id),
        execution_options={"unscoped": "password rules"},
    )


def _set(
    session: ActorSession, account: UserAccount, new: str, values: dict[str, Any], now: datetime
) -> None:
    """Write a new password unless it changed meanwhile, void every token and end every session.

    :raises Conflict: when somebody else changed it at the same moment.
    """
    written = session.scalar(
        update(UserAccount)
        .where(UserAccount.id == account.id, UserAccount.password_hash == account.password_hash)
        .values(
            password_hash=hash_password(new),
            password_changed_at=now,
            session_epoch=UserAccount.session_epoch + 1,
            updated_at=UserAccount.updated_at,
            **values,
        )
        .returning(UserAccount.id),
        execution_options={"synchronize_session": False, "set_wise": "password set"},
    )
    if written is None:
        raise Conflict(msg("The password was changed at the same moment. Sign in again."))
    session.refresh(account)
    note_letter(session, account, "password_changed", now)
    tokens.void(session, account)
    initial_passwords.void(session, account)
    sessions.revoke_all(session, account.id, now)
