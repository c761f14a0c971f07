"""One-time tokens for a forgotten password [ACCT-23]: thirty minutes, one use, digest only."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, select, update

from models.accounts.hands import note
from models.accounts.sessions import token_hash
from models.accounts.tables import AccountStatus, UserAccount
from models.accounts.tables_sign_in import PasswordToken, TokenKind
from models.base.session import ActorSession
from models.errors import NotFound
from models.text import msg

LIFE: Final = timedelta(minutes=30)
SPENT = msg("This link is no longer valid. Ask for a new one.")


def issue(
    session: ActorSession, account: UserAccount, now: datetime, kind: TokenKind = TokenKind.reset
) -> str:
    """Return a new token for an account; it is stored nowhere, and voids every older one."""
    session.scalar(select(UserAccount.id).where(UserAccount.id == account.id).with_for_update())
    void(session, account)
    token = secrets.token_urlsafe(32)
    session.add(
        PasswordToken(
            user_id=account.id,
            kind=kind,
            token_hash=token_hash(token),
            created_at=now,
            expires_at=now + LIFE,
        )
    )
    session.flush()
    note(session, account, "issue_token", kind.label.zh)
    return token


def owner_of(session: ActorSession, token: str, now: datetime) -> UserAccount:
    """Return the account that a token opens; it is not used up.

    :raises NotFound: when it is unknown, used, void or too old, or the account is disabled.
    """
    account = session.scalar(
        select(UserAccount)
        .join(PasswordToken, PasswordToken.user_id == UserAccount.id)
        .where(
            PasswordToken.token_hash == token_hash(token),
            PasswordToken.used_at.is_(None),
            PasswordToken.expires_at > now,
            UserAccount.status == AccountStatus.active,
        )
        .execution_options(populate_existing=True)
    )
    if account is None:
        raise NotFound(SPENT)
    return account


def use(session: ActorSession, token: str, now: datetime) -> None:
    """Use a token up; of two who press at once, one is refused.

    :raises NotFound: when it is unknown, used, void or too old.
    """
    used = session.scalar(
        update(PasswordToken)
        .where(
            PasswordToken.token_hash == token_hash(token),
            PasswordToken.used_at.is_(None),
            PasswordToken.expires_at > now,
        )
        .values(used_at=now)
        .returning(PasswordToken.id),
        execution_options={"synchronize_session": False, "set_wise": "token used"},
    )
    if used is None:
        raise NotFound(SPENT)


def void(session: ActorSession, account: UserAccount) -> None:
    """Make every unused token of an account worthless."""
    session.execute(
        delete(PasswordToken).where(
            PasswordToken.user_id == account.id, PasswordToken.used_at.is_(None)
        ),
        execution_options={"synchronize_session": False, "set_wise": "token void"},
    )
